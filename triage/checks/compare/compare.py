"""Two sides to one answer."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from triage.checks.compare.errors import error_changes, shapes_cut
from triage.checks.compare.outcomes import outcome_changes
from triage.checks.compare.side import Side
from triage.checks.compare.thinness import thin
from triage.checks.compare.walking import walk
from triage.models import (
    Change,
    Comparison,
    ErrorChange,
    IncidentChange,
    OutcomeChange,
    ServiceState,
    ServiceVerdict,
    Sign,
    Stretch,
    Thin,
    VerdictChange,
    Walk,
)

_RANK: dict[ServiceVerdict | None, int] = {"not_ready": 0, "degraded": 1, "ready": 2}
_ERRORS: dict[str, tuple[str, str, Change]] = {
    "new": ("an error shape is new", "error shapes are new", "worse"),
    "more": ("an error shape is more frequent", "error shapes are more frequent", "worse"),
    "gone": ("an error shape is gone", "error shapes are gone", "better"),
    "less": ("an error shape is less frequent", "error shapes are less frequent", "better"),
}


def compare(before: Side, after: Side, *, history: Sequence[ServiceState] | None = None) -> Comparison:
    """Return what is better, worse, new or gone in ``after``.

    The answer is that of the verdict where that changed. Else it is worse (better) when a check that passed now fails,
    boots, validations or requests go well less often, or errors are new or more frequent than chance explains (or the
    reverse), and mixed when both. Where nothing of this is told, it is the same, or unclear if a side is too thin.

    ``history`` are the services with all the revisions that are walked; without it those of both sides.
    """
    thins = [*_thin("before", before, after), *_thin("after", after, before)]
    verdicts = list(_verdicts(before, after))
    outcomes = outcome_changes(before, after)
    errors = error_changes(before, after, {found.service for found in thins})
    signs = [*_verdict_signs(verdicts), *_outcome_signs(outcomes), *_error_signs(errors)]
    lead = _turn(before.verdict, after.verdict) if before.services & after.services else "unclear"
    leading = {side.leading.service for side in (before, after) if side.leading}
    return Comparison(
        change=_answer(lead, signs, sure=not any(found.service in leading for found in thins)),
        because=signs,
        before=_stretch(before),
        after=_stretch(after),
        verdicts=verdicts,
        incidents=list(_incidents(before, after)),
        outcomes=outcomes,
        errors=errors,
        walks=_walks(before, after)
        if history is None
        else [walk(of.service, of.revisions) for of in history],
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


def _turn(before: ServiceVerdict | None, after: ServiceVerdict | None) -> Change:
    if before == after:
        return "same"
    if before not in _RANK or after not in _RANK:
        return "unclear"
    return "better" if _RANK[after] > _RANK[before] else "worse"


def _verdicts(before: Side, after: Side) -> Iterator[VerdictChange]:
    first, second = ({state.service: state.verdict for state in side.states} for side in (before, after))
    for service in dict.fromkeys((*second, *first)):
        verdict, now = first.get(service), second.get(service)
        yield VerdictChange(service=service, before=verdict, after=now, change=_turn(verdict, now))


def _verdict_signs(verdicts: Sequence[VerdictChange]) -> Iterator[Sign]:
    for found in verdicts:
        if found.change in ("better", "worse"):
            words = [str(verdict).replace("_", " ") for verdict in (found.before, found.after)]
            yield Sign(f"{found.service} was {words[0]} and is {words[1]}", found.change)


def _incidents(before: Side, after: Side) -> Iterator[IncidentChange]:
    """Yield what became of each incident, those of AFTER first; the same cause on the same service is the same one."""
    counts = [{found.id: found.count for found in side.incidents} for side in (before, after)]
    for found in {found.id: found for found in (*after.incidents, *before.incidents)}.values():
        first, second = (count.get(found.id, 0) for count in counts)
        yield IncidentChange(
            id=found.id,
            cause=found.cause,
            title=found.title,
            service=found.service,
            change="stays" if first and second else "new" if second else "gone",
            before=first,
            after=second,
        )


def _outcome_signs(outcomes: Sequence[OutcomeChange]) -> Iterator[Sign]:
    for found in outcomes:
        if found.change in ("better", "worse") and found.before and found.after:
            first, second = (f"{figure.good:,} of {figure.total:,}" for figure in (found.before, found.after))
            yield Sign(f"{found.subject}: {first} before, {second} after", found.change)


def _error_signs(errors: Sequence[ErrorChange]) -> Iterator[Sign]:
    for kind, (one, many, change) in _ERRORS.items():
        told = sum(error.sure and error.change == kind for error in errors)
        if told:
            yield Sign(one if told == 1 else f"{told} {many}", change)


def _thin(name: Literal["before", "after"], side: Side, other: Side) -> Iterator[Thin]:
    for service in sorted(side.services | other.services):
        for why in thin(side, service):
            yield Thin(name, service, why)


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


def _walks(before: Side, after: Side) -> list[Walk]:
    """Return the walks of both sides' revisions together; where both know one, the later side's verdict stands."""
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
    return [walk(service, revisions) for service, revisions in found.items()]


def _limits(before: Side, after: Side) -> Iterator[str]:
    if not before.services & after.services:
        yield "no service is in both: there is nothing to compare"
    if after.last and before.first and after.last <= before.first:
        yield "AFTER lies before BEFORE: they may be the wrong way round"
    for name, side in (("BEFORE", before), ("AFTER", after)):
        if gaps := _gaps(side):
            counts = ", ".join(f"{kind.replace('_', ' ')} ({count:,})" for kind, count in gaps.items())
            yield f"{name} was not read whole: {counts}"
    for service in shapes_cut(before, after):
        yield (
            f"{service} logs more error shapes than are told apart: the rest of them is not compared, and none is "
            "surely new or gone"
        )
