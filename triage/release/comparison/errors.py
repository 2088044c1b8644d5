"""Compare the errors of two sides by pattern."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from triage.models import ErrorChange, ErrorPattern, ErrorTrend, Rate
from triage.release.comparison.side import Side
from triage.release.comparison.significance import rates_differ

#: The smallest factor between two rates that counts as a change.
_FACTOR = 1.5
#: The template of all errors beyond the number of distinguished patterns.
OVERFLOW = "…"
_ORDER = {"new": 0, "more": 1, "gone": 2, "less": 3, "unclear": 4, "same": 5}


def compare_errors(before: Side, after: Side, thin: AbstractSet[str]) -> list[ErrorChange]:
    """Return the change of each error pattern, the statistically sure ones first.

    ``thin`` are the services of which a side has insufficient data.
    """
    sides = (_group_by_pattern(before.errors), _group_by_pattern(after.errors))
    # A side with an overflow may have a pattern that is not listed.
    cut = {service for side in sides for service, shape in side if shape == OVERFLOW}
    changes = [
        _compare_pattern(
            [side.get((service, shape), []) for side in sides],
            [before, after],
            rated=service not in thin,
            whole=service not in cut,
        )
        for service, shape in sorted(sides[0].keys() | sides[1].keys())
        if shape != OVERFLOW
    ]
    return sorted(changes, key=lambda change: (not change.sure, _ORDER[change.change], -_total(change)))


def overflowing_services(before: Side, after: Side) -> Iterator[str]:
    """Yield the services with more error patterns than are distinguished."""
    yield from sorted(
        {found.service for found in (*before.errors, *after.errors) if found.template == OVERFLOW}
    )


def _group_by_pattern(errors: Iterable[ErrorPattern]) -> dict[tuple[str, str], list[ErrorPattern]]:
    found: dict[tuple[str, str], list[ErrorPattern]] = {}
    for error in errors:
        found.setdefault((error.service, error.template), []).append(error)
    return found


def _compare_pattern(
    found: list[list[ErrorPattern]], sides: list[Side], *, rated: bool, whole: bool
) -> ErrorChange:
    """Return one change; ``found`` holds the pattern per revision, of both sides."""
    shown = min(
        (*found[1], *found[0]), key=lambda error: (error not in found[1], error.first, error.insert_id)
    )
    counts = [sum(error.count for error in errors) for errors in found]
    instances = [side.instances(shown.service) for side in sides]
    hours = [side.hours for side in sides]
    change, sure = (
        _classify_rates(counts, hours, instances, whole=whole)
        if rated
        else (_one_sided_trend(counts) or "unclear", False)
    )
    before, after = (
        Rate(
            count=count,
            instances=sum(error.instances for error in errors),
            per_hour=count / side.hours if rated else None,
            per_instance=count / number if rated else None,
        )
        for count, errors, side, number in zip(counts, found, sides, instances, strict=True)
    )
    return ErrorChange(
        service=shown.service,
        shape=shown.template,
        rule=shown.rule,
        example=shown.example,
        insert_id=shown.insert_id,
        change=change,
        sure=sure,
        before=before,
        after=after,
    )


def _one_sided_trend(counts: list[int]) -> ErrorTrend | None:
    """Return new or gone if only one side has the pattern; this needs no rate."""
    return "new" if not counts[0] else "gone" if not counts[1] else None


def _classify_rates(
    counts: list[int], hours: list[float], instances: list[int], *, whole: bool
) -> tuple[ErrorTrend, bool]:
    """Return the trend of a rate, and whether the counts support it.

    A rate has changed if it changed per hour and per instance, in the same direction: longer logs alone, or
    more instances alone, bring more errors.
    """
    differ = all(rates_differ(counts[0], first, counts[1], second) for first, second in (hours, instances))
    if one_side := _one_sided_trend(counts):
        return one_side, differ and whole
    rates = [(counts[0] / first, counts[1] / second) for first, second in (hours, instances)]
    more = [second >= _FACTOR * first for first, second in rates]
    less = [first >= _FACTOR * second for first, second in rates]
    if differ and all(more):
        return "more", True
    if differ and all(less):
        return "less", True
    return ("unclear", False) if any(more) or any(less) else ("same", True)


def _total(change: ErrorChange) -> int:
    return change.before.count + change.after.count
