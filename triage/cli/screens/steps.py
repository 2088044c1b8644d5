"""Rows of a run: one per step, with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.text import Text

from triage.cli.screens.times import (
    format_clock,
    format_elapsed,
    format_local_clock,
    format_offset,
    local_zone_name,
)
from triage.models import Run, Step

#: Mark and color of each outcome.
OUTCOME_MARKS = {
    "passed": ("ok", "green"),
    "failed": ("FAIL", "bold red"),
    "warned": ("warn", "yellow"),
    "tolerated": ("~ok", "yellow"),
    "not_reached": ("-", "dim"),
    "seen": (".", "dim"),
}


def render_steps(run: Run, first_reasons: Sequence[str]) -> Iterator[RenderableType]:
    """Yield the table head and a row per step; repeated steps share a row.

    ``first_reasons`` are the reasons of the first failure, which may differ between similar runs.
    """
    zone = local_zone_name(run.started)
    phased = any(step.phase is not None for step in run.steps)
    width = max(len("after"), *(len(format_offset(run.started, step.at)) for step in run.steps if step.at))
    here = f"{zone:8}  " if zone else ""
    head = ("phase  " if phased else "") + "step"
    yield Text(f"   {'after':>{width}}  {'UTC':12}  {here}{'':4}  {'took':>6}  {head}", style="dim")
    first = next((step for step in run.steps if step.outcome == "failed"), None)
    for _, same in groupby(run.steps, key=lambda step: (step_name(run, step), step.outcome, step.reason)):
        step, *again = same
        after = format_offset(run.started, step.at) if step.at else ""
        utc = format_clock(step.at) if step.at else ""
        here = f"{format_local_clock(step.at) if step.at else '':8}  " if zone else ""
        mark, style = OUTCOME_MARKS[step.outcome]
        took = format_elapsed(step.elapsed) if step.elapsed is not None else ""
        name = step_name(run, step) + (f" ({len(again) + 1} times)" if again else "")
        row = Text.assemble(
            (">> " if step is first else "   ", "bold red"),
            (f"{after:>{width}}  {utc:12}  {here}", "dim"),
            (f"{mark:4}", style),
            f"  {took:>6}  ",
            f"{step.phase or '':5}  " if phased else "",
            (name, "bold red reverse" if step is first else style if step.outcome != "seen" else ""),
        )
        own = [step.reason] if step.reason and not _is_phase(step) else []
        yield _StepRow(row, first_reasons if step is first else own, indent=width + 5)


@dataclass
class _StepRow:
    """Row of a step, with its reasons.

    A single reason stands on the row if it fits, otherwise each reason stands below.

    Attributes:
        row: text of the step.
        reasons: reasons to show.
        indent: indentation in columns of reasons below the row.

    """

    row: Text
    reasons: Sequence[str]
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        room = options.max_width - self.row.cell_len - 2
        beside = [Text(f"  {reason}", style="dim") for reason in self.reasons[:1]]
        if len(self.reasons) == 1 and beside[0].cell_len - 2 <= room and "\n" not in self.reasons[0]:
            yield self.row + beside[0]
            return
        yield self.row
        for reason in self.reasons:
            yield Padding(Text(reason, overflow="fold"), (0, 0, 0, self.indent))


def _is_phase(step: Step) -> bool:
    """Return whether the step starts or ends a phase named by its reason."""
    return step.step.startswith("phase_") and (step.reason or "").startswith("phase ")


def step_name(run: Run, step: Step) -> str:
    """Return the check or the step.

    Steps of a boot and steps without an outcome are named by their rule.
    """
    if step.check:
        return step.check
    if _is_phase(step):
        return f"{step.reason} {step.step.removeprefix('phase_')}"
    if step.rule and (run.kind == "boot" or step.outcome == "seen"):
        return step.rule.rpartition("/")[2].replace("-", " ")
    return step.step.replace("_", " ")
