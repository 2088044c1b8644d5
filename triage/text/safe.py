"""Text for a terminal, a path and a Logging filter."""

import re
from hashlib import sha256
from typing import Any

# C0 but tab and line feed, DEL, C1; soft hyphen, joiners and fillers that show nothing; bidirectional and
# zero-width marks; line and paragraph separators; variation selectors (but U+FE0F, part of common emoji),
# byte-order marks and interlinear marks; surrogates; tags.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_UNQUOTABLE = re.compile(f"{_UNSAFE.pattern[:-1]}\t\n]")
# Where a build system finds a command in a line: "::" at its beginning (GitHub Actions), and "##[", "##vso["
# and the like anywhere (GitHub Actions, Azure Pipelines, TeamCity).
_CI_COMMAND = re.compile(r"^\s*(?=::)|(?<=#)(?=#\w*\[)")
_NAME = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
_DEVICES = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}


def _escape_character(found: re.Match[str]) -> str:
    point = ord(found[0])
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def clean(text: str) -> str:
    r"""Return the text with invisible and control characters escaped: ``\x1b``.

    It escapes control characters except tab and line feed, bidirectional and zero-width marks, other line
    separators, tags and lone surrogates: what a terminal would execute, and what a reader would not see.
    """
    return _UNSAFE.sub(_escape_character, text)


def clean_data(value: Any) -> Any:
    """Return plain data in which every text is one that ``clean`` returns."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_data(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean_data(item) for key, item in value.items()}
    return value


def clean_json(text: str) -> str:
    r"""Return a JSON text with the characters that ``clean`` escapes as JSON escapes: ``\u001b``.

    Line feeds between its tokens stay; it means the same.
    """
    return _UNSAFE.sub(_escape_in_json, text)


def _escape_in_json(found: re.Match[str]) -> str:
    import json  # few texts hold such a character

    return json.dumps(found[0])[1:-1]


def escape_ci_commands(line: str) -> str:
    r"""Return a line in which no build system finds a command: ``::error`` becomes ``\::error``."""
    return _CI_COMMAND.sub(lambda found: f"{found[0]}\\", line)


def filename(name: str) -> str:
    """Return a safe path part: the name itself if it is one, else a hash of it."""
    if _NAME.fullmatch(name) and name not in _DEVICES and not name.startswith("-"):
        return name
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def quote(value: str) -> str:
    r"""Return any value as a quoted string of the Logging query language.

    A control character becomes an octal byte, ``\033``, as the language's page names it; any other invisible
    character ``\u202e``.
    """
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_UNQUOTABLE.sub(_escape_for_filter, escaped)}"'


def _escape_for_filter(found: re.Match[str]) -> str:
    point = ord(found[0])
    if point < 0x80:
        return f"\\{point:03o}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
