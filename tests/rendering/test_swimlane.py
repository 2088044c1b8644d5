"""Positions of bars and marks in the swimlane drawing."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.rendering.conftest import NEW, OLD, PASSED, run
from triage.models import Run, Step
from triage.rendering.swimlane import WIDTH, draw_swimlane
from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

START = parse_timestamp("2026-03-17T14:00:00Z")


def at(second: float, length: float = 1.0, **changes: Any) -> Run:
    began = START + int(second * NANOSECONDS)
    fields: dict[str, Any] = {
        "kind": "boot",
        "number": 1,
        "verdict": "ready",
        "started": format_timestamp(began),
        "ended": format_timestamp(began + int(length * NANOSECONDS)),
        "elapsed": length,
    }
    return run(**(fields | changes))


spans = st.lists(st.tuples(st.floats(0, 200_000), st.floats(0, 4000)), min_size=1, max_size=60)


def test_no_runs_give_no_drawing() -> None:
    assert draw_swimlane([], [], {}) is None


@given(spans=spans, instances=st.integers(1, 5))
def test_every_bar_is_inside_the_drawing(spans: list[tuple[float, float]], instances: int) -> None:
    runs = [
        at(*span, id=f"b-{n}", instance=f"i{n % instances}", steps=PASSED if n % 2 else [])
        for n, span in enumerate(spans)
    ]
    drawn = draw_swimlane(runs, [], {})
    assert drawn is not None
    bars = [bar for lane in drawn.lanes for bar in lane.bars]
    assert sorted(bar.run.id for bar in bars) == sorted(run.id for run in runs)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in bars)
    assert all(bar.x <= mark.x <= bar.x + bar.width for bar in bars for mark in bar.marks)
    assert all(lane.y + lane.height <= drawn.height for lane in drawn.lanes)
    assert all(second.x - first.x >= 70 for first, second in pairwise(drawn.ticks))


def test_overlapping_runs_are_in_separate_rows() -> None:
    drawn = draw_swimlane([at(0, 30), at(5, 2), at(40, 2)], [], {})
    assert drawn is not None
    assert [bar.y for bar in drawn.lanes[0].bars] == [17, 37, 17]


def test_idle_time_is_cut_out() -> None:
    drawn = draw_swimlane([at(0, 30), at(40_000, 30)], [], {})
    assert drawn is not None
    first, second = drawn.lanes[0].bars
    assert second.x - (first.x + first.width) < 30
    assert len(drawn.cuts) == 1


def test_dates_are_shown_for_several_days() -> None:
    drawn = draw_swimlane([at(0), at(86_400)], [], {})
    assert drawn is not None
    assert [tick.label for tick in drawn.ticks if tick.label.endswith("14:00")] != []
    assert drawn.ticks[0].label == "03-17 14:00"


def test_simultaneous_checks_have_separate_marks() -> None:
    drawn = draw_swimlane([at(0, 0.5, kind="validation", steps=PASSED)], [], {})
    assert drawn is not None
    xs = [mark.x for mark in drawn.lanes[0].bars[0].marks]
    assert len(xs) == 6
    assert all(second - first >= 10 for first, second in pairwise(xs))


def test_mark_shows_its_evidence_line_else_the_reason() -> None:
    steps = [
        Step(
            step="check",
            check=check,
            outcome="failed",
            at="2026-03-17T14:00:00Z",
            reason="slow",
            evidence=[check],
        )
        for check in ("database", "redis")
    ]
    drawn = draw_swimlane([at(0, steps=steps)], [], {"database": "the line itself"})
    assert drawn is not None
    says = [mark.says for mark in drawn.lanes[0].bars[0].marks]
    assert says == [
        "database: failed\n2026-03-17 14:00:00 UTC\nthe line itself\ninsertId database",
        "redis: failed\n2026-03-17 14:00:00 UTC\nslow\ninsertId redis",
    ]


def test_too_many_runs_are_reduced_to_those_of_the_incident() -> None:
    runs = [at(n, id=f"b-{n}", instance=f"i{n}", revision=OLD if n < 50 else NEW) for n in range(100)]
    drawn = draw_swimlane(runs, ["b-3"], {})
    assert drawn is not None
    assert len(drawn.lanes) == 30
    assert drawn.omitted == 70
    assert drawn.lanes[0].bars[0].run.id == "b-3"
