"""Screen of ``triage diagnose``: the answer, then the evidence."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

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
from triage.models import Because, Coverage, Diagnosis, Evidence, Incident, ServiceState

_MAX_NAMES = 3


def render_answer(diagnosis: Diagnosis) -> Text:
    """Return the first line: verdict, service, cause, check and confidence.

    Without a cause it says why there is none.
    """
    word, style = VERDICTS[diagnosis.verdict]
    if diagnosis.recovered:
        word += " (recovered)"
    state, incident = _primary_service(diagnosis), _answer_incident(diagnosis)
    if incident and diagnosis.verdict == "ready" and state:
        parts = [state.service, f"{state.why}; but: {_format_title(incident)}"]
    elif incident:
        parts = [incident.service, _format_title(incident)]
    else:
        parts = [state.service, state.why] if state else [_describe_no_data(diagnosis.coverage)]
    line = Text(word, style=style, no_wrap=True)
    return line.append("".join(f"  {part}" for part in parts if part), style="not bold default")


def render_details(
    diagnosis: Diagnosis, exports: Sequence[str], *, first: Sequence[str] = ()
) -> Iterator[RenderableType]:
    """Yield the sections under the answer.

    ``exports`` are repeated in the next commands. ``first`` are commands to show before them.
    """
    state, incident = _primary_service(diagnosis), _answer_incident(diagnosis)
    if incident and state and state.why and diagnosis.verdict != "ready":
        yield Text(state.why)
    if diagnosis.incidents:
        yield from _render_incident(diagnosis.incidents[0], named=incident is None)
    if len(diagnosis.services) > 1:
        yield from render_section("Services", _services_table(diagnosis.services))
    if len(diagnosis.incidents) > 1:
        yield from render_section("Also", _other_incidents_table(diagnosis.incidents))
    if diagnosis.noise:
        total = sum(noise.count for noise in diagnosis.noise)
        kinds = ", ".join(f"{noise.title} ({noise.count})" for noise in diagnosis.noise)
        yield from render_section(f"Noise: {total} chronic lines, counted apart", Text(kinds))
    yield from render_section("Coverage", render_coverage(diagnosis.coverage))
    gap_details = {gap.detail for gap in diagnosis.coverage.gaps}
    if limits := [limit for limit in diagnosis.limits if limit not in gap_details]:
        yield from render_section("Limits", make_bullets(limits))
    if diagnosis.next:
        yield from render_section("To settle it", Text(diagnosis.next.why))
        yield from render_copyable(diagnosis.next.filter)
    yield from render_section("Next")
    for command in [*first, *suggest_commands(diagnosis, exports)]:
        yield from render_copyable(command)


def _answer_incident(diagnosis: Diagnosis) -> Incident | None:
    """Return the incident of the first line.

    It is the first incident, unless the service is ready and the incident has recovered.
    """
    incident = diagnosis.incidents[0] if diagnosis.incidents else None
    return None if incident and incident.recovered and diagnosis.verdict == "ready" else incident


def _render_incident(incident: Incident, *, named: bool) -> Iterator[RenderableType]:
    if named:
        yield from render_section("Incident", Text(_format_title(incident)))
    yield from render_section("Why", _reasons_table(incident))
    yield from render_section("Where", _scope_table(incident))
    if incident.symptoms:
        yield from render_section("Symptoms of it", make_bullets(incident.symptoms))
    if incident.ruled_out:
        table = make_grid()
        for cleared in incident.ruled_out:
            table.add_row(
                Text(cleared.cause, style="bold"), Text(cleared.why + _format_citation(cleared.evidence))
            )
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
        times = "once" if incident.count == 1 else f"{incident.count} times"
        table.add_row(incident.severity, Text(f"{service}{_format_title(incident)}, {times}"))
    return table


def _format_title(incident: Incident) -> str:
    check = f"check {incident.check}" if incident.check else "no check to blame"
    recovered = ", recovered" if incident.recovered else ""
    return f"{incident.title} ({check}, {incident.confidence} confidence{recovered})"


def _primary_service(diagnosis: Diagnosis) -> ServiceState | None:
    return min(diagnosis.services, key=lambda state: not state.primary, default=None)


def _describe_no_data(covered: Coverage) -> str:
    if covered.entries:
        return f"nothing to judge in {covered.entries} entries"
    if covered.outside:
        return f"none of {covered.records} records is within what the options ask for"
    return "the export holds no entries"


def short_instance(instance: str) -> str:
    """Return the end of an instance id; ids share their beginning."""
    return instance if len(instance) <= 12 else f"...{instance[-8:]}"


def _join_names(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMES
    shown = ", ".join(names[:_MAX_NAMES])
    return f"{len(names)}: {shown} and {more} more" if more > 0 else shown


def _format_citation(evidence: Sequence[str]) -> str:
    return f"  [{', '.join(evidence)}]" if evidence else ""
