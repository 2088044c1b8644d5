"""How long runs take to become ready, and checks to pass."""

from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import NamedTuple

from triage.models import Run
from triage.window import NANOSECONDS, parse_timestamp

_GOOD = ("ready", "degraded")
_EXECUTED = ("passed", "failed", "warned", "tolerated")
_PASSED = ("passed", "tolerated")


class Latency(NamedTuple):
    """The latency of the runs of one kind, or of one check.

    Attributes:
        kind: kind of the runs, or the check.
        runs: number of runs.
        ready: number that became ready or passed.
        median: median seconds.
        p95: 95th percentile in seconds.
        hourly: runs per hour.

    """

    kind: str
    runs: int
    ready: int
    median: float | None
    p95: float | None
    hourly: float | None


def measure_latencies(runs: Sequence[Run]) -> list[Latency]:
    """Return the latency of boots, of validations, and of each check."""
    by_kind = [
        _run_latency(kind, [run for run in runs if run.kind == kind]) for kind in ("boot", "validation")
    ]
    checks = {
        step.check: None for run in runs for step in run.steps if step.check and step.outcome in _EXECUTED
    }
    return [*filter(None, by_kind), *(_check_latency(check, runs) for check in checks)]


def _check_latency(check: str, runs: Sequence[Run]) -> Latency:
    """Return the latency of a check, from the times in its lines."""
    executed = [
        step for run in runs for step in run.steps if step.check == check and step.outcome in _EXECUTED
    ]
    passed = [step for step in executed if step.outcome in _PASSED]
    times = sorted(step.elapsed for step in passed if step.elapsed is not None)
    return Latency(f"check {check}", len(executed), len(passed), *_percentiles(times), hourly=None)


def _run_latency(kind: str, runs: Sequence[Run]) -> Latency | None:
    if not runs:
        return None
    times = sorted(run.elapsed for run in runs if run.complete and run.verdict in _GOOD)
    starts = sorted(parse_timestamp(run.started) for run in runs)
    p50, p95_time = _percentiles(times)
    hours = (starts[-1] - starts[0]) / NANOSECONDS / 3600
    return Latency(
        kind=kind,
        runs=len(runs),
        ready=sum(run.verdict in _GOOD for run in runs),
        median=p50,
        p95=p95_time,
        hourly=(len(runs) - 1) / hours if hours else None,
    )


def _percentiles(times: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the median and the 95th percentile of sorted times."""
    return (median(times), times[ceil(0.95 * len(times)) - 1]) if times else (None, None)
