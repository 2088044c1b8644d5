"""What was changed, on the screen of ``triage diagnose``."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import make_grid, render_copyable, render_section
from triage.cli.screens.times import format_moment
from triage.models import ConfigurationDifference, Diagnosis
from triage.models.change import Change
from triage.pipeline import describe_item, describe_items, undo_steps

_MAX_CHANGES, _MAX_ITEMS = 8, 12


def render_changes(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    """Yield the changes in order of time, the one behind the first incident marked, and its undoing."""
    incident = diagnosis.incidents[0] if diagnosis.incidents else None
    if diagnosis.changes:
        yield from render_section(
            "Changes", _changes_table(diagnosis.changes, incident.change if incident else None)
        )
    steps = undo_steps(diagnosis, incident) if incident else []
    if steps:
        yield from render_section("Undo the change")
    for step in steps:
        yield Text(f"  {step.says}")
        for command in step.commands:
            yield from render_copyable(command)


def render_differences(differences: Sequence[ConfigurationDifference]) -> Iterator[RenderableType]:
    """Yield what differs between the configurations of two sides."""
    table = make_grid()
    for difference in differences:
        for item in difference.items[:_MAX_ITEMS]:
            table.add_row(difference.service, Text(describe_item(item)))
        if more := len(difference.items) - _MAX_ITEMS:
            table.add_row(difference.service, f"and {more} more") if more > 0 else None
    if differences:
        yield from render_section("Configuration", table)


def _changes_table(changes: Sequence[Change], linked: str | None) -> Table:
    shown = list(changes[-_MAX_CHANGES:])
    shown = [*(change for change in changes[:-_MAX_CHANGES] if change.id == linked), *shown]
    table = make_grid()
    for change in shown:
        mark = ">" if change.id == linked else " "
        what = " ".join(filter(None, (change.service, change.revision))) or change.method.rpartition(".")[2]
        items = describe_items(change) or "no item of the configuration differs"
        by = f" (by {change.by})" if change.by else ""
        table.add_row(mark, format_moment(change.at), Text(f"{what}: {items}{by}"))
    if omitted := len(changes) - len(shown):
        table.add_row("", f"and {omitted} earlier", "")
    return table
