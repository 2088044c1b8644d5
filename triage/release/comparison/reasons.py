"""Give the reasons for better or worse, one sentence with numbers each."""

from collections.abc import Iterator, Sequence

from triage.models import (
    Change,
    ErrorChange,
    IncidentChange,
    InsufficientData,
    OutcomeChange,
    Reason,
    ServiceState,
    ServiceVerdict,
    VerdictComparison,
)
from triage.release.comparison.side import Side

_RANK: dict[ServiceVerdict | None, int] = {"not_ready": 0, "degraded": 1, "ready": 2}
_ERRORS: dict[str, tuple[str, str, Change]] = {
    "new": ("an error pattern is new", "error patterns are new", "worse"),
    "more": ("an error pattern is more frequent", "error patterns are more frequent", "worse"),
    "gone": ("an error pattern is gone", "error patterns are gone", "better"),
    "less": ("an error pattern is less frequent", "error patterns are less frequent", "better"),
}


def compare_verdict(before: ServiceVerdict | None, after: ServiceVerdict | None) -> Change:
    """Return the change of a verdict."""
    if before == after:
        return "same"
    if before not in _RANK or after not in _RANK:
        return "unclear"
    return "better" if _RANK[after] > _RANK[before] else "worse"


def compare_verdicts(before: Side, after: Side) -> list[VerdictComparison]:
    """Return the verdict of every service on both sides."""
    first, second = ({state.service: state.verdict for state in side.states} for side in (before, after))
    return [
        VerdictComparison(service=service, before=verdict, after=now, change=compare_verdict(verdict, now))
        for service in dict.fromkeys((*second, *first))
        for verdict, now in [(first.get(service), second.get(service))]
    ]


def collect_reasons(
    verdicts: Sequence[VerdictComparison], outcomes: Sequence[OutcomeChange], errors: Sequence[ErrorChange]
) -> list[Reason]:
    """Return everything that is better or worse, verdicts first."""
    return [*_verdict_reasons(verdicts), *_outcome_reasons(outcomes), *_error_reasons(errors)]


def explain_without_changes(
    before: Side, after: Side, change: Change, weak: Sequence[InsufficientData]
) -> Reason:
    """Return the reason when nothing is better or worse.

    ``weak`` says why the data of the service is insufficient.
    """
    first, second = before.leading, after.leading
    if first is None or second is None or first.service != second.service:
        names = [state.service if state else "no service" for state in (first, second)]
        return Reason(f"BEFORE is about {names[0]}, AFTER is about {names[1]}", change)
    verdicts = [_verdict_words(state.verdict) for state in (first, second)]
    if first.verdict != second.verdict:
        says = f"{first.service} was {verdicts[0]} and is {verdicts[1]}"
    else:
        says = f"{first.service} is {verdicts[0]} on both sides"
        if basis := basis_of(second):
            says += f", {basis}"
        causes = [next((found.cause for found in side.incidents), "") for side in (before, after)]
        if first.verdict == "not_ready" and causes[0] != causes[1]:
            says += ", for another cause"
    if weak:
        side = weak[0].side.upper()
        return Reason(f"{says}, and {side} has too little data to say more: {weak[0].why}", change)
    return Reason(f"{says}, and no other number changed significantly", change)


def basis_of(state: ServiceState) -> str:
    """Return what a ready verdict rests on where no readiness chain of the service is known, else ""."""
    serves = not state.chain and state.verdict in ("ready", "degraded")
    return "serving (no readiness chain known)" if serves else ""


def _verdict_words(verdict: ServiceVerdict | None) -> str:
    return str(verdict).replace("_", " ")


def _verdict_reasons(verdicts: Sequence[VerdictComparison]) -> Iterator[Reason]:
    for found in verdicts:
        if found.change in ("better", "worse"):
            was, now = _verdict_words(found.before), _verdict_words(found.after)
            yield Reason(f"{found.service} was {was} and is {now}", found.change)


def compare_incidents(before: Side, after: Side) -> list[IncidentChange]:
    """Return the change of each incident, those of AFTER first.

    The same cause on the same service is the same incident.
    """
    counts = [{found.id: found.count for found in side.incidents} for side in (before, after)]
    changes = []
    for found in {found.id: found for found in (*after.incidents, *before.incidents)}.values():
        first, second = (count.get(found.id, 0) for count in counts)
        changes.append(
            IncidentChange(
                id=found.id,
                cause=found.cause,
                title=found.title,
                service=found.service,
                change="stays" if first and second else "new" if second else "gone",
                before=first,
                after=second,
            )
        )
    return changes


def _outcome_reasons(outcomes: Sequence[OutcomeChange]) -> Iterator[Reason]:
    for found in outcomes:
        if found.change in ("better", "worse") and found.before and found.after:
            first, second = (f"{figure.good:,} of {figure.total:,}" for figure in (found.before, found.after))
            yield Reason(f"{found.subject}: {first} before, {second} after", found.change)


def _error_reasons(errors: Sequence[ErrorChange]) -> Iterator[Reason]:
    for kind, (one, many, change) in _ERRORS.items():
        examples = [error.example for error in errors if error.sure and error.change == kind]
        if examples:
            says = f"{one}: " if len(examples) == 1 else f"{len(examples)} {many}, such as: "
            yield Reason(says + examples[0], change)
