"""What ``lint`` finds: a filter that is written wrongly but plausibly, and its mend."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from triage.lql.errors import place
from triage.lql.tree import Span

Level = Literal["error", "warning", "note"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that is probably not meant.

    ``level``: "error" never does what it seems to say, "warning" often does not, "note" is worth knowing.
    ``line`` and ``column`` count from 1. ``mend`` is the text that should stand in place of the characters from
    ``start`` up to ``end``; None where only the writer can know it.
    """

    code: str
    level: Level
    message: str
    line: int
    column: int
    start: int
    end: int
    mend: str | None = None


def finding(  # noqa: PLR0917 (as many things as a finding has)
    code: str, level: Level, message: str, text: str, span: Span, mend: str | None = None
) -> Finding:
    """Return a finding about a piece of the filter ``text``."""
    line, column = place(text, span.start)
    return Finding(code, level, message, line, column, span.start, span.end, mend)


def mended(text: str, findings: Iterable[Finding]) -> str:
    """Return the filter with the mends of the findings put in; of two that overlap, the one that begins first."""
    done, end = [], 0
    for found in sorted(findings, key=lambda found: (found.start, -found.end)):
        if found.mend is not None and found.start >= end:
            done += [text[end : found.start], found.mend]
            end = found.end
    return "".join([*done, text[end:]])
