"""Replace the secrets of one document by placeholders."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from triage.redact.assignments import is_no_secret, kind_of_key
from triage.redact.layers import decode_layers
from triage.redact.patterns import Span
from triage.redact.searches import select_searches

#: What stands for a secret.
PLACEHOLDER = re.compile(
    r"<(?:address|card|code|cookie|email|iban|key|password|phone|private-key|secret|token|user)-\d{1,9}>"
)
#: Keys of whoever made a change: an address of theirs is masked even if it is a service account's.
_AUTHORS = frozenset({"by", "principalEmail", "principal_email", "principalemail", "principalSubject"})
#: Texts without secrets that are remembered, so that each is searched once, and their greatest length.
_TEXTS, _SHORT_TEXT = 8192, 256
#: Numbers up to this one are counts, not secrets, whatever their key says.
_LARGEST_COUNT = 999
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
        if text in self._plain:
            return text
        given = text
        while spans := list(_merge_spans(_find_spans(text))):
            parts: list[str] = []
            at = 0
            for start, end, kind in spans:
                parts += text[at:start], self._placeholder_for(text[start:end], kind)
                at = end
            text = "".join([*parts, text[at:]])
        if text == given and len(text) <= _SHORT_TEXT:
            if len(self._plain) >= _TEXTS:
                self._plain.clear()
            self._plain.add(text)
        return text

    def redact_document(self, document: Any, kind: str | None = None) -> Any:
        """Return plain data with its secrets masked.

        ``kind`` is the kind of secret that all of it is known to be.
        """
        if isinstance(document, dict):
            return {
                self.redact_key(key): self._redact_named_fields(value)
                if key in self._by_name
                else self.redact_document(value, self.kind_of_field(key, value, kind))
                for key, value in document.items()
            }
        if isinstance(document, list | tuple):
            return [self.redact_document(value, kind) for value in document]
        if isinstance(document, str | int) and not isinstance(document, bool):
            return self.redact_value(document, kind)
        return document

    def redact_json(self, text: str) -> str:
        """Return a JSON text, however deep, with its secrets masked.

        Raises:
            ValueError: it is not JSON.

        """
        from triage.redact.json_text import JsonMasking

        return JsonMasking(self).redact(text)

    def kind_of_field(self, key: Any, value: object, within: str | None = None) -> str | None:
        """Return the kind of secret that a field holds by its name; else that of its object, ``within``."""
        if key in _AUTHORS and isinstance(value, str) and "@" in value:
            return "email"
        return kind_of_key(str(key)) or within

    def _redact_named_fields(self, value: Any) -> Any:
        """Return the value of a field whose keys are names."""
        if not isinstance(value, dict):
            return self.redact_document(value)
        return {self.redact_key(name): self.redact_document(inner) for name, inner in value.items()}

    def redact_key(self, key: Any) -> Any:
        """Return a key, masked by its form: some keys are names from a log."""
        return self.redact_text(key) if isinstance(key, str) else key

    def redact_value(self, value: str | int, kind: str | None) -> str | int:
        """Return a text or a number with its secrets masked; ``kind``: it is a secret by its name.

        Cookie names and the scheme of a header stay.
        """
        if kind is None:
            return self.redact_text(value) if isinstance(value, str) else value
        if isinstance(value, str):
            return self._redact_named_value(value, kind)
        if kind != "user" and value <= _LARGEST_COUNT:
            return value
        return self._placeholder_for(str(value), "token" if kind == "authorization" else kind)

    def _redact_named_value(self, value: str, kind: str) -> str:
        """Return a masked text whose key names a secret; masking it again changes nothing."""
        while (masked := self._mask_named_value(value, kind)) != value:
            value = masked
        return value

    def _mask_named_value(self, value: str, kind: str) -> str:
        if (
            not value.strip()
            or PLACEHOLDER.fullmatch(value)
            or is_no_secret(value)
            or (kind == "user" and value.startswith("service:"))
        ):
            return self.redact_text(value)
        if kind == "cookie" and "=" in value:
            return self.redact_text(f"Cookie: {value}").removeprefix("Cookie: ")
        if kind == "authorization":
            found = _SCHEME.fullmatch(value)
            scheme, rest = (found[1] or "", found[2]) if found else ("", value)
            return scheme + (rest if PLACEHOLDER.fullmatch(rest) else self._placeholder_for(rest, "token"))
        return self._placeholder_for(value, kind)

    def _placeholder_for(self, secret: str, kind: str) -> str:
        self.counts[kind] += 1
        plain = next(decode_layers(secret)).text
        if plain not in self._known:
            self._numbers[kind] += 1
            self._known[plain] = f"<{kind}-{self._numbers[kind]}>"
        return self._known[plain]


def _find_spans(text: str) -> Iterator[Span]:
    hidden = bytearray(len(text))
    for layer in decode_layers(text):
        shown = layer.mask(hidden) if any(hidden) else layer.text
        shown = PLACEHOLDER.sub(_blank, shown) if "<" in shown else shown
        for search in select_searches(shown):
            for start, end, kind in list(search(shown)):
                if not shown[start:end].strip("\x00"):
                    continue  # found before
                shown = shown[:start] + "\x00" * (end - start) + shown[end:]
                first, last = layer.source_span(start, end)
                hidden[first:last] = b"\x01" * (last - first)
                yield first, last, kind


def _blank(found: re.Match[str]) -> str:
    return "\x00" * len(found[0])


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
