"""Classify the answer to a request, in fixed words.

Of the answer's own text only plain names are used.
"""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from triage.models import ResponseKeys

#: The kind of an answer: an HTTP status, or why there is none.
Kind = Literal["status", "tls", "dns", "refused", "timeout", "network", "protocol"]

#: Most characters kept of a text of the service.
_MAX_TEXT = 2000
_MAX_NAMES = 12
#: State of an answer that comes from no check.
_NO_STATE = "unknown"
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
    """The answer to a request. ``str`` gives it in fixed words.

    Attributes:
        kind: whether there is a status, or why not.
        status: the HTTP status; None without an answer.
        error: the error name in a JSON body.
        state: the state name in a JSON body.
        failed: the names of failed services in a JSON body; None without a list.
        reason: why TLS failed.
        body: the start of the body; kept, never matched.
        detail: the message of the library; kept, never matched.
        location: the Location header; kept, never matched.
        cut: whether the body was longer.

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
        """Return fixed words; the rules of the pack of probes match them."""
        if self.kind == "tls":
            return f"TLS failure, {self.reason or 'no reason given'}"
        if self.kind != "status":
            return _WORDS[self.kind]
        parts = [str(self.status)]
        parts += [f"error {self.error}"] if self.error else []
        parts += [f"state {self.state}"] if self.state else []
        parts += [f"failed services [{', '.join(self.failed)}]"] if self.failed is not None else []
        return ", ".join(parts)

    @property
    def is_broken(self) -> bool:
        """Return whether the server or the network failed, which no client can fix."""
        return self.kind != "status" or (self.status or 0) >= 500 or self.status == 408

    @property
    def names_no_check(self) -> bool:
        """Return whether a 503 names no check: state unknown, no failed service."""
        return self.status == 503 and self.state == _NO_STATE and self.failed == []

    @property
    def states_verdict(self) -> bool:
        """Return whether a 503 comes from a readiness check: a failure or a state."""
        return self.status == 503 and (bool(self.failed) or self.state not in ("", _NO_STATE))


def answer_from_response(
    status: int, body: bytes, keys: ResponseKeys, *, location: str = "", cut: bool = False
) -> Answer:
    """Return the answer of a status and a body; only JSON objects have names.

    keys: keys of the names. The state without a result is "unknown" in the answer, whatever the service's
        word for it.
    """
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        content = None
    content = content if isinstance(content, dict) else {}
    details = content.get(keys.details)
    details = details if isinstance(details, dict) else content
    failed = details.get(keys.failed)
    state = _plain_name(details.get(keys.state))
    return Answer(
        status=status,
        error=_plain_name(content.get(keys.error)),
        state=_NO_STATE if state and state == keys.no_state else state,
        failed=list(filter(None, map(_plain_name, failed[:_MAX_NAMES])))
        if isinstance(failed, list)
        else None,
        body=body.decode("utf-8", "replace")[:_MAX_TEXT],
        location=location[:_MAX_TEXT],
        cut=cut,
    )


def answer_from_error(error: BaseException) -> Answer:
    """Return why there was no answer, by the innermost error.

    An error without a known reason is a protocol error.
    """
    reasons = list(_error_chain(error))
    detail = f"{type(error).__name__}: {error}"[:_MAX_TEXT]
    for reason in reasons:
        if isinstance(reason, ssl.SSLError):
            message = getattr(reason, "verify_message", "") or getattr(reason, "reason", "") or ""
            return Answer(kind="tls", reason=_letters_only(message), detail=detail)
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
    """Yield an error and its causes, the innermost first."""
    if error is None:
        return
    yield from _error_chain(error.__cause__ or error.__context__)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _error_chain(inner)
    yield error


def _errno_numbers(error: BaseException) -> set[int]:
    """Return the errnos of an OSError.

    If several addresses were tried, asyncio gives them in the text only.
    """
    if not isinstance(error, OSError):
        return set()
    return {error.errno} if error.errno else {int(number) for number in _ERRNO.findall(str(error))}


def _plain_name(value: Any) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _letters_only(text: str) -> str:
    return " ".join(_NOT_LETTERS.sub(" ", text).split())[:80].rstrip()
