"""How long runs take to become ready, and checks to pass."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from triage.models import Run, SpeedChange, TimeStats
from triage.window import NANOSECONDS, parse_timestamp

_GOOD = ("ready", "degraded")
_EXECUTED = ("passed", "failed", "warned", "tolerated")
_PASSED = ("passed", "tolerated")
#: A duration is slower if its median is longer by the factor and by a tenth of a second, and beyond the 95th
#: percentile of the other: what is usual now was slow before.
_FACTOR = 1.5
_MIN_SECONDS = 0.1
#: So many times are needed to compare two medians.
_MIN_TIMED = 5
#: A request waits about so often for its turn in the process that sends it, and each time it may be late.
_TURNS = 10
#: Fewer minutes give no rate: errors and boots come in bursts, and a single boot may take as long
#: (``boot_silence`` of the packs is 300 s).
MIN_RATE_MINUTES = 5


class Latency(NamedTuple):
    """The latency of the runs of one kind, or of one check.

    Attributes:
        kind: kind of the runs, or the check.
        runs: number of runs.
        ready: number that became ready or passed.
        median: median seconds.
        p95: 95th percentile in seconds.
        hourly: runs per hour, None for fewer minutes than give a rate.

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
    return Latency(f"check {check}", len(executed), len(passed), *percentiles(times), hourly=None)


def _run_latency(kind: str, runs: Sequence[Run]) -> Latency | None:
    if not runs:
        return None
    times = sorted(run.elapsed for run in runs if run.complete and run.verdict in _GOOD)
    starts = sorted(parse_timestamp(run.started) for run in runs)
    p50, p95_time = percentiles(times)
    minutes = (starts[-1] - starts[0]) / NANOSECONDS / 60
    return Latency(
        kind=kind,
        runs=len(runs),
        ready=sum(run.verdict in _GOOD for run in runs),
        median=p50,
        p95=p95_time,
        hourly=(len(runs) - 1) / minutes * 60 if minutes >= MIN_RATE_MINUTES else None,
    )


def percentiles(times: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the median and the 95th percentile of sorted times."""
    from statistics import median  # with fractions, which no diagnosis needs

    return (median(times), times[ceil(0.95 * len(times)) - 1]) if times else (None, None)


def is_slower(median: float, other: float, slow: float) -> bool:
    """Return whether a median is slower than another one, whose 95th percentile is ``slow``."""
    return median > slow and median >= _FACTOR * other and median - other >= _MIN_SECONDS


def compare_times(first: TimeStats, second: TimeStats, lag: float) -> SpeedChange | None:
    """Return how the second times differ from the first.

    None if either has too few, or if the difference may be the lateness of the machine that measured them:
    ``lag`` is by how many seconds it was late at the 95th percentile.
    """
    if min(first.count, second.count) < _MIN_TIMED:
        return None
    if first.median is None or first.p95 is None or second.median is None or second.p95 is None:
        return None
    slower = is_slower(second.median, first.median, first.p95)
    faster = is_slower(first.median, second.median, second.p95)
    if not slower and not faster:
        return "same"
    if abs(second.median - first.median) < _TURNS * lag:
        return None
    return "slower" if slower else "faster"


def is_near(median: float, other: float) -> bool:
    """Return whether two medians differ by too little to matter."""
    return max(median, other) < _FACTOR * min(median, other) or abs(median - other) < _MIN_SECONDS
