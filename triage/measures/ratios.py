"""Ratios: how many runs or requests went well."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from triage.models import Measure, RequestCounts, Run, RunKind

_GOOD = ("ready", "degraded")
_OPENED = 101
_REFUSED = 400
_SUCCESS = range(200, 300)


class Ratio(NamedTuple):
    """Good outcomes of all outcomes: "19 of 20 boots became ready".

    Attributes:
        good: number of good outcomes.
        total: number of outcomes.
        what: what is counted, as text.

    """

    good: int
    total: int
    what: str

    def __str__(self) -> str:
        """Return the ratio as text."""
        return f"{self.good} of {self.total} {self.what}"

    def reaches(self, at_least: float) -> bool:
        """Return whether the ratio is at least a fraction, 0 to 1."""
        return self.good / self.total >= at_least


def measure_ratio(
    measure: Measure,
    runs: Sequence[Run],
    requests: Sequence[RequestCounts] = (),
    *,
    check: str | None = None,
    path: str = "",
) -> Ratio | None:
    """Return the ratio of a measure, or None where nothing was measured.

    A run without a verdict does not count, nor does a plain GET of a WebSocket path with status 200. ``path``
    selects the requests to one path, ``check`` the outcomes of one check.
    """
    match measure:
        case "boots_ready":
            return _ratio(_ready_outcomes(runs, "boot"), "boots became ready")
        case "validations_ready":
            return _ratio(_ready_outcomes(runs, "validation"), "validations ended ready")
        case "requests_admitted":
            outcomes = [run.condition != "gate_rejected" for run in runs if run.kind == "gate"]
            return _ratio(outcomes, "judged requests were let through to a verdict")
        case "check_passed":
            steps = [step for run in runs for step in run.steps if check and step.check == check]
            outcomes = [
                step.outcome == "passed" for step in steps if step.outcome not in ("not_reached", "seen")
            ]
            return _ratio(outcomes, f"outcomes of {check} were a pass")
        case "connections_opened" | "health_answered" | "plain_answered":
            return _request_ratio(measure, path, requests)


def _request_ratio(
    measure: Literal["connections_opened", "health_answered", "plain_answered"],
    path: str,
    requests: Sequence[RequestCounts],
) -> Ratio | None:
    """Return the ratio of a measure of requests."""
    if measure == "connections_opened":
        weighted = [
            (counts.count, counts.status == _OPENED)
            for counts in _select(path, "socket", requests)
            if counts.status == _OPENED or (counts.status or 0) >= _REFUSED
        ]
        return _weighted_ratio(weighted, "WebSocket connections were opened (101)")
    if measure == "plain_answered":
        plain = _select(path, "plain", requests)
        weighted = [(counts.count, (counts.status or 0) < _REFUSED) for counts in plain]
        return _weighted_ratio(weighted, "plain requests on WebSocket paths were answered")
    health = _select(path, "health", requests)
    weighted = [(counts.count, counts.status == _OPENED or counts.status in _SUCCESS) for counts in health]
    return _weighted_ratio(weighted, "health checks were answered 2xx")


def _ready_outcomes(runs: Sequence[Run], kind: RunKind) -> list[bool]:
    return [run.verdict in _GOOD for run in runs if run.kind == kind and run.verdict != "unknown"]


def _select(path: str, kind: str, requests: Sequence[RequestCounts]) -> list[RequestCounts]:
    return [
        counts
        for counts in requests
        if counts.kind == kind and counts.status is not None and path in ("", counts.path)
    ]


def _ratio(outcomes: Sequence[bool], what: str) -> Ratio | None:
    return Ratio(sum(outcomes), len(outcomes), what) if outcomes else None


def _weighted_ratio(weighted: Sequence[tuple[int, bool]], what: str) -> Ratio | None:
    total = sum(count for count, _ in weighted)
    return Ratio(sum(count for count, good in weighted if good), total, what) if weighted else None
