"""The table of ``triage verify``: what was asked, and how it was answered."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from triage.cli.screens.console import grid, section
from triage.cli.screens.steps import MARKS
from triage.cli.screens.times import lasted
from triage.models import Timeline

#: Lines of a probe that stand elsewhere: in what was said before it, and in the answer.
_ELSEWHERE = ("started", "verdict")


def outcomes(timeline: Timeline) -> Iterator[RenderableType]:
    """Yield a row for each thing that the last probe asked."""
    probes = [run for run in timeline.runs if run.kind == "probe"]
    table = grid(4)
    for step in probes[-1].steps if probes else []:
        if step.step in _ELSEWHERE:
            continue
        asked, _, answer = (step.reason or "").partition(": ")
        mark, style = MARKS[step.outcome]
        took = lasted(step.elapsed) if step.elapsed is not None else ""
        table.add_row(Text(mark, style=style), asked, answer, Text(took, style="dim"))
    yield from section("What the client saw", table)
