"""Brief of a comparison: better or worse, the reasons, and the differences on request."""

from typing import Any

from triage.models import Comparison, ErrorChange, IncidentChange, OutcomeChange, SideSummary
from triage.models.comparison_brief import (
    BriefDifference,
    BriefError,
    BriefSide,
    BriefVerdict,
    ComparisonBrief,
)
from triage.rendering.briefs.size import fit, fit_part
from triage.rendering.documents import sanitize
from triage.text import clean, count_times

_MOST = {
    "because": 5,
    "configuration": 4,
    "errors": 3,
    "incidents": 4,
    "limits": 2,
    "outcomes": 3,
    "revisions": 3,
}
#: Reasons that the headline names.
_MOST_NAMED = 2
_INCIDENTS = {"new": "new", "gone": "not seen again", "stays": "stays"}


def brief_comparison(
    comparison: Comparison, *, names: tuple[str, str] = ("", ""), part: str = "", cursor: str = ""
) -> dict[str, Any]:
    """Return the brief of a comparison as plain data, secrets masked.

    names: what the user called the sides, "" for their own names.
    part: the list to return instead of the answer, from a cursor on.

    Raises:
        UsageError: there is no such list.

    """
    shown = sanitize(comparison)
    reasons = [reason.says for reason in shown.because[:_MOST_NAMED]]
    walk = next(iter(shown.walks), None)
    brief = ComparisonBrief(
        change=shown.change,
        headline=": ".join(filter(None, (shown.change.upper(), "; ".join(reasons)))),
        before=_brief_side(shown.before, names[0]),
        after=_brief_side(shown.after, names[1]),
        because=[BriefVerdict(says=reason.says, change=reason.change) for reason in shown.because],
        incidents=[_brief_incident(incident) for incident in shown.incidents],
        outcomes=[_brief_outcome(outcome) for outcome in shown.outcomes if outcome.change != "same"],
        errors=[_brief_error(error) for error in shown.errors if error.change != "same"],
        configuration=[
            BriefDifference(
                what=f"{difference.service}: {item.name}",
                change="changed",
                before=item.before or "",
                after=item.after or "",
            )
            for difference in shown.configuration
            for item in difference.items
        ],
        last_good=(walk.last_good or "") if walk else "",
        first_bad=(walk.first_bad or "") if walk else "",
        limits=[
            *shown.limits,
            *(
                f"{thin.side.upper()}, {thin.service or 'lines of no service'}: {thin.why}"
                for thin in shown.thin
            ),
        ],
    )
    return fit_part(brief, part, cursor) if part else fit(brief, _MOST)


def _brief_side(side: SideSummary, name: str) -> BriefSide:
    return BriefSide(
        name=clean(name) or side.name,
        verdict=side.verdict,
        service=side.service,
        revisions=side.revisions,
        first=side.first or "",
        last=side.last or "",
    )


def _brief_incident(incident: IncidentChange) -> BriefDifference:
    return BriefDifference(
        what=f"{incident.cause}: {incident.title}",
        change=_INCIDENTS[incident.change],
        before=_times(incident.before),
        after=_times(incident.after),
    )


def _times(count: int) -> str:
    return count_times(count) if count else "none"


def _brief_outcome(outcome: OutcomeChange) -> BriefDifference:
    return BriefDifference(
        what=outcome.subject,
        change=outcome.became,
        before=str(outcome.before or "none"),
        after=str(outcome.after or "none"),
    )


def _brief_error(error: ErrorChange) -> BriefError:
    return BriefError(
        example=error.example,
        change=error.change,
        before=str(error.before),
        after=str(error.after),
        service=error.service,
        insert_id=error.insert_id,
        sure=error.sure,
    )
