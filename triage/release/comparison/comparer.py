"""Compare two sides and combine the differences into one answer."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Literal

from triage.models import (
    Change,
    Comparison,
    InsufficientData,
    Reason,
    RevisionHistory,
    ServiceState,
    ServiceVerdict,
    SideSummary,
)
from triage.release.comparison.data_sufficiency import find_insufficiencies
from triage.release.comparison.errors import compare_errors, overflowing_services
from triage.release.comparison.outcomes import compare_outcomes
from triage.release.comparison.reasons import (
    basis_of,
    collect_reasons,
    compare_incidents,
    compare_verdict,
    compare_verdicts,
    explain_without_changes,
)
from triage.release.comparison.revision_history import build_revision_history
from triage.release.comparison.side import Side


def compare(before: Side, after: Side, *, history: Sequence[ServiceState] | None = None) -> Comparison:
    """Return what is better, worse, new or gone in ``after``.

    A changed verdict decides. Otherwise the answer is worse (better) if a check that passed now fails, if
    boots, validations or requests succeed less often, or if errors are new or more frequent than chance
    explains (or the reverse); it is mixed if both apply. Without any of these it is the same, or unclear if a
    side has insufficient data.

    ``history`` lists services with all revisions for the revision history; the default is those of both
    sides.
    """
    leading = {side.leading.service for side in (before, after) if side.leading}
    verdicts, outcomes = compare_verdicts(before, after), compare_outcomes(before, after)
    counted = {error.service for error in (*before.errors, *after.errors)} | leading
    insufficient = [
        InsufficientData(name, service, why)
        for name, side in _named_sides(before, after)
        for service in sorted(counted)
        for why in find_insufficiencies(side, service)
    ]
    errors = compare_errors(before, after, {found.service for found in insufficient})
    reasons = collect_reasons(verdicts, outcomes, errors)
    lead = (
        compare_verdict(before.verdict, after.verdict)
        if len(leading) == 1 and leading <= before.services & after.services
        else "unclear"
    )
    weak = [found for found in insufficient if found.service in leading]
    change = _overall_change(lead, reasons, sure=not weak)
    return Comparison(
        change=change,
        because=reasons or [explain_without_changes(before, after, change, weak)],
        before=_summarize_side(before),
        after=_summarize_side(after),
        verdicts=verdicts,
        incidents=compare_incidents(before, after),
        outcomes=outcomes,
        errors=errors,
        walks=_relevant_histories(
            _merge_histories(before, after)
            if history is None
            else {of.service: of.revisions for of in history},
            leading,
        ),
        thin=insufficient,
        limits=list(_list_limits(before, after)),
    )


def _overall_change(lead: Change, reasons: Sequence[Reason], *, sure: bool) -> Change:
    if lead in ("better", "worse"):
        return lead
    changes = {reason.change for reason in reasons}
    if len(changes) > 1:
        return "mixed"
    if changes:
        return changes.pop()
    return "same" if sure and lead == "same" else "unclear"


def _named_sides(before: Side, after: Side) -> tuple[tuple[Literal["before", "after"], Side], ...]:
    return ("before", before), ("after", after)


def _summarize_side(side: Side) -> SideSummary:
    state = side.leading
    return SideSummary(
        name=side.name,
        verdict=side.verdict,
        service=state.service if state else "",
        revisions=list(state.revisions) if state else [],
        first=side.first,
        last=side.last,
        hours=side.hours,
        instances=sum(activity.instances for activity in side.activities),
        gaps=_count_gaps(side),
        basis=basis_of(state) if state else "",
    )


def _count_gaps(side: Side) -> dict[str, int]:
    gaps = Counter[str]()
    for gap in side.gaps:
        gaps[gap.kind] += gap.count
    return dict(sorted(gaps.items()))


def _relevant_histories(
    histories: Mapping[str, dict[str, ServiceVerdict]], leading: Container[str]
) -> list[RevisionHistory]:
    """Return the histories of the leading services and of those with a verdict."""
    return [
        build_revision_history(service, revisions)
        for service, revisions in histories.items()
        if service in leading or set(revisions.values()) - {"inconclusive"}
    ]


def _merge_histories(before: Side, after: Side) -> dict[str, dict[str, ServiceVerdict]]:
    """Return the revisions of both sides; the later side's verdict wins."""
    later, earlier = (after, before) if (after.first or "") >= (before.first or "") else (before, after)
    known = {state.service: state.revisions for state in earlier.states}
    found: dict[str, dict[str, ServiceVerdict]] = {
        state.service: dict(state.revisions) for state in later.states
    }
    for service, revisions in known.items():
        newer = found.setdefault(service, {})
        for revision, verdict in revisions.items():
            if newer.setdefault(revision, verdict) == "inconclusive":
                newer[revision] = verdict
    return found


def _list_limits(before: Side, after: Side) -> Iterator[str]:
    if after.last and before.first and after.last <= before.first:
        yield "AFTER lies before BEFORE: they may be the wrong way round"
    for name, side in _named_sides(before, after):
        if gaps := _count_gaps(side):
            counts = ", ".join(f"{kind.replace('_', ' ')} ({count:,})" for kind, count in gaps.items())
            yield f"{name.upper()} was not read whole: {counts}"
    for service in overflowing_services(before, after):
        yield (
            f"{service} logs more error patterns than triage distinguishes: the others are not compared, so "
            "none of them counts as new or gone"
        )
