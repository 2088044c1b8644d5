"""Mermaid diagrams: safe names, and GitHub's limits."""

import re

from hypothesis import given
from hypothesis import strategies as st

from triage.models import Run, Step
from triage.rendering import mermaid


def run(number: int, instance: str = "i", seconds: int = 2) -> Run:
    return Run(
        id=f"boot-{number}",
        kind="boot",
        service="shop",
        revision="shop-00001-abc",
        instance=instance,
        started=f"2026-03-17T14:{number % 60:02d}:00.000000Z",
        ended=f"2026-03-17T14:{number % 60:02d}:{seconds:02d}.000000Z",
        elapsed=float(seconds),
        complete=True,
        verdict="not_ready",
    )


@given(st.text(min_size=2))
def test_only_safe_names_reach_a_diagram(name: str) -> None:
    drawn = mermaid.chain_flowchart(
        [
            Step(step="check", check=name, outcome="failed"),
            Step(step="check", check="redis", outcome="passed"),
        ]
    )
    assert re.match(
        r'flowchart LR\n  c1\["(?:[a-z][a-z0-9_]*|check 1): FAILED"\]:::failed\n  c2\["redis: passed"\]:::passed\n',
        drawn,
    )
    assert mermaid.timeline_gantt([run(1, name), run(2, "!")]) == mermaid.timeline_gantt(
        [run(1, "i"), run(2, "j")]
    )


def test_steps_without_a_check_are_not_drawn() -> None:
    assert (
        mermaid.chain_flowchart(
            [Step(step="started", outcome="seen"), Step(step="x", check="redis", outcome="seen")]
        )
        == ""
    )


def test_each_instance_is_a_section_and_each_run_a_bar() -> None:
    drawn = mermaid.timeline_gantt([run(1, "a"), run(2, "b"), run(3, "a")])
    assert re.findall("section (.*)", drawn) == ["Instance 1", "Instance 2"]
    assert drawn.count("boot NOT READY :crit, ") == 3
    assert "2026-03-17T14:01:00.000, 2026-03-17T14:01:02.000" in drawn


def test_short_run_has_a_minimum_length() -> None:
    assert "2026-03-17T14:00:00.000, 2026-03-17T14:00:33.000" in mermaid.timeline_gantt(
        [run(0), run(55, seconds=0)]
    )


def test_too_many_runs_or_instances_give_no_diagram() -> None:
    assert mermaid.timeline_gantt([]) == mermaid.timeline_gantt([run(1)]) == ""
    assert mermaid.timeline_gantt([run(number) for number in range(41)]) == ""
    assert mermaid.timeline_gantt([run(number, str(number)) for number in range(13)]) == ""
    assert 0 < len(mermaid.timeline_gantt([run(number, str(number % 12)) for number in range(40)])) < 50_000
