"""Brief of a Logging filter: the entries that it matches, or the filter in words."""

from collections.abc import Callable, Sequence
from typing import Any

from triage.models import Coverage, Entry, Finding
from triage.models.brief import BriefLine
from triage.models.query_brief import BriefFinding, QueryBrief
from triage.redact import Redactor
from triage.rendering.briefs.size import Page, fit, to_plain
from triage.text import clean, excerpt, pluralize
from triage.window import format_timestamp

#: Characters of a message, unless the whole entry was asked for.
_MESSAGE = 300
_MOST = {"findings": 5}


class MatchedEntries:
    """The entries that a filter matches, as many as a brief has room for."""

    def __init__(self, cursor: str, to_json: Callable[[Entry], str] | None = None) -> None:
        """Create an empty list; ``to_json`` returns a whole entry, None shows messages only.

        Raises:
            UsageError: the cursor is not one that an answer gave.

        """
        self._page = Page(cursor)
        self._to_json = to_json
        self._redactor = Redactor()

    def add(self, entry: Entry) -> None:
        """Add the next entry; one that is not on this page is counted, but not kept."""
        self._page.add(self._to_line(entry) if self._page.takes_next else None)

    def build(self, covered: Coverage, findings: Sequence[Finding]) -> dict[str, Any]:
        """Return the brief as plain data."""
        matches = self._page.count
        brief = QueryBrief(
            headline=f"{matches:,} of {pluralize(covered.records, 'record')} match",
            matches=matches,
            records=covered.records,
            findings=to_brief_findings(findings),
            limits=[clean(gap.detail) for gap in covered.gaps],
        )
        return self._page.build(to_plain(brief), "entries")

    def _to_line(self, entry: Entry) -> BriefLine:
        mask = self._redactor.redact_text
        if self._to_json is None:
            message = excerpt(mask(entry.message), _MESSAGE)
        else:
            message = self._redactor.redact_json(self._to_json(entry))
        is_named = bool(entry.service) and entry.revision.startswith(entry.service)
        return BriefLine(
            at=format_timestamp(entry.timestamp),
            severity="" if entry.severity == "DEFAULT" else entry.severity,
            message=clean(message),
            insert_id=clean(entry.insert_id),
            service="" if is_named else clean(mask(entry.service)),
            revision=clean(mask(entry.revision)),
        )


def brief_filter(explanation: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the brief of a filter that was not matched against entries."""
    errors = sum(finding.level == "error" for finding in findings)
    counts = f"{pluralize(len(findings), 'finding')}, {errors} of them errors" if findings else "no finding"
    brief = QueryBrief(
        headline=f"The filter is valid: {counts}",
        findings=to_brief_findings(findings),
        explanation=explanation,
    )
    return fit(brief, _MOST)


def to_brief_findings(findings: Sequence[Finding]) -> list[BriefFinding]:
    """Return the findings of a filter, errors first."""
    ranked = sorted(findings, key=lambda finding: ("error", "warning", "note").index(finding.level))
    return [
        BriefFinding(
            position=f"{finding.line}:{finding.column}",
            level=finding.level,
            message=clean(finding.message),
            write=clean(finding.fix or ""),
        )
        for finding in ranked
    ]
