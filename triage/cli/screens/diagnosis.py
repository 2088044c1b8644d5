"""Screen of ``triage diagnose``: the answer, then the evidence."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.changes import render_changes
from triage.cli.screens.console import (
    VERDICTS,
    make_bullets,
    make_grid,
    render_copyable,
    render_section,
    shorten_message,
)
from triage.cli.screens.coverage import render_coverage
from triage.cli.screens.next_commands import suggest_commands
from triage.cli.screens.times import format_clock, format_dated_clock, format_moment
from triage.models import Because, Diagnosis, Evidence, Incident, ServiceState
from triage.text import count_times, pluralize

_MAX_NAMES = 3


def render_answer(diagnosis: Diagnosis) -> Text:
    """Return the first line: verdict, service, cause, check and confidence.

    Without a cause it says why there is none.
    """
    word, style = VERDICTS[diagnosis.verdict]
    if diagnosis.recovered:
        word += " (recovered)"
    state, incident = _primary_service(diagnosis), _answer_incident(diagnosis)
    if incident and diagnosis.verdict == "ready":
        count = diagnosis.open_incidents
        word, style = f"{word}, {pluralize(count, 'open incident')}:", VERDICTS["degraded"][1]
        parts = [_format_title(incident), incident.service]
    elif incident:
        parts = [incident.service, _format_title(incident)]
    else:
        parts = (
            [state.service, state.why] if state else diagnosis.limits[:1] or ["the export holds no entries"]
        )
    line = Text(word, style=style, no_wrap=True)
    separator = " " if word.endswith(":") else "  "
    return line.append(separator + "  ".join(filter(None, parts)), style="not bold default")


def render_details(
    diagnosis: Diagnosis, exports: Sequence[str], *, first: Sequence[str] = ()
) -> Iterator[RenderableType]:
    """Yield the sections under the answer.

    ``exports`` are repeated in the next commands. ``first`` are commands to show before them.
    """
    state, incident = _primary_service(diagnosis), _answer_incident(diagnosis)
    if incident and state and state.why:
        yield Text(state.why)
    incidents = _answer_first(diagnosis)
    if incidents:
        yield from _render_history(incidents[0])
        yield from _render_incident(incidents[0], named=incident is None)
    yield from render_changes(diagnosis)
    if len(diagnosis.services) > 1:
        yield from render_section("Services", _services_table(diagnosis.services))
    if len(incidents) > 1:
        yield from render_section("Also", _other_incidents_table(incidents))
    yield from _render_noise(diagnosis)
    yield from render_section("Coverage", render_coverage(diagnosis.coverage))
    printed = {gap.detail for gap in diagnosis.coverage.gaps}
    if state is None:
        printed.update(diagnosis.limits[:1])
    if limits := [limit for limit in diagnosis.limits if limit not in printed]:
        yield from render_section("Limits", make_bullets(limits))
    if diagnosis.next:
        yield from render_section("To confirm", Text(diagnosis.next.why))
        yield from render_copyable(diagnosis.next.filter)
    yield from render_section("Next")
    for command in [*first, *suggest_commands(diagnosis, exports)]:
        yield from render_copyable(command)


def _render_history(incident: Incident) -> Iterator[RenderableType]:
    """Yield what an incident began after, and the last issue of it."""
    if incident.change_says:
        yield Text(incident.change_says)
    if seen := incident.seen_before:
        yield Text(f"{seen.says}: {seen.url}")


def _render_noise(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    if diagnosis.noise:
        total = sum(noise.count for noise in diagnosis.noise)
        kinds = ", ".join(f"{noise.title} ({noise.count})" for noise in diagnosis.noise)
        yield from render_section(f"Known noise: {pluralize(total, 'line')}", Text(kinds))


def _answer_incident(diagnosis: Diagnosis) -> Incident | None:
    """Return the incident of the first line.

    It is the first incident; of a service that is ready, the first open one.
    """
    if diagnosis.verdict != "ready":
        return next(iter(diagnosis.incidents), None)
    return next((incident for incident in diagnosis.incidents if incident.is_open), None)


def _answer_first(diagnosis: Diagnosis) -> list[Incident]:
    """Return the incidents, that of the first line first."""
    incident = _answer_incident(diagnosis)
    return sorted(diagnosis.incidents, key=lambda found: found is not incident)


def _render_incident(incident: Incident, *, named: bool) -> Iterator[RenderableType]:
    if named:
        yield from render_section("Incident", Text(_format_title(incident)))
    yield from render_section("Why", _reasons_table(incident))
    yield from render_section("Where", _scope_table(incident))
    if incident.affected:
        affected = [f"{found.service}: {pluralize(found.requests, 'request')}" for found in incident.affected]
        yield from render_section("Affected services", make_bullets(affected))
    if incident.symptoms:
        yield from render_section("Symptoms of it", make_bullets(incident.symptoms))
    if incident.ruled_out:
        table = make_grid()
        shown = {number for reason in incident.reasons for number in reason.evidence}
        lines = {line.id: line for line in incident.evidence if line.id not in shown}
        dated = len({line.timestamp[:10] for line in incident.evidence}) > 1
        for cleared in incident.ruled_out:
            table.add_row(
                Text(cleared.cause, style="bold"), Text(cleared.why + _format_citation(cleared.evidence))
            )
            for line in [lines.pop(cited) for cited in cleared.evidence if cited in lines]:
                table.add_row("", _evidence_row(line, dated=dated))
        yield from render_section("Ruled out", table)


def _reasons_table(incident: Incident) -> Table:
    """Return the numbered reasons, each with the evidence lines it cites first."""
    reasons = incident.reasons or [Because(text, []) for text in incident.because]
    lines = {line.id: line for line in incident.evidence}
    days = {line.timestamp[:10] for line in lines.values()}
    table = make_grid(gap=1)
    for number, reason in enumerate(reasons, start=1):
        table.add_row(f"{number}.", Text(reason.says + _format_citation(reason.evidence)))
        shown = [lines.pop(cited) for cited in reason.evidence if cited in lines]
        for line in shown:
            table.add_row("", _evidence_row(line, dated=len(days) > 1))
    return table


def _evidence_row(line: Evidence, *, dated: bool) -> Table:
    times = f" ({line.count} times)" if line.count > 1 else ""
    message = shorten_message(line.message)
    text = Text.assemble(
        (format_dated_clock(line.timestamp) if dated else format_clock(line.timestamp), "dim"),
        (f"  {line.severity}  " if line.severity != "DEFAULT" else "  ", "dim"),
        message,
        (times, "dim"),
    )
    table = make_grid()
    table.add_row(Text(line.id, style="cyan"), text)
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
    table.add_row("first seen", format_moment(incident.first_seen))
    if incident.last_seen != incident.first_seen:
        table.add_row("last seen", format_moment(incident.last_seen))
    table.add_row("count", str(incident.count))
    return table


def _services_table(states: Sequence[ServiceState]) -> Table:
    table = make_grid(3)
    for state in states:
        word, style = VERDICTS[state.verdict]
        table.add_row(state.service, Text(word, style=style), state.why)
    return table


def _other_incidents_table(incidents: Sequence[Incident]) -> Table:
    """Return a line for each incident after the first.

    The service is named if it differs from that of the first.
    """
    table = make_grid()
    for incident in incidents[1:]:
        service = f"{incident.service}: " if incident.service != incidents[0].service else ""
        table.add_row(
            incident.severity, Text(f"{service}{_format_title(incident)}, {count_times(incident.count)}")
        )
    return table


def _format_title(incident: Incident) -> str:
    check = f"check {incident.check}" if incident.check else "no failing check"
    recovered = ", recovered" if incident.recovered else ""
    return f"{incident.title} ({check}, {incident.confidence} confidence{recovered})"


def _primary_service(diagnosis: Diagnosis) -> ServiceState | None:
    return min(diagnosis.services, key=lambda state: not state.primary, default=None)


def short_instance(instance: str) -> str:
    """Return the end of an instance id; ids share their beginning."""
    return instance if len(instance) <= 12 else f"...{instance[-8:]}"


def _join_names(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMES
    shown = ", ".join(names[:_MAX_NAMES])
    return f"{len(names)}: {shown} and {more} more" if more > 0 else shown


def _format_citation(evidence: Sequence[str]) -> str:
    return f"  [{', '.join(evidence)}]" if evidence else ""
