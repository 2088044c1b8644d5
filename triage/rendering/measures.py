"""What a timeline can measure of a success metric."""

from collections import Counter
from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import NamedTuple

from triage.models import Requests, Run
from triage.rendering.playbooks import Metric
from triage.window import NANOSECONDS, parse_timestamp

_GOOD = ("ready", "degraded")
_MADE = ("passed", "failed", "warned", "tolerated")
_PASSED = ("passed", "tolerated")
_OPENED = 101
_REFUSED = 400
_FINE = range(200, 300)


class Figure(NamedTuple):
    """What was measured, in words, and whether it reaches the target."""

    says: str
    met: bool


class Answers(NamedTuple):
    """Requests of one kind to one path: how many, and how many were answered with each status."""

    kind: str
    path: str
    asked: int
    statuses: dict[str, int]


class Pace(NamedTuple):
    """Runs of one kind, or one check: how many, how many became ready, in how many seconds, how many an hour."""

    kind: str
    runs: int
    ready: int
    median: float | None
    p95: float | None
    hourly: float | None


def figure(
    metric: Metric, check: str | None, runs: Sequence[Run], requests: Sequence[Requests] = ()
) -> Figure | None:
    """Return what one service's runs (in order of time) and requests show of a metric, or None: they show nothing.

    Only the newest revision counts: what an older one did says nothing about the fix.
    """
    if metric.measure in ("connections_opened", "health_answered"):
        return _answered(metric, runs, requests)
    newest = [run for run in runs if run.revision == _newest(runs)]
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


def _answered(metric: Metric, runs: Sequence[Run], requests: Sequence[Requests]) -> Figure | None:
    """Return how many connections were opened, or health checks answered, by the revision that was asked last.

    A plain GET of a WebSocket path that is answered 200 opens nothing and refuses nothing: it is not counted.
    """
    sockets = metric.measure == "connections_opened"
    asked = [
        found
        for found in requests
        if found.status is not None
        and metric.path in ("", found.path)
        and (
            found.kind == "socket" and (found.status == _OPENED or found.status >= _REFUSED)
            if sockets
            else found.kind == "health"
        )
    ]
    if not asked:
        return None
    newest = _newest(runs) if runs else max(asked, key=lambda found: found.last).revision
    asked = [found for found in asked if found.revision == newest]
    if not asked:
        return None
    good = [found for found in asked if found.status == _OPENED or (not sockets and found.status in _FINE)]
    count, total = (sum(found.count for found in some) for some in (good, asked))
    what = "WebSocket connections were opened (101)" if sockets else "health checks were answered 2xx"
    return Figure(f"{count} of {total} {what}", count >= metric.at_least * total)


def _newest(runs: Sequence[Run]) -> str:
    """Return the revision of the last run; a client's probe may not know which one answered it."""
    inside = [run for run in runs if run.kind != "probe" or run.revision]
    return inside[-1].revision if inside else ""


def answers(requests: Sequence[Requests]) -> list[Answers]:
    """Return how the requests to each path were answered; "no status" where the log has none."""
    paths: dict[tuple[str, str], Counter[str]] = {}
    for found in requests:
        counts = paths.setdefault((found.kind, found.path), Counter())
        counts[str(found.status or "no status")] += found.count
    return [
        Answers(kind, path, counts.total(), dict(sorted(counts.items())))
        for (kind, path), counts in sorted(paths.items(), reverse=True)
    ]


def paces(runs: Sequence[Run]) -> list[Pace]:
    """Return how fast the runs of each kind, and each check, became ready: median, 95th percentile, and how often."""
    found = [_pace(kind, [run for run in runs if run.kind == kind]) for kind in ("boot", "validation")]
    checks = {step.check: None for run in runs for step in run.steps if step.check and step.outcome in _MADE}
    return [*filter(None, found), *(_check_pace(check, runs) for check in checks)]


def _check_pace(check: str, runs: Sequence[Run]) -> Pace:
    """Return how long a check took to pass, as far as its lines say."""
    made = [step for run in runs for step in run.steps if step.check == check and step.outcome in _MADE]
    passed = [step for step in made if step.outcome in _PASSED]
    times = sorted(step.elapsed for step in passed if step.elapsed is not None)
    return Pace(f"check {check}", len(made), len(passed), *_middle_and_slow(times), hourly=None)


def _pace(kind: str, runs: Sequence[Run]) -> Pace | None:
    if not runs:
        return None
    times = sorted(run.elapsed for run in runs if run.complete and run.verdict in _GOOD)
    starts = sorted(parse_timestamp(run.started) for run in runs)
    middle, slow = _middle_and_slow(times)
    hours = (starts[-1] - starts[0]) / NANOSECONDS / 3600
    return Pace(
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
