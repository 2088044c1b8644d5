"""Screen of ``triage gate``: the answer, the criteria, evidence and rollback."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.cli.screens.changes import render_differences
from triage.cli.screens.console import (
    TITLE_WIDTH,
    format_sentence,
    make_bullets,
    make_grid,
    render_copyable,
    render_section,
    shorten_message,
)
from triage.cli.screens.coverage import render_coverage
from triage.cli.screens.times import format_dated_clock
from triage.models import Criterion, Evidence, Gate, Rollback
from triage.text import pluralize, shorten_names

_STATUSES = {
    "passed": ("PASSED", "bold green"),
    "failed": ("FAILED", "bold red"),
    "inconclusive": ("INCONCLUSIVE", "bold magenta"),
}
#: Marks and colors of the outcomes; the marks alone distinguish them.
_OUTCOME_MARKS = {
    "met": ("ok", "green"),
    "failed": ("FAIL", "bold red"),
    "not_measured": ("?", "bold magenta"),
}


def render_answer(gate: Gate) -> Iterator[Text]:
    """Yield the first lines: passed or not, and the revision; what broke, if anything did; then why."""
    word, style = _STATUSES[gate.status]
    name, separator = gate.revision or gate.service, "  "
    if gate.open_incidents:
        word, separator = f"{word}, {pluralize(gate.open_incidents, 'open incident')}", ": "
    yield Text.assemble((word, style), f"{separator}{name}" if name else "", no_wrap=True)
    if gate.incident:
        yield Text(shorten_names(gate.incident, TITLE_WIDTH), no_wrap=True)
    yield Text(format_sentence(gate.why))


def render_details(gate: Gate) -> Iterator[RenderableType]:
    """Yield the sections under the answer."""
    yield from render_section("Criteria", _criteria_table(gate.criteria))
    if gate.evidence:
        yield from render_section("Evidence", _evidence_table(gate.evidence))
    if gate.baseline:
        last_good = (
            f" (its last good revision {gate.baseline.revision})" if gate.baseline.kind == "export" else ""
        )
        yield from render_section("Baseline", Text(f"{gate.baseline.kind} {gate.baseline.name}{last_good}"))
    yield from render_differences(gate.configuration)
    if gate.rollback:
        yield from _render_rollback(gate.rollback)
    yield from render_section("Coverage", render_coverage(gate.coverage))
    gap_details = {gap.detail for gap in gate.coverage.gaps}
    if limits := [limit for limit in gate.limits if limit not in gap_details]:
        yield from render_section("Limits", make_bullets([format_sentence(limit) for limit in limits]))


def _criteria_table(criteria: Sequence[Criterion]) -> Table:
    """Return two lines per criterion: the condition and what was measured."""
    table = make_grid()
    for criterion in criteria:
        mark, style = _OUTCOME_MARKS[criterion.outcome]
        optional = criterion.need == "optional" and criterion.outcome == "not_measured"
        cited = f"  [{', '.join(criterion.evidence)}]" if criterion.evidence else ""
        text = Text(f"{criterion.says}{' (optional)' if optional else ''}\n")
        text.append(f"{criterion.measured}{cited}", style="dim")
        table.add_row(Text(mark, style=style), Text(criterion.id, style="bold"), text)
    return table


def _evidence_table(lines: Sequence[Evidence]) -> Table:
    table = make_grid()
    for line in lines:
        times = f" ({line.count:,} times)" if line.count > 1 else ""
        found = f"  insertId {line.insert_id}" if line.insert_id else ""
        text = Text(f"{format_dated_clock(line.timestamp)} UTC{found}\n", style="dim")
        text.append(f"{line.severity}  " if line.severity != "DEFAULT" else "")
        text.append(shorten_message(line.message), style="not dim").append(times)
        table.add_row(Text(line.id, style="cyan"), text)
    return table


def _render_rollback(rollback: Rollback) -> Iterator[RenderableType]:
    missing = Text(f"the logs do not show: {', '.join(rollback.missing)}", style="yellow")
    yield from render_section("Roll back", *([missing] if rollback.missing else []))
    for number, step in enumerate(rollback.steps, start=1):
        yield Padding(Text(f"{number}. {step.says}"), (0, 0, 0, 2))
        for command in step.commands:
            yield from render_copyable(command)
