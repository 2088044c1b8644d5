"""What ``triage diagnose -v`` shows below its answer: where it happened, changes, coverage and limits."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.changes import render_changes
from triage.cli.screens.console import (
    VERDICTS,
    evidence_text,
    make_bullets,
    make_grid,
    render_copyable,
    render_section,
)
from triage.cli.screens.coverage import render_coverage
from triage.cli.screens.times import format_dated_clock, format_moment
from triage.models import Diagnosis, Incident, ServiceState
from triage.text import pluralize, short_instance

_MAX_NAMES = 3


def render_rest(diagnosis: Diagnosis, incidents: Sequence[Incident]) -> Iterator[RenderableType]:
    """Yield the sections; ``incidents`` begin with that of the answer."""
    if incidents:
        yield from _render_incident(incidents[0])
    yield from render_changes(diagnosis)
    if len(diagnosis.services) > 1:
        yield from render_section("Services", _services_table(diagnosis.services))
    if diagnosis.noise:
        total = sum(noise.count for noise in diagnosis.noise)
        kinds = ", ".join(f"{noise.title} ({noise.count})" for noise in diagnosis.noise)
        yield from render_section(f"Known noise: {pluralize(total, 'line')}", Text(kinds))
    yield from render_section("Coverage", render_coverage(diagnosis.coverage))
    if limits := [limit for limit in diagnosis.limits if limit not in diagnosis.answer_limits]:
        yield from render_section("Limits", make_bullets(limits))
    if diagnosis.next:
        yield from render_section("The filter that confirms it")
        yield from render_copyable(diagnosis.next.filter)


def _render_incident(incident: Incident) -> Iterator[RenderableType]:
    if incident.change_says and not incident.change:
        yield Text()
        yield Text(f"{incident.change_says}.")
    if incident.ruled_out:
        yield from render_section("Ruled out", _ruled_out_table(incident))
    yield from render_section("Where", _scope_table(incident))
    if incident.affected:
        affected = [f"{found.service}: {pluralize(found.requests, 'request')}" for found in incident.affected]
        yield from render_section("Affected services", make_bullets(affected))
    if incident.symptoms:
        yield from render_section("Symptoms of it", make_bullets(incident.symptoms))


def _ruled_out_table(incident: Incident) -> Table:
    """Return the causes that were ruled out, each with the lines that no reason shows."""
    shown = {number for reason in incident.reasons for number in reason.evidence}
    lines = {line.id: line for line in incident.evidence if line.id not in shown}
    table = make_grid()
    for cleared in incident.ruled_out:
        cited = f"  [{', '.join(cleared.evidence)}]" if cleared.evidence else ""
        table.add_row(Text(cleared.cause, style="bold"), Text(f"{cleared.why}{cited}"))
        for line in [lines.pop(cited) for cited in cleared.evidence if cited in lines]:
            text = Text.assemble((f"{format_dated_clock(line.timestamp)}  ", "dim"), evidence_text(line))
            table.add_row(Text(line.id, style="cyan", justify="right"), text)
    return table


def _scope_table(incident: Incident) -> Table:
    scope = incident.scope
    location = [part for part in (scope.environment, scope.project, scope.location) if part]
    table = make_grid()
    table.add_row("service", scope.service + (f" ({', '.join(location)})" if location else ""))
    if scope.revisions:
        table.add_row("revisions" if len(scope.revisions) > 1 else "revision", _join_names(scope.revisions))
    if scope.instances:
        short = [short_instance(instance) for instance in scope.instances]
        table.add_row("instances" if len(short) > 1 else "instance", _join_names(short))
    table.add_row("check", incident.check or "no failing check")
    table.add_row("first seen", format_moment(incident.first_seen))
    if incident.last_seen != incident.first_seen:
        table.add_row("last seen", format_moment(incident.last_seen))
    table.add_row("count", f"{incident.count:,}")
    return table


def _services_table(states: Sequence[ServiceState]) -> Table:
    table = make_grid(3)
    for state in states:
        word, style = VERDICTS[state.verdict]
        table.add_row(state.service, Text(word, style=style), state.why)
    return table


def _join_names(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMES
    shown = ", ".join(names[:_MAX_NAMES])
    return f"{len(names)}: {shown} and {more} more" if more > 0 else shown
