"""Decode JSON that the strict decoder refuses, with the standard library."""

import re
from typing import Any

from triage.text import lazy_pattern

_DIGITS = 4300
_DEPTH = 100
_BRACKET = lazy_pattern(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)
_SURROGATE = lazy_pattern("[\ud800-\udfff]")


def limit_depth(data: bytes) -> bytes:
    """Return a JSON text without the values that are nested more than 100 levels deep: they become null.

    Cloud Logging holds none deeper: protobuf reads 100 levels.
    """
    if data.count(b"{") + data.count(b"[") <= _DEPTH:
        return data
    parts: list[bytes] = []
    depth = at = 0
    for token in _BRACKET.finditer(data):
        if token[0] in (b"{", b"["):
            depth += 1
            if depth == _DEPTH + 1:
                parts += data[at : token.start()], b"null"
        elif token[0] in (b"}", b"]"):
            if depth == _DEPTH + 1:
                at = token.end()
            depth -= 1
    return b"".join([*parts, data[at:]])


def _null(_name: str) -> None:
    """Return None for NaN and the infinities, which JSON does not have."""


def _integer(digits: str) -> int | str:
    """Return an integer; one with more digits than Python converts stays text."""
    return int(digits) if len(digits) <= _DIGITS else digits


def loads(data: bytes) -> Any:
    r"""Return the value of a JSON text with NaN, huge integers, control characters or invalid UTF-8.

    Invalid bytes become ``\xff``, lone surrogates ``\ud800``, both as visible text.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.

    """
    import json

    text = data.decode("utf-8", "surrogateescape")
    return _escape_surrogates(json.loads(text, parse_int=_integer, parse_constant=_null, strict=False))


def _escape_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub(_escape, value)
    if isinstance(value, dict):
        return {_escape_surrogates(key): _escape_surrogates(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escape_surrogates(inner) for inner in value]
    return value


def _escape(found: re.Match[str]) -> str:
    point = ord(found[0])
    return f"\\x{point - 0xDC00:02x}" if 0xDC80 <= point <= 0xDCFF else f"\\u{point:04x}"
