"""Decide whether a window is too short, and how it grows."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from triage.models import Diagnosis, Incident, Run, Timeline, WindowShortfall
from triage.window import NANOSECONDS, Window, format_utc_and_local, parse_timestamp

_MINUTE = 60 * NANOSECONDS
#: The longest silence inside a run: a run that ends closer to the edge may continue beyond it.
_EDGE = _MINUTE
_FIRST_STEP = 15 * _MINUTE
_MIN_GROWTH = 6 * 60 * _MINUTE
_DEPLOYS = re.compile(r"Services\.(?:Replace|Create|Update)Service$")


class _Audit(msgspec.Struct, frozen=True, rename="camel"):
    method_name: str = ""
    resource_name: str = ""


class _Deployment(msgspec.Struct, frozen=True, rename="camel"):
    timestamp: str
    proto_payload: _Audit = _Audit()


def find_shortfalls(
    timeline: Timeline, diagnosis: Diagnosis, files: Sequence[Path], window: Window, asked: Window
) -> list[WindowShortfall]:
    """Return what the window cuts: unfinished runs and an early first failure.

    Once the window is wider than ``asked``, the boot of the failing instance and the deployment before it are
    needed too; they are searched in the fetched ``files``.
    """
    found = [*_cut_at_start(timeline, diagnosis, window), *_cut_at_end(timeline, window)]
    return (
        [*found, *_missing_before_failure(timeline, diagnosis, files, window)] if window != asked else found
    )


def growth_limits(asked: Window, now: int) -> Window:
    """Return how far a window may grow: six hours or twice its length, until now."""
    most = max(_MIN_GROWTH, 2 * (asked.end - asked.start))
    return Window(asked.start - most, max(asked.end, min(asked.end + most, now)))


def next_window(window: Window, asked: Window, side: str, now: int) -> Window | None:
    """Return the time range to fetch next on a side; None at the limit.

    Each step is as long as the whole window so far.
    """
    limit = growth_limits(asked, now)
    length = max(window.end - window.start, _FIRST_STEP)
    if side == "start":
        step = Window(max(limit.start, window.start - length), window.start)
    else:
        step = Window(window.end, min(limit.end, window.end + length))
    return step if step.start < step.end else None


def _cut_at_start(timeline: Timeline, diagnosis: Diagnosis, window: Window) -> Iterator[WindowShortfall]:
    cut = [run for run in timeline.runs if _is_cut(run) and _time_of(run.started) - window.start <= _EDGE]
    for run in cut[:1]:
        yield WindowShortfall("start", f"{_run_label(run)} begins before the window")
    first = _first_incident(diagnosis)
    if first and _time_of(first.first_seen) - window.start <= _EDGE:
        seen = format_utc_and_local(_time_of(first.first_seen))
        yield WindowShortfall(
            "start", f"the first failure ({first.cause}, {seen}) stands at the window's start"
        )


def _missing_before_failure(
    timeline: Timeline, diagnosis: Diagnosis, files: Sequence[Path], window: Window
) -> Iterator[WindowShortfall]:
    """Yield the boot and the deployment before the first failure, if missing."""
    first = _first_incident(diagnosis)
    runs = [run for run in timeline.runs if first and run.id in first.scope.runs]
    for run in runs[:1]:
        boots = [other for other in timeline.runs if other.kind == "boot" and other.instance == run.instance]
        if all(_time_of(boot.started) - window.start <= _EDGE for boot in boots):
            yield WindowShortfall(
                "start", f"the boot of the instance of {_run_label(run)} is not in the window"
            )
        if all(at > _time_of(run.started) for at in _deployment_times(files, run.service)):
            yield WindowShortfall("start", f"the deployment before {_run_label(run)} is not in the window")


def _first_incident(diagnosis: Diagnosis) -> Incident | None:
    known = [incident for incident in diagnosis.incidents if incident.confidence != "low"]
    return min(known, key=lambda incident: _time_of(incident.first_seen), default=None)


def _deployment_times(files: Sequence[Path], service: str) -> Iterator[int]:
    """Yield when a service was deployed, from its audit log entries.

    The method is ``google.cloud.run.v1.Services.ReplaceService`` or similar.
    """
    decode = msgspec.json.Decoder(_Deployment).decode
    for file in files:
        with file.open("rb") as lines:
            for line in lines:
                if b"cloudaudit.googleapis.com" in line:
                    entry = decode(line)
                    audit = entry.proto_payload
                    if _DEPLOYS.search(audit.method_name) and service in audit.resource_name:
                        yield _time_of(entry.timestamp)


def _cut_at_end(timeline: Timeline, window: Window) -> Iterator[WindowShortfall]:
    going_on = [run for run in timeline.runs if _is_cut(run) and window.end - _time_of(run.ended) <= _EDGE]
    for run in going_on[-1:]:
        yield WindowShortfall("end", f"{_run_label(run)} goes on after the window")


def _is_cut(run: Run) -> bool:
    return not run.complete and run.verdict in {"not_ready", "unknown"}


def _run_label(run: Run) -> str:
    return f"the {run.kind} of {format_utc_and_local(_time_of(run.started))}"


def _time_of(text: str) -> int:
    return parse_timestamp(text)
