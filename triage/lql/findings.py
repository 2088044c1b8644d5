"""Create lint findings with their position, and apply their fixes."""

from collections.abc import Iterable

from triage.lql.errors import line_and_column
from triage.lql.tree import Span
from triage.models import Finding, FindingLevel


def make_finding(  # noqa: PLR0917 (as many things as a finding has)
    code: str, level: FindingLevel, message: str, text: str, span: Span, fix: str | None = None
) -> Finding:
    """Return a finding about a span of the filter ``text``."""
    line, column = line_and_column(text, span.start)
    return Finding(code, level, message, line, column, span.start, span.end, fix)


def apply_fixes(text: str, findings: Iterable[Finding]) -> str:
    """Return the filter with the fixes applied; of overlapping fixes the first."""
    done, end = [], 0
    for found in sorted(findings, key=lambda found: (found.start, -found.end)):
        if found.fix is not None and found.start >= end:
            done += [text[end : found.start], found.fix]
            end = found.end
    return "".join([*done, text[end:]])
