"""Decode the escapes of a text, and map positions back to the source."""

import re
from collections.abc import Iterator

from triage.text import lazy_pattern

_DEPTH = 3
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = lazy_pattern(
    r"%(?P<percent>[0-7][0-9a-fA-F])|(?P<utf8>%[c-fC-F][0-9a-fA-F](?:%[89abAB][0-9a-fA-F]){1,3})"
    r"|\\u(?P<json>[0-9a-fA-F]{4})|&(?P<entity>amp|lt|gt|quot|apos);"
    r"|&#x(?P<hex>[0-7]?[0-9a-fA-F]);|&#0?(?P<decimal>\d{2,3});|\\(?P<backslash>[\"'/nrt\\])"
)


class Layer:
    """A text and, for each character, its start and end in the source."""

    def __init__(self, text: str, starts: list[int] | None = None, ends: list[int] | None = None) -> None:
        """Keep the text; a layer without positions is the source itself."""
        self.text = text
        self._starts = starts
        self._ends = ends

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the position of a range of this layer in the source."""
        if self._starts is None or self._ends is None:
            return start, end
        return self._starts[start], self._ends[end - 1]

    def mask(self, hidden: bytearray) -> str:
        """Return the text with characters blanked out where ``hidden`` marks the source."""
        spans = (self.source_span(at, at + 1) for at in range(len(self.text)))
        return "".join(
            "\x00" if any(hidden[start:end]) else char
            for char, (start, end) in zip(self.text, spans, strict=True)
        )

    def decode(self) -> "Layer | None":
        """Return the text with one level of escapes decoded; None without any."""
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for escape in _ESCAPE.finditer(self.text):
            self._extend_positions(starts, ends, at, escape.start())
            start, end = self.source_span(escape.start(), escape.end())
            parts += self.text[at : escape.start()], _decode_escape(escape)
            starts.append(start)
            ends.append(end)
            at = escape.end()
        if at == 0:
            return None
        self._extend_positions(starts, ends, at, len(self.text))
        parts.append(self.text[at:])
        return Layer("".join(parts), starts, ends)

    def _extend_positions(self, starts: list[int], ends: list[int], first: int, after: int) -> None:
        """Add the positions in the source of the characters from ``first`` up to ``after``."""
        if self._starts is None or self._ends is None:
            starts.extend(range(first, after))
            ends.extend(range(first + 1, after + 1))
        else:
            starts.extend(self._starts[first:after])
            ends.extend(self._ends[first:after])


def _decode_escape(escape: re.Match[str]) -> str:
    kind = escape.lastgroup
    value = escape[kind or 0]
    if kind in ("entity", "backslash"):
        return _NAMED.get(value, value)
    if kind == "utf8":
        return bytes.fromhex(value.replace("%", "")).decode("utf-8", "replace")[:1]
    return chr(int(value, 10 if kind == "decimal" else 16))


def decode_layers(text: str) -> Iterator[Layer]:
    """Yield the most decoded text first and the text itself last."""
    found = [Layer(text)]
    while len(found) <= _DEPTH and (below := found[-1].decode()) is not None:
        found.append(below)
    yield from reversed(found)
