"""The screen of ``triage timeline``: a table per block of alike runs."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from triage.cli.screens.console import VERDICTS
from triage.cli.screens.coverage import coverage
from triage.cli.screens.diagnosis import short_instance
from triage.cli.screens.times import clock, lasted, local_clock, local_zone, moment, since
from triage.models import Run, Timeline

_MARKS = {
    "passed": ("ok", "green"),
    "failed": ("FAIL", "bold red"),
    "warned": ("warn", "yellow"),
    "tolerated": ("~ok", "yellow"),
    "not_reached": ("-", "dim"),
    "seen": (".", "dim"),
}
LEGEND = "ok passed, FAIL failed, warn failed but not critical, ~ok passed on a tolerance path, - not reached, . seen"


def screen(timeline: Timeline, blocks: Sequence[Sequence[Run]], *, quiet: bool) -> Iterator[RenderableType]:
    """Yield a heading and a table for each block of alike runs, then the legend and the coverage."""
    for block in blocks:
        yield from _block(block)
        yield Text()
    if not blocks:
        yield Text("No run through a readiness chain, past a gate or of a boot is in these entries.")
    if quiet:
        return
    if blocks:
        yield Text(LEGEND, style="dim")
    yield coverage(timeline.coverage)


def _block(block: Sequence[Run]) -> Iterator[RenderableType]:
    run = block[0]
    yield _heading(block)
    place = f"{run.service}  {run.revision}" + (f"  {run.environment}" if run.environment else "")
    yield Padding(Text(place), (0, 0, 0, 2))
    for line in _circumstances(block):
        yield Padding(Text(line, style="dim"), (0, 0, 0, 2))
    if run.steps:
        yield from _steps(run)


def _heading(block: Sequence[Run]) -> Text:
    run = block[0]
    word, style = VERDICTS[run.verdict]
    alike = f", {len(block)} alike" if len(block) > 1 else ""
    blamed = ", ".join(run.failed_checks) or run.condition or ""
    if run.failed_checks and run.condition:
        blamed += f" ({run.condition})"
    return Text.assemble(
        (run.kind + alike, "bold underline"), "  ", (word, style), f"  {blamed}" if blamed else ""
    )


def _circumstances(block: Sequence[Run]) -> Iterator[str]:
    """Yield when and where the runs were, and what makes their reading uncertain."""
    first, last = block[0], max(block, key=lambda run: run.started)
    if len(block) == 1:
        yield f"{moment(first.started)}, took {lasted(first.elapsed)}, instance {short_instance(first.instance)}"
    else:
        times = sorted(run.elapsed for run in block)
        instances = len({run.instance for run in block})
        yield f"first {moment(first.started)}, shown here"
        yield f"last  {moment(last.started)}"
        took = " to ".join(sorted({lasted(times[0]), lasted(times[-1])}))
        yield f"took {took}, on {instances} instance{'s' if instances > 1 else ''}"
    if cut := sum(not run.complete for run in block):
        yield f"{_of(cut, block)}cut: its beginning or end is outside these logs"
    if overlapping := sum(run.overlaps for run in block):
        yield f"{_of(overlapping, block)}overlaps another run on its instance: their steps cannot be told apart"
    if repeats := {run.repeats for run in block if run.repeats}:
        yield f"repeats the cached verdict of {', '.join(sorted(repeats))}"


def _of(count: int, block: Sequence[Run]) -> str:
    return f"{count} of {len(block)} " if len(block) > 1 else ""


def _steps(run: Run) -> Iterator[RenderableType]:
    """Yield a row per step; what a step gives as its reason stands below it, as wide as the screen."""
    zone = local_zone(run.started)
    after = [since(run.started, step.at) if step.at else "" for step in run.steps]
    width = max(len("after"), *map(len, after))
    phased = any(step.phase is not None for step in run.steps)
    head = ("phase  " if phased else "") + "step"
    here = f"{zone:8}  " if zone else ""
    yield Text(f"   {'after':>{width}}  {'UTC':12}  {here}{'':4}  {'took':>6}  {head}", style="dim")
    first = next((step for step in run.steps if step.outcome == "failed"), None)
    for step, passed in zip(run.steps, after, strict=True):
        utc = clock(step.at) if step.at else ""
        here = f"{local_clock(step.at) if step.at else '':8}  " if zone else ""
        mark, style = _MARKS[step.outcome]
        took = lasted(step.elapsed) if step.elapsed is not None else ""
        yield Text.assemble(
            (">> " if step is first else "   ", "bold red"),
            (f"{passed:>{width}}  {utc:12}  {here}", "dim"),
            (f"{mark:4}", style),
            f"  {took:>6}  ",
            f"{step.phase or '':5}  " if phased else "",
            (
                step.check or step.step.replace("_", " "),
                "bold red reverse" if step is first else style if step.outcome != "seen" else "",
            ),
        )
        if step.reason:
            yield Padding(Text(step.reason, overflow="fold"), (0, 0, 0, width + 5))
