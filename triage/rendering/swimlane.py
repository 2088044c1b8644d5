"""Swimlane layout of runs: positions of bars and marks in drawing units.

The template draws it. An export of a day holds runs of seconds, so time without runs is cut out. The width of
a burst of runs is the square root of its duration, so that every run is visible. Texts give the exact times.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from triage.models import Run, Step
from triage.models.change import Change
from triage.rendering.change_view import describe_items
from triage.rendering.formatting import format_utc
from triage.text import format_seconds
from triage.window import NANOSECONDS, format_timestamp, parse_timestamp, to_datetime

WIDTH = 960
_LEFT, _RIGHT = 10, 900
_CUT = 18
_BURSTS = 12
_MIN_BURST = 40.0
_MIN_BAR = 6.0
_BETWEEN_MARKS = 11.0
_LABEL = 78.0
_TOP = 26
_NAME_HEIGHT, _ROW_HEIGHT, _LANE_GAP = 17, 20, 8
_MAX_ROWS = 4
_MAX_LANES = 30
_MAX_RUNS = 400
_MAX_MARKS = 40
_VERDICTS = {
    "ready": "ready",
    "degraded": "degraded",
    "not_ready": "not ready",
    "unknown": "no verdict",
}


class Mark(NamedTuple):
    """A step in a bar.

    Attributes:
        x: position in the drawing.
        outcome: outcome of the step.
        says: text of the step.

    """

    x: float
    outcome: str
    says: str


class Bar(NamedTuple):
    """A run.

    Attributes:
        run: the run.
        x: position in the drawing.
        y: distance from the top of the lane.
        width: width of the bar.
        says: text of the run.
        marks: steps of the run.

    """

    run: Run
    x: float
    y: int
    width: float
    says: str
    marks: list[Mark]


class Lane(NamedTuple):
    """The runs of one instance.

    Attributes:
        instance: index in the drawing's instances.
        revision: index in the drawing's revisions.
        y: top of the lane.
        height: height of the lane.
        bars: runs of the lane.

    """

    instance: int
    revision: int
    y: int
    height: int
    bars: list[Bar]


class Tick(NamedTuple):
    """A label of the time axis.

    Attributes:
        x: position in the drawing.
        label: time of day or date.

    """

    x: float
    label: str


class ChangeMark(NamedTuple):
    """A change of a configuration on the time axis.

    Attributes:
        x: position in the drawing.
        says: text of the change.
        is_linked: whether the first incident began after it and follows from it.

    """

    x: float
    says: str
    is_linked: bool = False


class _Burst(NamedTuple):
    began: int
    ended: int
    x: float
    width: float


@dataclass(frozen=True)
class Swimlane:
    """The whole drawing.

    Attributes:
        lanes: lanes from top to bottom.
        ticks: labels of the time axis.
        cuts: positions where time without runs is cut out.
        instances: instance ids.
        revisions: revision names.
        height: height of the drawing.
        omitted: number of runs left out.
        changes: changes of a configuration.
        top: height of the time axis.

    """

    lanes: list[Lane]
    ticks: list[Tick]
    cuts: list[float]
    instances: list[str]
    revisions: list[str]
    height: int
    omitted: int
    changes: list[ChangeMark]
    top: int = _TOP


def draw_swimlane(
    runs: Sequence[Run],
    first: Iterable[str],
    lines: Mapping[str, str],
    changes: Sequence[Change] = (),
    linked: str | None = None,
) -> Swimlane | None:
    """Return the drawing of ``runs`` and the ``changes`` between them, or None if there are no runs.

    If there are too many, runs with ids in ``first`` are drawn, then the latest. ``lines`` maps insertIds to
    messages.
    """
    drawn = _choose_runs(runs, set(first))
    if not drawn:
        return None
    bursts = _find_bursts(drawn)
    instances = list(dict.fromkeys(run.instance for run in drawn))
    revisions = list(dict.fromkeys(run.revision for run in drawn))
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in drawn:
        groups.setdefault((run.instance, run.revision), []).append(run)
    lanes, y = [], _TOP
    for (instance, revision), group in groups.items():
        bars, rows = _make_bars(group, bursts, lines)
        height = _NAME_HEIGHT + rows * _ROW_HEIGHT + _LANE_GAP
        lanes.append(Lane(instances.index(instance), revisions.index(revision), y, height, bars))
        y += height
    cuts = [round(burst.x - _CUT / 2, 1) for burst in bursts[1:]]
    omitted = len(runs) - len(drawn)
    marks = _change_marks(changes, bursts, linked)
    return Swimlane(lanes, _make_ticks(bursts), cuts, instances, revisions, y, omitted, marks)


def _change_marks(
    changes: Sequence[Change], bursts: Sequence[_Burst], linked: str | None
) -> list[ChangeMark]:
    """Return the changes before the end of the runs.

    One in time that is cut out stands at the next run.
    """
    times = [(parse_timestamp(change.at), change) for change in changes]
    return [
        ChangeMark(round(_x_position(at, bursts), 1), _change_label(change), change.id == linked)
        for at, change in times
        if at <= bursts[-1].ended
    ]


def _change_label(change: Change) -> str:
    what = " ".join(filter(None, (change.service, change.revision))) or change.method.rpartition(".")[2]
    return f"{what}: {describe_items(change) or 'no item of the configuration'}\n{format_utc(change.at)} UTC"


def _choose_runs(runs: Sequence[Run], first: set[str]) -> list[Run]:
    wanted = sorted(runs, key=lambda run: (run.id in first, run.started), reverse=True)
    lanes: set[tuple[str, str]] = set()
    chosen: list[Run] = []
    for run in wanted:
        lane = (run.instance, run.revision)
        if len(chosen) < _MAX_RUNS and (lane in lanes or len(lanes) < _MAX_LANES):
            lanes.add(lane)
            chosen.append(run)
    return sorted(chosen, key=lambda run: (run.started, run.kind, run.id))


def _find_bursts(runs: Sequence[Run]) -> list[_Burst]:
    spans = [(parse_timestamp(run.started), parse_timestamp(run.ended)) for run in runs]
    idle = max(2 * NANOSECONDS, (max(end for _, end in spans) - spans[0][0]) // _BURSTS)
    merged: list[tuple[int, int]] = []
    for began, ended in spans:
        if merged and began - merged[-1][1] < idle:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ended))
        else:
            merged.append((began, ended))
    weights = [sqrt((ended - began) / NANOSECONDS) for began, ended in merged]
    room = _RIGHT - _LEFT - _CUT * (len(merged) - 1) - _MIN_BURST * len(merged)
    bursts, x = [], float(_LEFT)
    for (began, ended), weight in zip(merged, weights, strict=True):
        width = _MIN_BURST + (room * weight / sum(weights) if sum(weights) else 0)
        bursts.append(_Burst(began, ended, x, width))
        x += width + _CUT
    return bursts


def _x_position(at: int, bursts: Sequence[_Burst]) -> float:
    burst = next((burst for burst in bursts if at <= burst.ended), bursts[-1])
    length = burst.ended - burst.began
    share = min(1.0, max(0.0, (at - burst.began) / length)) if length else 0.0
    return burst.x + share * burst.width


def _make_ticks(bursts: Sequence[_Burst]) -> list[Tick]:
    """Return the starts and then the ends of bursts, as far as labels fit."""
    form = "%H:%M:%S"
    if format_timestamp(bursts[0].began)[:10] != format_timestamp(bursts[-1].ended)[:10]:
        form = "%m-%d %H:%M"
    ticks: list[Tick] = []
    ends = [(burst.ended, burst.x + burst.width) for burst in reversed(bursts)]
    for at, x in [*((burst.began, burst.x) for burst in bursts), *ends]:
        if all(abs(x - tick.x) >= _LABEL for tick in ticks):
            ticks.append(Tick(round(x, 1), f"{to_datetime(at):{form}}"))
    return sorted(ticks)


def _make_bars(
    runs: Sequence[Run], bursts: Sequence[_Burst], lines: Mapping[str, str]
) -> tuple[list[Bar], int]:
    """Return the bars of a lane and its number of rows.

    Runs that would touch are drawn in separate rows.
    """
    taken: list[float] = []
    bars = []
    for run in runs:
        x, end = (
            _x_position(parse_timestamp(run.started), bursts),
            _x_position(parse_timestamp(run.ended), bursts),
        )
        marks = _make_marks(run, x, bursts, lines)
        width = max(_MIN_BAR, end - x, *(mark.x + _BETWEEN_MARKS / 2 - x for mark in marks))
        over = max(0.0, x + width - WIDTH)
        x, marks = x - over, [mark._replace(x=round(mark.x - over, 1)) for mark in marks]
        row = next((row for row, until in enumerate(taken) if until <= x), len(taken))
        row = min(row, _MAX_ROWS - 1)
        if row == len(taken):
            taken.append(0.0)
        taken[row] = max(taken[row], x + width + 1)
        y = _NAME_HEIGHT + row * _ROW_HEIGHT
        bars.append(Bar(run, round(x, 1), y, round(width, 1), _run_label(run), marks))
    return bars, len(taken)


def _make_marks(run: Run, x: float, bursts: Sequence[_Burst], lines: Mapping[str, str]) -> list[Mark]:
    marks: list[Mark] = []
    least = x + _BETWEEN_MARKS / 2
    for step in _drawn_steps(run):
        at = max(least, _x_position(parse_timestamp(step.at or run.started), bursts))
        marks.append(Mark(round(at, 1), step.outcome, _step_label(step, lines)))
        least = at + _BETWEEN_MARKS
    return marks


def _drawn_steps(run: Run) -> list[Step]:
    """Return the steps with a time and an outcome, each once.

    Several layers often log the same failure.
    """
    if run.kind == "gate":
        return []
    steps = [step for step in run.steps if step.at and step.outcome not in ("seen", "not_reached")]
    unique: dict[tuple[object, ...], Step] = {}
    for step in steps:
        unique.setdefault(
            (step.step, step.check, step.outcome, step.outcome == "passed" and step.reason), step
        )
    return list(unique.values())[:_MAX_MARKS]


def _run_label(run: Run) -> str:
    what = f"{run.kind} {run.id}: {_VERDICTS[run.verdict]}"
    if run.first_failed:
        what += f", {run.first_failed} failed"
    elif run.condition:
        what += f", {run.condition.replace('_', ' ')}"
    missed = [step.check for step in run.steps if step.check and step.outcome == "not_reached"]
    parts = [what, f"{format_utc(run.started)} UTC, took {format_seconds(run.elapsed)}"]
    parts += [f"never reached: {', '.join(missed)}"] if missed else []
    parts += [] if run.complete else ["its beginning or end is not in the logs"]
    reasons = [step.reason for step in run.steps if step.outcome == "failed" and step.reason]
    return "\n".join([*parts, *reasons[:1]])


def _step_label(step: Step, lines: Mapping[str, str]) -> str:
    took = f" after {format_seconds(step.elapsed)}" if step.elapsed is not None else ""
    name = step.check or (step.rule or step.step).rpartition("/")[2].replace("-", " ")
    parts = [
        f"{name}: {step.outcome}{took}",
        f"{format_utc(step.at or '')} UTC",
    ]
    line = next((lines[name] for name in step.evidence if name in lines), step.reason)
    parts += [line[:400]] if line else []
    parts += [f"insertId {step.evidence[-1]}"] if step.evidence else []
    return "\n".join(parts)
