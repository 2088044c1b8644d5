"""Table of ``triage verify``: each request of the probe and its outcome."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from triage.cli.screens.console import make_grid, render_section
from triage.cli.screens.steps import OUTCOME_MARKS
from triage.cli.screens.times import format_elapsed
from triage.models import Timeline

#: Steps of a probe that are printed elsewhere: in the notes before it, and in the answer.
_SKIPPED_STEPS = ("started", "verdict")


def render_probe(timeline: Timeline) -> Iterator[RenderableType]:
    """Yield a row for each step of the last probe."""
    probes = [run for run in timeline.runs if run.kind == "probe"]
    table = make_grid(4)
    for step in probes[-1].steps if probes else []:
        if step.step in _SKIPPED_STEPS:
            continue
        asked, _, answer = (step.reason or "").partition(": ")
        mark, style = OUTCOME_MARKS[step.outcome]
        took = format_elapsed(step.elapsed) if step.elapsed is not None else ""
        table.add_row(Text(mark, style=style), asked, answer, Text(took, style="dim"))
    yield from render_section("What the client saw", table)
