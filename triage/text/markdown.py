"""Log text in Markdown: only ever inside code, where GitHub sees no markup, mention or reference."""

import re

from triage.text.safe import clean

_BACKTICKS = re.compile(r"`+")
_MENTION = re.compile(r"@(?=[^\W_]|\[)")
_LINE_END = re.compile(r"\r\n?")


def _quiet(text: str) -> str:
    """Return the text safe to show, no "@name" in it: mail carries the source of a comment as it is."""
    return _MENTION.sub("@\u200b", clean(text))


def _ticks(text: str, least: int) -> str:
    return "`" * max(least, 1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))


def code(text: str) -> str:
    r"""Return the text as a code span of one line; line breaks show as ``\n``."""
    line = _quiet(_LINE_END.sub("\n", text)).replace("\n", "\\n").replace("\t", " ")
    if not line.strip():
        return f"` {line}`"
    # CommonMark takes one space off each end when both have one.
    bare = line[0] != "`" and line[-1] != "`" and not (line[0] == line[-1] == " ")
    ticks, pad = _ticks(line, 1), "" if bare else " "
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fence(text: str, language: str = "", *, exact: bool = False) -> str:
    """Return the text as a fenced block; with ``exact`` (for a command or filter of ours) "@" can be copied as it is.

    ``language`` is a word of ours for highlighting, never one from a log.
    """
    body = _LINE_END.sub("\n", text)
    body = clean(body) if exact else _quiet(body)
    ticks = _ticks(body, 3)
    return f"{ticks}{language}\n{body.rstrip(chr(10))}\n{ticks}"


def cell(text: str) -> str:
    r"""Return the text as a code span for a table cell: as ``code``, pipes escaped."""
    return code(text).replace("|", "\\|")
