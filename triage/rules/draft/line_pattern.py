"""The pattern of a line: its fixed words, with groups for what varies."""

import re
from typing import NamedTuple

from triage.rules.draft.line_reader import Reading

#: The prefixes of loggers that Cloud Run's entries keep, and how they are written in RE2.
_PREFIXES = [
    (
        re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)? (?:\S+\.go:\d+: )?", re.ASCII),
        r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? (?:\S{1,80}\.go:\d{1,6}: )?",
    ),
    (
        re.compile(r"\d{4}-\d\d-\d\d[T ]\S+ +[A-Z]{3,8} +\d+ --- .*? : ", re.ASCII),
        r"\d{4}-\d\d-\d\d[T ]\S{1,40} {1,4}[A-Z]{3,8} {1,4}\d{1,9} --- [^:]{1,120} : ",
    ),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\S+ ", re.ASCII), r"\d{4}-\d\d-\d\d[T ]\S{1,40} "),
    (re.compile(r"\[(?:INFO|WARN|WARNING|ERROR|DEBUG|FATAL)\]:? +"), r"\[[A-Z]{4,7}\]:? {1,4}"),
]
_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SECONDS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?= ?s(?:ec(?:onds?)?)?\b)")
#: What follows the words that decide, up to a reason in words.
_DETAIL = re.compile(r"(?P<link>[\"'`\])]?\s*(?:[:,;-]+|because|due to)\s+)(?P<reason>\S.*)$")
_LONGEST_REASON = 300
#: Names of checks and phases as RE2.
_NAMES = {"check": r"[\w.-]{1,60}", "number": r"\d{1,2}", "phase": r"[\w.-]{1,60}"}


class LinePattern(NamedTuple):
    """The pattern of a line.

    Attributes:
        pattern: RE2 pattern.
        literal: the longest fixed text of it, "" if none is long enough.

    """

    pattern: str
    literal: str


def split_prefix(line: str) -> tuple[str, str]:
    """Return the pattern of a logger's prefix, "" for none, and the line without it."""
    for prefix, pattern in _PREFIXES:
        if found := prefix.match(line):
            return pattern, line[found.end() :]
    return "", line


def build_pattern(prefix: str, line: str, reading: Reading) -> LinePattern:
    """Return the pattern of a line after its prefix, with groups for check, phase, reason and seconds."""
    start, end = reading.name_span
    group = "check" if reading.kind == "check" else "phase"
    name = "number" if reading.kind == "phase" else group
    texts = [line[: reading.end]] if end == 0 else [line[:start], line[end : reading.end]]
    middle = f"(?P<{group}>{_NAMES[name]})" if end else ""
    tail, tail_texts = _tail(line[reading.end :])
    pattern = "^" + prefix + middle.join(_fixed(text) for text in texts) + tail
    fixed = [part for text in [*texts, *tail_texts] for part in _NUMBER.split(text)]
    longest = max((part.strip() for part in fixed if part.isascii()), key=len, default="")
    return LinePattern(pattern, longest if len(longest) >= 3 else "")


def _fixed(text: str) -> str:
    """Return a text as a pattern: numbers vary."""
    return "".join(
        r"\d{1,19}(?:\.\d{1,9})?" if _NUMBER.fullmatch(part) else _SPECIAL.sub(r"\\\1", part)
        for part in re.split(rf"({_NUMBER.pattern})", text)
    )


def _tail(rest: str) -> tuple[str, list[str]]:
    """Return the pattern of what follows the words that decide, and the fixed texts of it."""
    if detail := _DETAIL.match(rest):
        return _fixed(detail["link"]) + rf"(?P<reason>.{{1,{_LONGEST_REASON}}})", []
    if seconds := _SECONDS.search(rest):
        before = rest[: seconds.start()]
        if len(before) <= 20:
            return rf"{_fixed(before)}(?P<elapsed>\d{{1,9}}(?:\.\d{{1,9}})?) ?s", [before]
    return (r"\b" if not rest or not rest[0].isalnum() else ""), []
