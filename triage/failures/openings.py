"""What the text of an entry shows of the statement that it begins or continues."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from triage.failures.decisive import (
    DOTNET_NAMES,
    GROUP_PREFIX,
    TRACEBACK,
    complains,
    traceback_headers,
)
from triage.failures.frames import is_frame

#: Lines of a statement that are kept: the first and the last of very long ones.
LINES = 200
#: Characters of an entry in which brackets of a printed object are counted, and how deep it is nested.
_LONGEST_OBJECT, _DEEPEST = 4000, 20
#: A header behind which the exception itself still comes: Python's, Node's with the source line, Rust's
#: panic, V8's report.
_SOURCE = re.compile(r"^(?:node:[\w/]+|(?:file://)?/\S+|[\w./-]+\.[cm]?[jt]sx?):\d+$")
_HEADER = re.compile(
    r"^(?:fail|crit|warn|info): \S+\[\d+\]$|^Unhandled exception:$"
    r"|^thread '.*'(?: \(\d+\))? panicked at \S+:$"
    r"|^Uncaught exception:?$|^(?:Description|Action):$|^Error: [A-Z]{1,3}\d{3,5}:?$"
    r"|^(?:ERROR|SEVERE|FATAL|CRITICAL)[\s\d:.,TZ|-]+$"
)
#: The end of what Tomcat says of a request that failed, above the exception.
_ROOT_CAUSE = " with root cause"
#: What Dart's shelf prints between the level of an error and the error itself.
_BETWEEN = re.compile(r"^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /\S*$|^Error thrown by handler\.$")
CHAINED = re.compile(r"^(?:During handling of the above|The above exception was|Caused by:$)", re.MULTILINE)
#: A cause whose message may go on below it, up to its first frame.
_CAUSED = re.compile(r"[ \t]*Caused by: \S")
#: An exception whose message stands on the lines below it.
_NAMES_NOTHING = re.compile(rf"^(?:\S+ )?[\w.$:]*(?:Error|Exception)(?: \[\w+\])?:\s*$|^{DOTNET_NAMES}$")

#: An exception whose message goes on below it.
_GOES_ON = re.compile(r"^[\w.]+(?:Error|Exception): .*:\s*$")


class Opening(NamedTuple):
    """What the text of an entry shows that begins a statement.

    kept: the first lines of a very long text, "" for all of it.
    awaits: whether the line that decides is still to come.
    is_message: whether its message may go on below it.
    depth: how many brackets of a printed object are open.
    """

    kept: str
    awaits: bool
    is_message: bool
    depth: int


def open_statement(text: str) -> Opening | None:
    """Return what a text shows that begins a statement, None if it says nothing."""
    if not text.strip():
        return None
    lines = text.split("\n", LINES)
    kept = ""
    if len(lines) > LINES:
        del lines[LINES:]
        kept = "\n".join(lines)
    return Opening(
        kept,
        awaits_more(lines, text, is_awaited=False),
        is_message_open(lines, is_message=False),
        open_brackets(lines[0], text, 0),
    )


def _last_of(lines: Sequence[str]) -> str:
    """Return the last line that is not empty."""
    for line in reversed(lines):
        if line.strip():
            return line
    return ""


def is_message_open(lines: Sequence[str], *, is_message: bool) -> bool:
    """Return whether lines end in a message that may go on; ``is_message`` is what was so before the last."""
    last = _last_of(lines)
    return bool(_CAUSED.match(last)) or (is_message and not is_frame(last))


def awaits_more(lines: Sequence[str], text: str, *, is_awaited: bool) -> bool:
    """Return whether the line that decides is still to come.

    text: the text of the last entry.
    is_awaited: whether it was to come before that entry.
    """
    last, first = _last_of(lines), lines[0]
    if traceback_headers(text):
        return not _ends_traceback(text)
    if is_awaited:
        if _HEADER.match(first) and len(lines) > 1 and last[:1].isspace():
            return False
        return (
            not text.strip()
            or last[:1].isspace()
            or bool(_HEADER.match(last))
            or bool(_SOURCE.match(last))
            or (last.rstrip().endswith(":") and any(map(_NAMES_NOTHING.match, lines)))
            or bool(_GOES_ON.match(last))
            or bool(_BETWEEN.match(last))
        )
    return bool(
        _HEADER.match(last)
        or last.endswith(_ROOT_CAUSE)
        or (_SOURCE.match(last) and len(lines) == 1)
        or CHAINED.match(last)
        or _NAMES_NOTHING.match(last)
        or (len(lines) == 1 and last.rstrip().endswith(":") and complains(last))
    )


def open_brackets(first: str, text: str, depth: int) -> int:
    """Return how many brackets of a printed object are open behind the text of an entry.

    first: the line that begins the statement.
    depth: how many were open before the entry.
    """
    if not first.rstrip().endswith("{") or len(text) >= _LONGEST_OBJECT:
        return 0
    return max(0, min(depth + text.count("{") - text.count("}"), _DEEPEST))


def _ends_traceback(text: str) -> bool:
    """Return whether a line behind the last header of a traceback is not indented."""
    last = text.rfind("\n") + 1
    first = text[last : last + 1]
    if first not in ("", "|") and not first.isspace() and last > text.rfind(TRACEBACK) + len(TRACEBACK):
        return True  # the usual end, without a search
    tail = text[traceback_headers(text)[-1] :]
    return any(
        (bare := GROUP_PREFIX.sub("", line)).strip() and not bare[:1].isspace()
        for line in reversed(tail.split("\n")[1:])
    )
