"""Strip what a logger adds to a message: prefix, level, ANSI codes, markup."""

import re
from typing import NamedTuple

from triage.entries.severity import parse_severity
from triage.text import lazy_pattern

# ECMA-48: CSI, then OSC and the other strings up to BEL or ST, then any other escape. The single-byte forms
# (0x80 to
# 0x9f) are left alone: in an export they are the remains of UTF-8 read as Latin-1.
_ANSI = lazy_pattern(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]?")
_TAG = (
    r"(?:black|red|green|yellow|blue|magenta|cyan|white|level|bold|dim|normal|italic|underline|strike"
    r"|light-(?:black|red|green|yellow|blue|magenta|cyan|white))"
)
_OPENING = lazy_pattern(f"(?:<{_TAG}>)+", re.IGNORECASE)
_CLOSING = lazy_pattern(f"(?:</{_TAG}?>)+$", re.IGNORECASE)
_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_LOGURU = lazy_pattern(
    rf"{_TIME} \| ([A-Z]{{1,20}}) {{0,8}} \| ([^\s|]{{1,300}}):([^\s|:]{{1,300}}):(\d{{1,9}}) [|-] ?",
    re.ASCII,
)
_STDLIB = lazy_pattern(
    rf"{_TIME} - (?:([^\n]{{1,300}}?) - )?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL) - ", re.ASCII
)
_GUNICORN = lazy_pattern(
    r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d{1,9}\] \[([A-Z]{1,20})\] ?", re.ASCII
)
# uvicorn pads the level and its colon to ten columns; with one space it may be any text.
_UVICORN = re.compile(r"(TRACE:    |DEBUG:    |INFO:     |WARNING:  |ERROR:    )")

_LEVELS = frozenset("TDIWE")


class StrippedText(NamedTuple):
    """A message and what its prefix holds, "" and None for what it does not.

    message: the text without prefix.
    severity: the severity's name.
    logger: the name of the logger.
    function: the function that logged it.
    line: the line number in the source.
    """

    message: str
    severity: str = ""
    logger: str = ""
    function: str = ""
    line: int | None = None


def strip_log_prefix(text: str) -> StrippedText:
    """Return a text without the prefix of loguru, logging, gunicorn or uvicorn.

    ANSI codes and loguru markup are removed, too.
    """
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    first = text[:1]
    if first.isdecimal():
        if loguru := _LOGURU.match(text):
            level, logger, function, line = loguru.groups()
            return StrippedText(
                _strip_markup(text[loguru.end() :]), parse_severity(level), logger, function, int(line)
            )
        if stdlib := _STDLIB.match(text):
            logger = (stdlib[1] or "").rpartition(" - ")[2]
            return StrippedText(_strip_markup(text[stdlib.end() :]), parse_severity(stdlib[2]), logger)
    elif first == "[":
        if gunicorn := _GUNICORN.match(text):
            return StrippedText(text[gunicorn.end() :], parse_severity(gunicorn[1]))
    elif first in _LEVELS and (uvicorn := _UVICORN.match(text)):
        return StrippedText(text[uvicorn.end() :], parse_severity(uvicorn[1].rstrip(": ")))
    return StrippedText(_strip_markup(text) if text[-1:] == ">" else text)


def _strip_markup(text: str) -> str:
    if text[:1] == "<" and (opening := _OPENING.match(text)):
        text = text[opening.end() :]
    return _CLOSING.sub("", text) if text[-1:] == ">" else text
