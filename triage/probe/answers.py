"""How a request was answered, in words of ours: nothing of an answer's own text stands in them but plain names."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

#: What became of a request: an HTTP status, or why there is none.
Kind = Literal["status", "tls", "dns", "refused", "timeout", "network", "protocol"]

#: Characters of a text of the service that are kept.
_MAX_TEXT = 2000
_MAX_NAMES = 12
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,59}", re.ASCII)
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_NOT_LETTERS = re.compile(r"[^A-Za-z ]+")
_WORDS = {
    "dns": "DNS failure",
    "refused": "connection refused",
    "timeout": "timed out",
    "network": "network failure",
    "protocol": "protocol error",
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request.

    ``error``, ``state`` and ``failed`` are names that a JSON body gives; ``body``, ``detail`` and ``location`` are the
    service's own text or the library's: they are kept, and never matched. ``cut`` says that the body went on.
    """

    kind: Kind = "status"
    status: int | None = None
    error: str = ""
    state: str = ""
    failed: list[str] | None = None
    reason: str = ""
    body: str = ""
    detail: str = ""
    location: str = ""
    cut: bool = False

    def __str__(self) -> str:
        """Return it in fixed words; the rules of queries/client-probe.toml know them."""
        if self.kind == "tls":
            return f"TLS failure, {self.reason or 'no reason given'}"
        if self.kind != "status":
            return _WORDS[self.kind]
        said = [str(self.status)]
        said += [f"error {self.error}"] if self.error else []
        said += [f"state {self.state}"] if self.state else []
        said += [f"failed services [{', '.join(self.failed)}]"] if self.failed is not None else []
        return ", ".join(said)

    @property
    def is_broken(self) -> bool:
        """Return whether the server or the way to it failed: no client can do anything about it."""
        return self.kind != "status" or (self.status or 0) >= 500 or self.status == 408

    @property
    def names_no_check(self) -> bool:
        """Return whether it is the refusal that names no check: state unknown, and no failed service."""
        return self.status == 503 and self.state == "unknown" and self.failed == []

    @property
    def states_verdict(self) -> bool:
        """Return whether a readiness check stands behind it: it names what failed, or another state."""
        return self.status == 503 and (bool(self.failed) or self.state not in ("", "unknown"))


def answer_from_response(status: int, body: bytes, *, location: str = "", cut: bool = False) -> Answer:
    """Return what a status and a body say; a body that is no JSON object says nothing but its text."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = None
    said = said if isinstance(said, dict) else {}
    details = said.get("details")
    details = details if isinstance(details, dict) else said
    failed = details.get("failed_services")
    return Answer(
        status=status,
        error=_plain_name(said.get("error")),
        state=_plain_name(details.get("state")),
        failed=list(filter(None, map(_plain_name, failed[:_MAX_NAMES])))
        if isinstance(failed, list)
        else None,
        body=body.decode("utf-8", "replace")[:_MAX_TEXT],
        location=location[:_MAX_TEXT],
        cut=cut,
    )


def answer_from_error(error: BaseException) -> Answer:
    """Return why there was no answer, as the innermost reason tells; what no reason tells is an error of protocol."""
    reasons = list(_error_chain(error))
    detail = f"{type(error).__name__}: {error}"[:_MAX_TEXT]
    for reason in reasons:
        if isinstance(reason, ssl.SSLError):
            said = getattr(reason, "verify_message", "") or getattr(reason, "reason", "") or ""
            return Answer(kind="tls", reason=_letters_only(said), detail=detail)
        if isinstance(reason, socket.gaierror):
            return Answer(kind="dns", detail=detail)
        if isinstance(reason, TimeoutError):
            return Answer(kind="timeout", detail=detail)
    numbers = {number for reason in reasons for number in _errno_numbers(reason)}
    if numbers == {errno.ECONNREFUSED}:
        return Answer(kind="refused", detail=detail)
    is_network = any(isinstance(reason, OSError) for reason in reasons)
    return Answer(kind="network" if is_network else "protocol", detail=detail)


def _error_chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that it came of, the innermost first."""
    if error is None:
        return
    yield from _error_chain(error.__cause__ or error.__context__)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _error_chain(inner)
    yield error


def _errno_numbers(error: BaseException) -> set[int]:
    """Return the errnos of an OSError; where several addresses were tried, asyncio gives them in its text only."""
    if not isinstance(error, OSError):
        return set()
    return {error.errno} if error.errno else {int(number) for number in _ERRNO.findall(str(error))}


def _plain_name(value: Any) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _letters_only(text: str) -> str:
    return " ".join(_NOT_LETTERS.sub(" ", text).split())[:80].rstrip()
