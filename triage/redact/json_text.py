"""Mask the secrets of a JSON text token by token.

Neither the depth of the text nor the size of its numbers is limited, and what holds no secret stays as it is.
"""

import json
import re
from collections.abc import Iterator
from typing import Protocol

_TOKEN = re.compile(
    r"""[ \t\r\n]*+(?:
      (?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")
    | (?P<mark>[{}\[\]:,])
    | (?P<integer>-?(?:0|[1-9][0-9]*+))(?![0-9.eE])
    | (?P<other>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![0-9.eE])|true|false|null)
    | (?P<unwritable>NaN|-?Infinity)
    )""",
    re.VERBOSE | re.DOTALL,
)
_RAW = re.compile(r"[\x00-\x1f]")
_CLOSING = {"{": "}", "[": "]"}
#: The longest number that can be a user id or the like; a longer one stays.
_DIGITS = 32


class Masking(Protocol):
    """Masks keys and values; ``Redactor`` does."""

    def kind_of_field(self, key: str, value: object, within: str | None) -> str | None:
        """Return the kind of secret that a field holds; ``within`` is that of its object."""

    def redact_key(self, key: str) -> str:
        """Return a key with its secrets masked."""

    def redact_value(self, value: str | int, kind: str | None) -> str | int:
        """Return a text or a number with its secrets masked."""


class JsonMasking:
    """Masks one JSON text; what may follow a token is checked on the way."""

    def __init__(self, masking: Masking) -> None:
        """Start before the first token."""
        self._masking = masking
        #: The bracket that closes each open container, and the kind of secret that all of it is.
        self._open: list[tuple[str, str | None]] = []
        self._expected = "value"
        self._is_empty = False
        self._key: str | None = None

    def redact(self, text: str) -> str:
        """Return the text with its secrets masked, without spaces between tokens; NaN becomes null.

        Raises:
            ValueError: the text is not JSON.

        """
        end = len(text.rstrip(" \t\r\n"))
        parts = list(self._redact_tokens(text, end))
        if self._expected != "end":
            raise ValueError("the JSON text ends early")
        return "".join(parts)

    def _redact_tokens(self, text: str, end: int) -> Iterator[str]:
        at = 0
        while at < end:
            token = _TOKEN.match(text, at)
            if token is None:
                raise ValueError(f"not JSON at character {at + 1:,}")
            at = token.end()
            found = token[token.lastgroup or 0]
            if token.lastgroup == "mark":
                if not self._follow(found):
                    raise ValueError(f"unexpected {found!r} at character {at:,}")
                yield found
            elif token.lastgroup == "string" and self._expected == "key":
                yield self._redact_key(found)
            elif self._expected == "value":
                yield self._redact_value(token.lastgroup or "", found)
            else:
                raise ValueError(f"unexpected value at character {at:,}")

    def _follow(self, mark: str) -> bool:
        """Return whether a bracket, colon or comma may stand here, and go on behind it."""
        expected, was_empty, self._is_empty = self._expected, self._is_empty, False
        closing = self._open[-1][0] if self._open else ""
        if mark in _CLOSING:
            self._open.append((_CLOSING[mark], self._kind_of(None)))
            self._key, self._is_empty = None, True
            self._expected = "key" if mark == "{" else "value"
            return expected == "value"
        if mark == closing:
            self._open.pop()
            self._end_value()
            return expected == "comma" or was_empty
        if mark == ":":
            self._expected = "value"
            return expected == "colon"
        self._expected = "key" if closing == "}" else "value"
        return mark == "," and expected == "comma"

    def _end_value(self) -> None:
        self._key, self._is_empty = None, False
        self._expected = "comma" if self._open else "end"

    def _kind_of(self, value: object) -> str | None:
        within = self._open[-1][1] if self._open else None
        return within if self._key is None else self._masking.kind_of_field(self._key, value, within)

    def _redact_key(self, token: str) -> str:
        self._key, self._expected, self._is_empty = _decode(token), "colon", False
        return _encode(self._masking.redact_key(self._key), self._key, token)

    def _redact_value(self, group: str, token: str) -> str:
        shown = token
        if group == "unwritable":
            shown = "null"
        elif group == "string":
            text = _decode(token)
            shown = _encode(self._masking.redact_value(text, self._kind_of(text)), text, token)
        elif group == "integer" and len(token) <= _DIGITS:
            number = int(token)
            shown = _encode(self._masking.redact_value(number, self._kind_of(number)), number, token)
        self._end_value()
        return shown


def _decode(token: str) -> str:
    text: str = (
        token[1:-1] if "\\" not in token and not _RAW.search(token) else json.loads(token, strict=False)
    )
    return text


def _encode(masked: str | int, value: str | int, token: str) -> str:
    """Return the token of a masked value, the given one where nothing was masked."""
    if masked == value and not _RAW.search(token):
        return token
    return json.dumps(masked, ensure_ascii=False)
