"""How many of some runs or requests went well."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from triage.models import RequestCounts, Run, RunKind

#: What can be measured: of runs, of one check's outcomes, of requests.
Measure = Literal[
    "boots_ready",
    "validations_ready",
    "check_passed",
    "requests_admitted",
    "connections_opened",
    "health_answered",
]

_GOOD = ("ready", "degraded")
_OPENED = 101
_REFUSED = 400
_FINE = range(200, 300)


class Ratio(NamedTuple):
    """How many of how many, and of what: "19 of 20 boots became ready"."""

    good: int
    total: int
    what: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.good} of {self.total} {self.what}"

    def reaches(self, at_least: float) -> bool:
        """Return whether it is at least that part of the whole, 0 to 1; 11 of 20 are 0.55."""
        return self.good / self.total >= at_least


def measure_ratio(
    measure: Measure,
    runs: Sequence[Run],
    requests: Sequence[RequestCounts] = (),
    *,
    check: str | None = None,
    path: str = "",
) -> Ratio | None:
    """Return what runs and requests show of a measure, or None: they show nothing of it.

    A run without a verdict says nothing. A plain GET of a WebSocket path that is answered 200 opens nothing and
    refuses nothing: it is not counted. ``path`` narrows requests to one path; ``check`` is whose outcomes are counted.
    """
    match measure:
        case "boots_ready":
            return _share(_ready(runs, "boot"), "boots became ready")
        case "validations_ready":
            return _share(_ready(runs, "validation"), "validations ended ready")
        case "requests_admitted":
            marks = [run.condition != "gate_rejected" for run in runs if run.kind == "gate"]
            return _share(marks, "judged requests were let through to a verdict")
        case "check_passed":
            steps = [step for run in runs for step in run.steps if check and step.check == check]
            marks = [
                step.outcome == "passed" for step in steps if step.outcome not in ("not_reached", "seen")
            ]
            return _share(marks, f"outcomes of {check} were a pass")
        case "connections_opened":
            answered = [
                (found.count, found.status == _OPENED)
                for found in _to(path, "socket", requests)
                if found.status == _OPENED or (found.status or 0) >= _REFUSED
            ]
            return _counted(answered, "WebSocket connections were opened (101)")
        case "health_answered":
            answered = [
                (found.count, found.status == _OPENED or found.status in _FINE)
                for found in _to(path, "health", requests)
            ]
            return _counted(answered, "health checks were answered 2xx")


def _ready(runs: Sequence[Run], kind: RunKind) -> list[bool]:
    return [run.verdict in _GOOD for run in runs if run.kind == kind and run.verdict != "unknown"]


def _to(path: str, kind: str, requests: Sequence[RequestCounts]) -> list[RequestCounts]:
    return [
        found
        for found in requests
        if found.kind == kind and found.status is not None and path in ("", found.path)
    ]


def _share(marks: Sequence[bool], what: str) -> Ratio | None:
    return Ratio(sum(marks), len(marks), what) if marks else None


def _counted(answered: Sequence[tuple[int, bool]], what: str) -> Ratio | None:
    total = sum(count for count, _ in answered)
    return Ratio(sum(count for count, good in answered if good), total, what) if answered else None
