"""Replace the secrets of one document by placeholders."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from triage.redact.assignments import find_assigned, find_cookies, is_no_secret, kind_of_key
from triage.redact.layers import decode_layers
from triage.redact.patterns import (
    PRIVATE_KEY,
    SECRET_PATTERNS,
    URL_PATTERNS,
    SecretPattern,
    Span,
    find_addresses,
)

_PLACEHOLDER = re.compile(
    r"<(?:address|code|cookie|email|key|password|private-key|secret|token|user)-\d{1,9}>"
)
#: Keys of whoever made a change: an address of theirs is masked even if it is a service account's.
_AUTHORS = frozenset({"by", "principalEmail", "principal_email", "principalemail", "principalSubject"})
#: Number of keys without secrets that are remembered, so that each is searched once.
_KEYS = 4096
_SCHEME = re.compile(r"(\w+\s+)?(.+)", re.DOTALL)


class Redactor:
    """Masks texts and plain data; equal secrets get equal placeholders.

    ``by_name`` are the fields whose keys are names: a service called auth-token does not make its number of
    entries a token.

    Attributes:
        counts: how often each kind of secret ("token", "email", ...) was masked.

    """

    def __init__(self, *, by_name: Collection[str] = ()) -> None:
        """Start without known secrets."""
        self._by_name = by_name
        self.counts: Counter[str] = Counter()
        self._known: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        self._plain: set[str] = set()

    def redact_text(self, text: str) -> str:
        """Return the text with its secrets masked, also in escaped forms."""
        while spans := list(_merge_spans(_find_spans(text))):
            parts: list[str] = []
            at = 0
            for start, end, kind in spans:
                parts += text[at:start], self._placeholder_for(text[start:end], kind)
                at = end
            text = "".join([*parts, text[at:]])
        return text

    def redact_document(self, document: Any, kind: str | None = None) -> Any:
        """Return plain data with its secrets masked.

        ``kind`` is the kind of secret that all of it is known to be.
        """
        if isinstance(document, str):
            return self._redact_value(document, kind) if kind else self.redact_text(document)
        if isinstance(document, dict):
            return {
                self._redact_key(key): self._redact_named_fields(value)
                if key in self._by_name
                else self.redact_document(value, _kind_of_field(key, value) or kind)
                for key, value in document.items()
            }
        if isinstance(document, list | tuple):
            return [self.redact_document(value, kind) for value in document]
        if (
            kind
            and isinstance(document, int)
            and not isinstance(document, bool)
            and (kind == "user" or document > 999)
        ):
            return self._placeholder_for(str(document), "token" if kind == "authorization" else kind)
        return document

    def _redact_named_fields(self, value: Any) -> Any:
        """Return the value of a field whose keys are names."""
        if not isinstance(value, dict):
            return self.redact_document(value)
        return {self._redact_key(name): self.redact_document(inner) for name, inner in value.items()}

    def _redact_key(self, key: Any) -> Any:
        """Return a key, masked by its form: some keys are names from a log."""
        if key in self._plain or not isinstance(key, str):
            return key
        masked = self.redact_text(key)
        if masked == key and len(self._plain) < _KEYS:
            self._plain.add(key)
        return masked

    def _redact_value(self, value: str, kind: str) -> str:
        """Return a masked value whose key names a secret.

        Cookie names and the scheme of a header stay.
        """
        if (
            not value.strip()
            or _PLACEHOLDER.fullmatch(value)
            or is_no_secret(value)
            or (kind == "user" and value.startswith("service:"))
        ):
            return self.redact_text(value)
        if kind == "cookie" and "=" in value:
            return self.redact_text(f"Cookie: {value}").removeprefix("Cookie: ")
        if kind == "authorization":
            found = _SCHEME.fullmatch(value)
            scheme, rest = (found[1] or "", found[2]) if found else ("", value)
            return scheme + (rest if _PLACEHOLDER.fullmatch(rest) else self._placeholder_for(rest, "token"))
        return self._placeholder_for(value, kind)

    def _placeholder_for(self, secret: str, kind: str) -> str:
        self.counts[kind] += 1
        plain = next(decode_layers(secret)).text
        if plain not in self._known:
            self._numbers[kind] += 1
            self._known[plain] = f"<{kind}-{self._numbers[kind]}>"
        return self._known[plain]


def _kind_of_field(key: Any, value: Any) -> str | None:
    """Return the kind of secret that a field holds by its name, or None."""
    if key in _AUTHORS and isinstance(value, str) and "@" in value:
        return "email"
    return kind_of_key(str(key))


def _select_searches(text: str) -> Iterator[Callable[[str], Iterable[Span]]]:
    """Yield the applicable searches, the most certain first.

    Each search sees what was found before as NULs.
    """
    low = text.lower()

    def hinted(forms: Iterable[SecretPattern]) -> Iterator[Callable[[str], Iterable[Span]]]:
        return (form.find for form in forms if not form.hints or any(hint in low for hint in form.hints))

    yield from hinted([PRIVATE_KEY])
    yield find_cookies
    yield from hinted(URL_PATTERNS)
    yield find_assigned
    yield from hinted(SECRET_PATTERNS)
    yield find_addresses


def _find_spans(text: str) -> Iterator[Span]:
    hidden = bytearray(len(text))
    for layer in decode_layers(text):
        shown = _PLACEHOLDER.sub(
            lambda found: "\x00" * len(found[0]), layer.mask(hidden) if any(hidden) else layer.text
        )
        for search in _select_searches(shown):
            for start, end, kind in list(search(shown)):
                shown = shown[:start] + "\x00" * (end - start) + shown[end:]
                first, last = layer.source_span(start, end)
                hidden[first:last] = b"\x01" * (last - first)
                yield first, last, kind


def _merge_spans(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, overlapping ones merged."""
    last: Span | None = None
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if last and span[0] < last[1]:
            last = (last[0], max(last[1], span[1]), last[2])
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
