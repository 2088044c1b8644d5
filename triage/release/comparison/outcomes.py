"""Compare boots, validations, checks and requests by outcome."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from triage.measures import (
    Latency,
    Ratio,
    count_responses,
    count_served,
    is_near,
    is_slower,
    measure_latencies,
    measure_ratio,
)
from triage.models import Change, Measure, OutcomeChange, OutcomeKind, OutcomeStats, Run, SpeedChange
from triage.release.comparison.side import Side
from triage.release.comparison.significance import ratios_differ

#: Ratios whose difference may be chance are the same within this, else unclear.
_SAME_WITHIN = 0.05
#: Each side needs so many durations to compare them.
_MIN_TIMED = 5
_RUNS: dict[OutcomeKind, Measure] = {
    "boot": "boots_ready",
    "validation": "validations_ready",
    "gate": "requests_admitted",
}
_REQUESTS: dict[str, tuple[OutcomeKind, Measure]] = {
    "socket": ("socket", "connections_opened"),
    "plain": ("plain", "plain_answered"),
    "health": ("health", "health_answered"),
}
_PASSED = ("passed", "tolerated")
_DECIDED = (*_PASSED, "failed", "warned")
_ORDER: list[OutcomeKind] = ["boot", "validation", "gate", "check", "socket", "plain", "health", "request"]


class _Key(NamedTuple):
    kind: OutcomeKind
    name: str = ""


class _Measured(NamedTuple):
    figure: OutcomeStats
    timed: int = 0


def compare_outcomes(before: Side, after: Side) -> list[OutcomeChange]:
    """Return the change of every outcome: runs, then checks, then requests."""
    changes = []
    for service in sorted(before.services | after.services):
        first, second = dict(_measure_side(before, service)), dict(_measure_side(after, service))
        keys = sorted(dict.fromkeys((*first, *second)), key=lambda key: _ORDER.index(key.kind))
        changes += [_compare_outcome(service, key, first.get(key), second.get(key)) for key in keys]
    return changes


def _measure_side(side: Side, service: str) -> Iterator[tuple[_Key, _Measured]]:
    runs = [run for run in side.runs if run.service == service]
    requests = [found for found in side.requests if found.service == service]
    latency = {found.kind: found for found in measure_latencies(runs)}
    for kind, measure in _RUNS.items():
        verdicts = Counter[str](run.verdict for run in runs if run.kind == kind)
        if verdicts:
            yield _Key(kind), _build_stats(measure_ratio(measure, runs), verdicts, latency.get(kind))
    for check, outcomes in _count_checks(runs).items():
        passed, made = (sum(outcomes[word] for word in words) for words in (_PASSED, _DECIDED))
        yield (
            _Key("check", check),
            _build_stats(Ratio(passed, made, check), outcomes, latency.get(f"check {check}")),
        )
    yield from _measure_traffic(side, service)
    for found in count_responses(requests):
        kind, measure = _REQUESTS[found.kind]
        statuses = Counter(found.statuses)
        yield (
            _Key(kind, found.path),
            _build_stats(measure_ratio(measure, (), requests, path=found.path), statuses, None),
        )


def _measure_traffic(side: Side, service: str) -> Iterator[tuple[_Key, _Measured]]:
    """Yield how many requests of a service ended without 5xx, if it has any."""
    served = count_served(
        [found for found in side.traffic if found.service == service],
        [found for found in side.requests if found.service == service],
    )
    if served.total:
        counts = Counter({str(status): count for status, count in served.statuses.items()})
        yield (
            _Key("request"),
            _build_stats(Ratio(served.total - served.failed, served.total, "requests"), counts, None),
        )


def _count_checks(runs: Sequence[Run]) -> dict[str, Counter[str]]:
    """Return the outcomes of each check.

    A check that a run reports as failed has failed even without its own line.
    """
    checks: dict[str, Counter[str]] = {}
    for run in runs:
        outcomes = [(step.check, step.outcome) for step in run.steps if step.check and step.outcome != "seen"]
        made = {check for check, outcome in outcomes if outcome in _DECIDED}
        blamed = [(check, "failed") for check in run.failed_checks if check not in made]
        for check, outcome in (*outcomes, *blamed):
            checks.setdefault(check, Counter())[outcome] += 1
    return checks


def _build_stats(found: Ratio | None, counts: Counter[str], latency: Latency | None) -> _Measured:
    return _Measured(
        OutcomeStats(
            good=found.good if found else 0,
            total=found.total if found else 0,
            counts=dict(sorted(counts.items())),
            median=latency.median if latency else None,
            p95=latency.p95 if latency else None,
        ),
        latency.ready if latency else 0,
    )


def _compare_outcome(
    service: str, key: _Key, before: _Measured | None, after: _Measured | None
) -> OutcomeChange:
    return OutcomeChange(
        service=service,
        kind=key.kind,
        name=key.name,
        before=before.figure if before else None,
        after=after.figure if after else None,
        change=_classify_ratio(before.figure, after.figure, key.kind) if before and after else "unclear",
        pace=_classify_speed(before, after) if before and after else None,
    )


def _classify_ratio(before: OutcomeStats, after: OutcomeStats, kind: OutcomeKind) -> Change:
    """Return the change of a ratio.

    A check that always passed and now never does has failed, however few the runs.
    """
    if not before.total or not after.total:
        return "unclear"
    first, second = before.good / before.total, after.good / after.total
    turned = kind == "check" and {first, second} == {0.0, 1.0}
    if turned or ratios_differ(before.good, before.total, after.good, after.total):
        return "better" if second > first else "worse"
    return "same" if abs(second - first) <= _SAME_WITHIN else "unclear"


def _classify_speed(before: _Measured, after: _Measured) -> SpeedChange | None:
    first, second = before.figure, after.figure
    if first.median is None or first.p95 is None or second.median is None or second.p95 is None:
        return None
    slower = is_slower(second.median, first.median, first.p95)
    faster = is_slower(first.median, second.median, second.p95)
    if not slower and not faster:
        return "same" if is_near(first.median, second.median) else "unclear"
    if min(before.timed, after.timed) < _MIN_TIMED:
        return "unclear"
    return "slower" if slower else "faster"
