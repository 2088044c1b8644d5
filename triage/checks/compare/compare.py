"""Two sides to one answer."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Literal

from triage.checks.compare.errors import error_changes, shapes_cut
from triage.checks.compare.outcomes import outcome_changes
from triage.checks.compare.side import Side
from triage.checks.compare.signs import incident_changes, signs, standing, turned, verdict_changes
from triage.checks.compare.thinness import thin
from triage.checks.compare.walking import walk
from triage.models import Change, Comparison, ServiceState, ServiceVerdict, Sign, Stretch, Thin, Walk


def compare(before: Side, after: Side, *, history: Sequence[ServiceState] | None = None) -> Comparison:
    """Return what is better, worse, new or gone in ``after``.

    The answer is that of the verdict where that changed. Else it is worse (better) when a check that passed now fails,
    boots, validations or requests go well less often, or errors are new or more frequent than chance explains (or the
    reverse), and mixed when both. Where nothing of this is told, it is the same, or unclear if a side is too thin.

    ``history`` are the services with all the revisions that are walked; without it those of both sides.
    """
    leading = {side.leading.service for side in (before, after) if side.leading}
    verdicts, outcomes = verdict_changes(before, after), outcome_changes(before, after)
    counted = {error.service for error in (*before.errors, *after.errors)} | leading
    thins = [
        Thin(name, service, why)
        for name, side in _named(before, after)
        for service in sorted(counted)
        for why in thin(side, service)
    ]
    errors = error_changes(before, after, {found.service for found in thins})
    told = signs(verdicts, outcomes, errors)
    lead = (
        turned(before.verdict, after.verdict)
        if len(leading) == 1 and leading <= before.services & after.services
        else "unclear"
    )
    weak = [found for found in thins if found.service in leading]
    change = _answer(lead, told, sure=not weak)
    return Comparison(
        change=change,
        because=told or [standing(before, after, change, weak)],
        before=_stretch(before),
        after=_stretch(after),
        verdicts=verdicts,
        incidents=incident_changes(before, after),
        outcomes=outcomes,
        errors=errors,
        walks=_walks(
            _histories(before, after) if history is None else {of.service: of.revisions for of in history},
            leading,
        ),
        thin=thins,
        limits=list(_limits(before, after)),
    )


def _answer(lead: Change, signs: Sequence[Sign], *, sure: bool) -> Change:
    if lead in ("better", "worse"):
        return lead
    told = {sign.change for sign in signs}
    if len(told) > 1:
        return "mixed"
    if told:
        return told.pop()
    return "same" if sure and lead == "same" else "unclear"


def _named(before: Side, after: Side) -> tuple[tuple[Literal["before", "after"], Side], ...]:
    return ("before", before), ("after", after)


def _stretch(side: Side) -> Stretch:
    state = side.leading
    return Stretch(
        name=side.name,
        verdict=side.verdict,
        service=state.service if state else "",
        revisions=list(state.revisions) if state else [],
        first=side.first,
        last=side.last,
        hours=side.hours,
        instances=sum(seen.instances for seen in side.presences),
        gaps=_gaps(side),
    )


def _gaps(side: Side) -> dict[str, int]:
    gaps = Counter[str]()
    for gap in side.gaps:
        gaps[gap.kind] += gap.count
    return dict(sorted(gaps.items()))


def _walks(histories: Mapping[str, dict[str, ServiceVerdict]], leading: Container[str]) -> list[Walk]:
    """Return the walks of the leading services, and of those of which a revision was judged."""
    return [
        walk(service, revisions)
        for service, revisions in histories.items()
        if service in leading or set(revisions.values()) - {"inconclusive"}
    ]


def _histories(before: Side, after: Side) -> dict[str, dict[str, ServiceVerdict]]:
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


def _limits(before: Side, after: Side) -> Iterator[str]:
    if after.last and before.first and after.last <= before.first:
        yield "AFTER lies before BEFORE: they may be the wrong way round"
    for name, side in _named(before, after):
        if gaps := _gaps(side):
            counts = ", ".join(f"{kind.replace('_', ' ')} ({count:,})" for kind, count in gaps.items())
            yield f"{name.upper()} was not read whole: {counts}"
    for service in shapes_cut(before, after):
        yield (
            f"{service} logs more error shapes than are told apart: the rest of them is not compared, and none is "
            "surely new or gone"
        )
