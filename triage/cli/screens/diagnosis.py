"""The screen of ``triage diagnose``: the answer in its first line, then how we know."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import VERDICTS, bullets, deciding, grid, section, to_copy
from triage.cli.screens.coverage import coverage
from triage.cli.screens.next_commands import commands
from triage.cli.screens.times import clock, dated_clock, moment
from triage.models import Because, Coverage, Diagnosis, Evidence, Incident, ServiceState

_SHOWN_NAMES = 3


def answer(diagnosis: Diagnosis) -> Text:
    """Return the first line: verdict, service, cause, check and confidence; without a cause, why it is so."""
    word, style = VERDICTS[diagnosis.verdict]
    if diagnosis.recovered:
        word += " (recovered)"
    state, incident = _primary(diagnosis), _current(diagnosis)
    if incident and diagnosis.verdict == "ready" and state:
        said = [state.service, f"{state.why}; but: {_titled(incident)}"]
    elif incident:
        said = [incident.service, _titled(incident)]
    else:
        said = [state.service, state.why] if state else [_nothing(diagnosis.coverage)]
    line = Text(word, style=style, no_wrap=True)
    return line.append("".join(f"  {part}" for part in said if part), style="not bold default")


def screen(diagnosis: Diagnosis, exports: Sequence[str]) -> Iterator[RenderableType]:
    """Yield what stands under the answer; ``exports`` are the words that the next command repeats."""
    state, incident = _primary(diagnosis), _current(diagnosis)
    if incident and state and state.why and diagnosis.verdict != "ready":
        yield Text(state.why)
    if diagnosis.incidents:
        yield from _incident(diagnosis.incidents[0], named=incident is None)
    if len(diagnosis.services) > 1:
        yield from section("Services", _services(diagnosis.services))
    if len(diagnosis.incidents) > 1:
        yield from section("Also", _others(diagnosis.incidents))
    if diagnosis.noise:
        total = sum(noise.count for noise in diagnosis.noise)
        kinds = ", ".join(f"{noise.title} ({noise.count})" for noise in diagnosis.noise)
        yield from section(f"Noise: {total} chronic lines, counted apart", Text(kinds))
    yield from section("Coverage", coverage(diagnosis.coverage))
    told = {gap.detail for gap in diagnosis.coverage.gaps}
    if limits := [limit for limit in diagnosis.limits if limit not in told]:
        yield from section("Limits", bullets(limits))
    if diagnosis.next:
        yield from section("To settle it", Text(diagnosis.next.why))
        yield from to_copy(diagnosis.next.filter)
    yield from section("Next")
    for command in commands(diagnosis, exports):
        yield from to_copy(command)


def _current(diagnosis: Diagnosis) -> Incident | None:
    """Return the incident that the answer names: the first, unless the service is ready and it is over."""
    incident = diagnosis.incidents[0] if diagnosis.incidents else None
    return None if incident and incident.recovered and diagnosis.verdict == "ready" else incident


def _incident(incident: Incident, *, named: bool) -> Iterator[RenderableType]:
    if named:
        yield from section("Incident", Text(_titled(incident)))
    yield from section("Why", _reasons(incident))
    yield from section("Where", _scope(incident))
    if incident.symptoms:
        yield from section("Symptoms of it", bullets(incident.symptoms))
    if incident.ruled_out:
        table = grid()
        for cleared in incident.ruled_out:
            table.add_row(Text(cleared.cause, style="bold"), Text(cleared.why + _cited(cleared.evidence)))
        yield from section("Ruled out", table)


def _reasons(incident: Incident) -> Table:
    """Return the numbered chain; each deciding line stands under the first reason that cites it."""
    reasons = incident.reasons or [Because(said, []) for said in incident.because]
    lines = {line.id: line for line in incident.evidence}
    days = {line.timestamp[:10] for line in lines.values()}
    table = grid(gap=1)
    for number, reason in enumerate(reasons, start=1):
        table.add_row(f"{number}.", Text(reason.says + _cited(reason.evidence)))
        shown = [lines.pop(cited) for cited in reason.evidence if cited in lines]
        for line in shown:
            table.add_row("", _line(line, dated=len(days) > 1))
    return table


def _line(line: Evidence, *, dated: bool) -> Table:
    times = f" ({line.count} times)" if line.count > 1 else ""
    message = deciding(line.message)
    said = Text.assemble(
        (dated_clock(line.timestamp) if dated else clock(line.timestamp), "dim"),
        (f"  {line.severity}  " if line.severity != "DEFAULT" else "  ", "dim"),
        message,
        (times, "dim"),
    )
    table = grid()
    table.add_row(Text(line.id, style="cyan"), said)
    return table


def _scope(incident: Incident) -> Table:
    scope = incident.scope
    place = [part for part in (scope.environment, scope.project, scope.location) if part]
    table = grid()
    table.add_row("service", scope.service + (f" ({', '.join(place)})" if place else ""))
    if scope.revisions:
        table.add_row("revisions" if len(scope.revisions) > 1 else "revision", _names(scope.revisions))
    if scope.instances:
        short = [short_instance(instance) for instance in scope.instances]
        table.add_row("instances" if len(short) > 1 else "instance", _names(short))
    table.add_row("first seen", moment(incident.first_seen))
    if incident.last_seen != incident.first_seen:
        table.add_row("last seen", moment(incident.last_seen))
    table.add_row("count", str(incident.count))
    return table


def _services(states: Sequence[ServiceState]) -> Table:
    table = grid(3)
    for state in states:
        word, style = VERDICTS[state.verdict]
        table.add_row(state.service, Text(word, style=style), state.why)
    return table


def _others(incidents: Sequence[Incident]) -> Table:
    """Return a line for each incident after the first; the service is named where it is another."""
    table = grid()
    for incident in incidents[1:]:
        service = f"{incident.service}: " if incident.service != incidents[0].service else ""
        times = "once" if incident.count == 1 else f"{incident.count} times"
        table.add_row(incident.severity, Text(f"{service}{_titled(incident)}, {times}"))
    return table


def _titled(incident: Incident) -> str:
    blame = f"check {incident.check}" if incident.check else "no check to blame"
    recovered = ", recovered" if incident.recovered else ""
    return f"{incident.title} ({blame}, {incident.confidence} confidence{recovered})"


def _primary(diagnosis: Diagnosis) -> ServiceState | None:
    return min(diagnosis.services, key=lambda state: not state.primary, default=None)


def _nothing(covered: Coverage) -> str:
    if covered.entries:
        return f"nothing to judge in {covered.entries} entries"
    if covered.outside:
        return f"none of {covered.records} records is within what the options ask for"
    return "the export holds no entries"


def short_instance(instance: str) -> str:
    """Return the end of an instance's id, which tells it from others: they begin alike."""
    return instance if len(instance) <= 12 else f"...{instance[-8:]}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    shown = ", ".join(names[:_SHOWN_NAMES])
    return f"{len(names)}: {shown} and {more} more" if more > 0 else shown


def _cited(evidence: Sequence[str]) -> str:
    return f"  [{', '.join(evidence)}]" if evidence else ""
