"""How long each check of the chain took to be ready, counted from the beginning of its validation."""

from collections.abc import Iterable
from math import ceil
from statistics import median
from typing import NamedTuple

from triage.models import Run
from triage.window import NANOSECONDS, parse_timestamp


class Wait(NamedTuple):
    """A check: how often it passed and how often not, and in how many seconds it was ready (None when it never was)."""

    check: str
    passed: int
    not_passed: int
    median: float | None
    p95: float | None


def waits(runs: Iterable[Run]) -> list[Wait]:
    """Return the time to ready of each check, in the order of the chain; only validations seen from their start count."""
    times: dict[str, list[float]] = {}
    other: dict[str, int] = {}
    for run in runs:
        for step in run.steps:
            if run.kind != "validation" or not run.complete or not step.check or step.outcome == "seen":
                continue
            times.setdefault(step.check, [])
            if step.outcome in ("passed", "tolerated") and step.at:
                lasted = (parse_timestamp(step.at) - parse_timestamp(run.started)) / NANOSECONDS
                times[step.check].append(max(0.0, lasted))
            else:
                other[step.check] = other.get(step.check, 0) + 1
    return [_wait(check, sorted(found), other.get(check, 0)) for check, found in times.items()]


def _wait(check: str, times: list[float], other: int) -> Wait:
    return Wait(
        check,
        len(times),
        other,
        median(times) if times else None,
        times[ceil(0.95 * len(times)) - 1] if times else None,
    )
