"""Two sides to one answer."""

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

    The answer is that of the verdict where that changed. Else it is worse (better) when a check that passed now fails,
    boots, validations or requests go well less often, or errors are new or more frequent than chance explains (or the
    reverse), and mixed when both. Where nothing of this is told, it is the same, or unclear if a side is too thin.

    ``history`` are the services with all the revisions that are walked; without it those of both sides.
    """
    leading = {side.leading.service for side in (before, after) if side.leading}
    verdicts, outcomes = compare_verdicts(before, after), compare_outcomes(before, after)
    counted = {error.service for error in (*before.errors, *after.errors)} | leading
    thins = [
        InsufficientData(name, service, why)
        for name, side in _named_sides(before, after)
        for service in sorted(counted)
        for why in find_insufficiencies(side, service)
    ]
    errors = compare_errors(before, after, {found.service for found in thins})
    told = collect_reasons(verdicts, outcomes, errors)
    lead = (
        compare_verdict(before.verdict, after.verdict)
        if len(leading) == 1 and leading <= before.services & after.services
        else "unclear"
    )
    weak = [found for found in thins if found.service in leading]
    change = _overall_change(lead, told, sure=not weak)
    return Comparison(
        change=change,
        because=told or [explain_without_changes(before, after, change, weak)],
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
        thin=thins,
        limits=list(_list_limits(before, after)),
    )


def _overall_change(lead: Change, signs: Sequence[Reason], *, sure: bool) -> Change:
    if lead in ("better", "worse"):
        return lead
    told = {sign.change for sign in signs}
    if len(told) > 1:
        return "mixed"
    if told:
        return told.pop()
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
        instances=sum(seen.instances for seen in side.activities),
        gaps=_count_gaps(side),
    )


def _count_gaps(side: Side) -> dict[str, int]:
    gaps = Counter[str]()
    for gap in side.gaps:
        gaps[gap.kind] += gap.count
    return dict(sorted(gaps.items()))


def _relevant_histories(
    histories: Mapping[str, dict[str, ServiceVerdict]], leading: Container[str]
) -> list[RevisionHistory]:
    """Return the walks of the leading services, and of those of which a revision was judged."""
    return [
        build_revision_history(service, revisions)
        for service, revisions in histories.items()
        if service in leading or set(revisions.values()) - {"inconclusive"}
    ]


def _merge_histories(before: Side, after: Side) -> dict[str, dict[str, ServiceVerdict]]:
    """Return the revisions of both sides together; where both know one, the later side's verdict stands."""
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
            f"{service} logs more error shapes than are told apart: the rest of them is not compared, and none is "
            "surely new or gone"
        )
