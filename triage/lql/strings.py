r"""Quote and unquote strings, and their escape sequences.

Google's page names ``\"``, ``\t`` and octal bytes; the others are C's. An unknown sequence stays as it is. In
a regular expression only ``\"`` and ``\\`` are undone: the other sequences belong to RE2.
"""

import re

_ESCAPE = re.compile(
    r'\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([abfnrtv"\\]))'
)
_PLAIN_ESCAPE = re.compile(r'\\(["\\])')
_CONTROL = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BARE = re.compile(r'(?![-+])(?:[^\s"~=():<>,.*!\\\'`/;|&#$%{}\[\]?^]|@)+')
_KEYWORDS = ("AND", "OR", "NOT")


def unquote_string(quoted: str) -> str:
    """Return the value of a quoted string."""
    return _ESCAPE.sub(_character, quoted[1:-1])


def unquote_pattern(quoted: str) -> str:
    """Return the regular expression in a quoted string."""
    return _PLAIN_ESCAPE.sub(r"\1", quoted[1:-1])


def _character(found: re.Match[str]) -> str:
    if found[5]:
        return _CONTROL[found[5]]
    number = int(found[1], 8) if found[1] else int(found[2] or found[3] or found[4], 16)
    return chr(number) if number <= 0x10FFFF else found[0]


def quote_string(text: str) -> str:
    """Return the text as a quoted string."""
    return '"' + "".join(_ESCAPED.get(char, char) for char in text) + '"'


def quote_path_part(part: str) -> str:
    """Return one part of a field path, quoted if necessary."""
    return part if _BARE.fullmatch(part) and part not in _KEYWORDS else quote_string(part)


def quote_pattern(text: str) -> str:
    """Return a regular expression as a quoted string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
