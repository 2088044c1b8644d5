"""What a timeline can measure of a success metric."""

from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import NamedTuple

from triage.models import Run
from triage.rendering.playbooks import Metric
from triage.window import NANOSECONDS, parse_timestamp

_GOOD = ("ready", "degraded")


class Figure(NamedTuple):
    """What was measured, in words, and whether it reaches the target."""

    says: str
    met: bool


class Pace(NamedTuple):
    """Runs of one kind: how many, how many became ready, in how many seconds, and how many an hour there were."""

    kind: str
    runs: int
    ready: int
    median: float | None
    p95: float | None
    hourly: float | None


def figure(metric: Metric, check: str | None, runs: Sequence[Run]) -> Figure | None:
    """Return what ``runs`` (of one service, in order of time) show of a metric, or None when they show nothing.

    Only the newest revision counts: what an older one did says nothing about the fix.
    """
    newest = [run for run in runs if run.revision == runs[-1].revision]
    if metric.measure == "boots_ready":
        marks = [run.verdict in _GOOD for run in newest if run.kind == "boot" and run.verdict != "unknown"]
        what = "boots became ready"
    elif metric.measure == "validations_ready":
        marks = [
            run.verdict in _GOOD for run in newest if run.kind == "validation" and run.verdict != "unknown"
        ]
        what = "validations ended ready"
    elif metric.measure == "requests_admitted":
        marks = [run.condition != "gate_rejected" for run in newest if run.kind == "gate"]
        what = "judged requests were let through to a verdict"
    elif metric.measure == "check_passed" and check:
        steps = [step for run in newest for step in run.steps if step.check == check]
        marks = [step.outcome == "passed" for step in steps if step.outcome not in ("not_reached", "seen")]
        what = f"outcomes of {check} were a pass"
    else:
        return None
    if not marks:
        return None
    good = sum(marks)
    return Figure(f"{good} of {len(marks)} {what}", good >= metric.at_least * len(marks))


def paces(runs: Sequence[Run]) -> list[Pace]:
    """Return how fast the runs of each kind became ready: median, 95th percentile, and how often they began."""
    return [
        pace
        for kind in ("boot", "validation")
        if (pace := _pace(kind, [run for run in runs if run.kind == kind]))
    ]


def _pace(kind: str, runs: Sequence[Run]) -> Pace | None:
    if not runs:
        return None
    times = sorted(run.elapsed for run in runs if run.complete and run.verdict in _GOOD)
    starts = sorted(parse_timestamp(run.started) for run in runs)
    hours = (starts[-1] - starts[0]) / NANOSECONDS / 3600
    return Pace(
        kind=kind,
        runs=len(runs),
        ready=sum(run.verdict in _GOOD for run in runs),
        median=median(times) if times else None,
        p95=times[ceil(0.95 * len(times)) - 1] if times else None,
        hourly=(len(runs) - 1) / hours if hours else None,
    )
