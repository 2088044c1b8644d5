"""How fast runs became ready."""

from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import NamedTuple

from triage.models import Run
from triage.window import NANOSECONDS, parse_timestamp

_GOOD = ("ready", "degraded")
_MADE = ("passed", "failed", "warned", "tolerated")
_PASSED = ("passed", "tolerated")


class Latency(NamedTuple):
    """Runs of one kind, or one check: how many, how many became ready, in how many seconds, how many an hour."""

    kind: str
    runs: int
    ready: int
    median: float | None
    p95: float | None
    hourly: float | None


def measure_latencies(runs: Sequence[Run]) -> list[Latency]:
    """Return how fast the runs of each kind, and each check, became ready: median, 95th percentile, and how often."""
    found = [_pace(kind, [run for run in runs if run.kind == kind]) for kind in ("boot", "validation")]
    checks = {step.check: None for run in runs for step in run.steps if step.check and step.outcome in _MADE}
    return [*filter(None, found), *(_check_pace(check, runs) for check in checks)]


def _check_pace(check: str, runs: Sequence[Run]) -> Latency:
    """Return how long a check took to pass, as far as its lines say."""
    made = [step for run in runs for step in run.steps if step.check == check and step.outcome in _MADE]
    passed = [step for step in made if step.outcome in _PASSED]
    times = sorted(step.elapsed for step in passed if step.elapsed is not None)
    return Latency(f"check {check}", len(made), len(passed), *_middle_and_slow(times), hourly=None)


def _pace(kind: str, runs: Sequence[Run]) -> Latency | None:
    if not runs:
        return None
    times = sorted(run.elapsed for run in runs if run.complete and run.verdict in _GOOD)
    starts = sorted(parse_timestamp(run.started) for run in runs)
    middle, slow = _middle_and_slow(times)
    hours = (starts[-1] - starts[0]) / NANOSECONDS / 3600
    return Latency(
        kind=kind,
        runs=len(runs),
        ready=sum(run.verdict in _GOOD for run in runs),
        median=middle,
        p95=slow,
        hourly=(len(runs) - 1) / hours if hours else None,
    )


def _middle_and_slow(times: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the median and the 95th percentile of sorted times."""
    return (median(times), times[ceil(0.95 * len(times)) - 1]) if times else (None, None)
