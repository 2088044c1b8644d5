"""Screen of ``triage timeline``: a table per block of similar runs."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from triage.cli.screens.console import VERDICTS
from triage.cli.screens.coverage import render_coverage
from triage.cli.screens.steps import render_steps
from triage.cli.screens.times import format_elapsed, format_moment
from triage.models import Run, Timeline
from triage.text import short_instance

_MAX_REASONS = 3
LEGEND = (
    "ok passed, FAIL failed, warn failed but not critical, ~ok passed with a documented exception, "
    "- not reached, . seen"
)


def render_timeline(
    timeline: Timeline, blocks: Sequence[Sequence[Run]], *, quiet: bool
) -> Iterator[RenderableType]:
    """Yield a heading and a table per block, then the legend and the coverage."""
    for block in blocks:
        yield from _render_block(block)
        yield Text()
    if not blocks:
        yield Text("No run through a readiness chain, past a gate or of a boot is in these entries.")
    if quiet:
        return
    if blocks:
        yield Text(LEGEND, style="dim")
    yield render_coverage(timeline.coverage)


def _render_block(block: Sequence[Run]) -> Iterator[RenderableType]:
    run = block[0]
    yield _format_heading(block)
    yield Padding(Text(_format_scope(block)), (0, 0, 0, 2))
    for line in _describe_block(block):
        yield Padding(Text(line, style="dim"), (0, 0, 0, 2))
    if run.steps:
        yield from render_steps(run, _first_failure_reasons(block))


def _format_scope(block: Sequence[Run]) -> str:
    run = block[0]
    names = [] if run.revision.startswith(run.service) else [run.service or "no service named"]
    names += [name for name in (run.revision, run.environment) if name]
    instances = {run.instance for run in block if run.instance}
    if len(instances) == 1:
        names.append(f"instance {short_instance(*instances)}")
    elif instances:
        names.append(f"{len(instances)} instances")
    return "  ".join(names)


def _first_failure_reasons(block: Sequence[Run]) -> list[str]:
    """Return the reasons of the first failures, most frequent first, with counts."""
    first = [next((step.reason for step in run.steps if step.outcome == "failed"), None) for run in block]
    counted = Counter(reason for reason in first if reason)
    if len(counted) == 1:
        return list(counted)
    return [f"{reason} ({count} runs)" for reason, count in counted.most_common(_MAX_REASONS)]


def _format_heading(block: Sequence[Run]) -> Text:
    run = block[0]
    word, style = VERDICTS[run.verdict]
    count = f", {len(block)} similar" if len(block) > 1 else ""
    reason = ", ".join(run.failed_checks) or run.condition or ""
    if run.failed_checks and run.condition:
        reason += f" ({run.condition})"
    return Text.assemble(
        (run.kind + count, "bold underline"), "  ", (word, style), f"  {reason}" if reason else ""
    )


def _describe_block(block: Sequence[Run]) -> Iterator[str]:
    """Yield when the runs were, how long they took and what is uncertain."""
    first, last = block[0], max(block, key=lambda run: run.started)
    if len(block) == 1:
        yield f"{format_moment(first.started)}, took {format_elapsed(first.elapsed)}"
    else:
        times = sorted(run.elapsed for run in block)
        yield f"first {format_moment(first.started)}, shown here"
        yield f"last  {format_moment(last.started)}"
        took = " to ".join(sorted({format_elapsed(times[0]), format_elapsed(times[-1])}))
        yield f"took {took}"
    if cut := sum(not run.complete for run in block):
        yield f"{_format_share(cut, block)}cut: its beginning or end is outside these logs"
    if overlapping := sum(run.overlaps for run in block):
        share = _format_share(overlapping, block)
        yield f"{share}overlaps another run on its instance: their steps cannot be told apart"
    if repeats := {run.repeats for run in block if run.repeats}:
        yield f"repeats the cached verdict of {', '.join(sorted(repeats))}"


def _format_share(count: int, block: Sequence[Run]) -> str:
    return f"{count} of {len(block)} " if len(block) > 1 else ""
