"""Screen of ``triage diagnose``: the answer, what to do now and why; with -v also everything else."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from triage.cli.screens.console import (
    TITLE_WIDTH,
    VERDICTS,
    evidence_text,
    first_of,
    format_sentence,
    lay_out,
    make_grid,
    render_copyable,
    render_section,
    text_width,
)
from triage.cli.screens.diagnosis_details import render_rest
from triage.cli.screens.next_commands import suggest_commands, suggest_explanation
from triage.cli.screens.times import format_clock, format_dated_clock, format_moment, format_span
from triage.models import Because, Diagnosis, Evidence, Incident, ServiceState
from triage.pipeline import Action, Playbook, first_actions
from triage.text import count_times, pluralize, quotes, shorten_names

#: Lines of the screen without -v, and of the answer on it.
_MAX_LINES, _ANSWER_LINES = 25, 2
_MAX_COMMANDS = 2
_LABEL_WIDTH = 12
_CLOCK_WIDTH = 12

#: A reason with the lines that it cites first.
_Reason: TypeAlias = tuple[Because, list[Evidence]]


class _Room(NamedTuple):
    """How much of each part is shown.

    Attributes:
        reasons: reasons.
        actions: things to do.
        ruled_out: causes that were ruled out.
        others: other incidents.
        gaps: gaps.
        whole: whether sentences and lines are shown whole, with the ids of the evidence.

    """

    reasons: int
    actions: int = 2
    ruled_out: int = 2
    others: int = 3
    gaps: int = 2
    whole: bool = False


class _Content(NamedTuple):
    """What is shown of a diagnosis.

    Attributes:
        incidents: incidents, that of the answer first.
        actions: what to do first about it.
        reasons: its reasons in order of time.

    """

    incidents: Sequence[Incident]
    actions: Sequence[Action]
    reasons: Sequence[_Reason]


class _Commands(NamedTuple):
    """Commands under a diagnosis.

    Attributes:
        following: what to run next.
        explaining: what explains the cause.

    """

    following: Sequence[str]
    explaining: Sequence[str]


_EVERYTHING = _Room(sys.maxsize, sys.maxsize, sys.maxsize, sys.maxsize, sys.maxsize, whole=True)


def render_answer(diagnosis: Diagnosis) -> Text:
    """Return the first two lines: the verdict and the service, then what broke.

    Without an incident the second line says why there is none; without a service the first line does.
    """
    word, style = VERDICTS[diagnosis.verdict]
    if diagnosis.recovered:
        word += " (recovered)"
    state, incident = _primary_service(diagnosis), diagnosis.answer_incident
    separator = "  "
    if incident and diagnosis.verdict == "ready":
        word, style = (
            f"{word}, {pluralize(diagnosis.open_incidents, 'open incident')}",
            VERDICTS["degraded"][1],
        )
        separator = ": "
    line = Text(word, style=style, no_wrap=True)
    service = state.service if state else ""
    line.append(f"{separator}{service}" if service else "", style="not bold default")
    if incident:
        says = _format_title(incident, service)
    elif state:
        says = shorten_names(format_sentence(state.why), TITLE_WIDTH)
    else:
        says = diagnosis.limits[0] if diagnosis.limits else "the export holds no entries"
    before = separator if state is None else "\n"
    return line.append(f"{before}{says}" if says else "", style="not bold default")


def render_details(
    diagnosis: Diagnosis,
    exports: Sequence[str],
    *,
    first: Sequence[str] = (),
    playbooks: Mapping[str, Playbook] | None = None,
    pack_files: Sequence[str] = (),
    verbose: bool = False,
) -> Iterator[RenderableType]:
    """Yield what stands under the answer, on a screen of at most 25 lines; with ``verbose`` everything.

    ``exports`` and ``pack_files`` are repeated in the next commands. ``first`` are commands to show before
    them. ``playbooks`` stand beside the packs.
    """
    incidents = _answer_first(diagnosis)
    content = _Content(
        incidents,
        first_actions(diagnosis, incidents[0], playbooks) if incidents else [],
        incidents[0].ordered_reasons() if incidents else [],
    )
    commands = [*first, *suggest_commands(diagnosis, exports, pack_files)]
    explain = [suggest_explanation(found.cause, pack_files) for found in incidents[:1]]
    screen = lay_out()
    for room in [_EVERYTHING] if verbose else _rooms(len(content.reasons)):
        screen = lay_out(*_render_parts(diagnosis, content, _Commands(commands, explain), room))
        if screen.count("\n") <= _MAX_LINES - _ANSWER_LINES:
            break
    yield screen
    if verbose:
        yield from render_rest(diagnosis, incidents)


def _rooms(reasons: int) -> Iterator[_Room]:
    """Yield how much of each part is shown, less each time."""
    for count in range(max(reasons, 2), 1, -1):
        yield _Room(count)
    yield _Room(2, actions=1, ruled_out=1, others=2, gaps=1)
    yield _Room(1, actions=1, ruled_out=1, others=1, gaps=1)
    yield _Room(1, actions=1, ruled_out=0, others=1, gaps=1)


def _render_parts(
    diagnosis: Diagnosis, content: _Content, commands: _Commands, room: _Room
) -> Iterator[RenderableType]:
    """Yield what to do now, why, the other incidents, and the next commands."""
    incidents = content.incidents
    if incidents:
        yield from _render_status(diagnosis, incidents[0])
        yield from _render_actions(incidents[0], content.actions[: room.actions])
        yield from _render_reasons(incidents[0], content.reasons, room)
    yield Text()
    yield from _render_tail(diagnosis, incidents, room)
    for index, command in enumerate(commands.following):
        yield _label("" if index else "Next", command)
    more = [*([] if room.whole else ["-v"]), *commands.explaining]
    if more:
        yield _label("More", " or ".join(more))


def _render_status(diagnosis: Diagnosis, incident: Incident) -> Iterator[RenderableType]:
    """Yield since when and how much of the service failed, what changed before, and the last issue of it."""
    state = diagnosis.state_of(incident.service)
    if diagnosis.answer_incident is None:
        yield Text()
        yield Text(_format_title(incident, incident.service), style="bold", no_wrap=True)
    yield Text(_format_span(incident))
    if state and state.why and incident.title not in state.why and diagnosis.answer_incident:
        yield Text(format_sentence(state.why))
    if incident.change and incident.change_says:
        yield Text(format_sentence(incident.change_says))
    if seen := incident.seen_before:
        yield Text(f"{seen.says}: {seen.url}", no_wrap=True)


def _render_actions(incident: Incident, actions: Sequence[Action]) -> Iterator[RenderableType]:
    if actions:
        to_fix = "To prevent it" if incident.recovered else "To fix it"
        yield from render_section("Do now" if incident.is_open else to_fix)
    for number, action in enumerate(actions):
        yield from _render_action(action, first=number == 0)


def _render_action(action: Action, *, first: bool) -> Iterator[RenderableType]:
    """Yield an action with its commands; of one after the first only what undoes a change has any."""
    before = "" if first else "Or: " if action.kind == "undo" else "Then: "
    commands = action.commands[:_MAX_COMMANDS] if first or action.kind == "undo" else []
    missing = [word for word in action.missing if any(word in command for command in commands)]
    is_said = action.kind == "rollback" and missing == ["LAST_GOOD_REVISION"]
    replace = f" Replace {', '.join(missing)}." if missing and not is_said else ""
    yield Padding(Text(f"{before}{action.says.replace('`', '')}{replace}"), (0, 0, 0, 2))
    for command in commands:
        yield from render_copyable(f"  {command}")


def _format_span(incident: Incident) -> str:
    """Return since when it happens, whether it is over, and how much failed."""
    started, ended = format_moment(incident.first_seen), incident.last_seen
    is_same_day = incident.first_seen[:10] == ended[:10]
    last = f"at {format_clock(ended)[:8]}" if is_same_day else format_moment(ended)
    is_moment = incident.first_seen[:19] == ended[:19]
    span = started if is_moment else f"{started}, last {last}"
    words = "Over: seen" if incident.recovered else "Open since" if incident.is_open else "Seen"
    if incident.share:
        return f"{words} {span}; {incident.share} failed."
    return f"{words} {span}{f'; {count_times(incident.count)}' if incident.count > 1 else ''}."


def _render_reasons(incident: Incident, reasons: Sequence[_Reason], room: _Room) -> Iterator[RenderableType]:
    """Yield the reasons in order of time, each with its lines."""
    dated = len({line.timestamp[:10] for line in incident.evidence}) > 1
    shown = f", {room.reasons} of {len(reasons)} reasons" if room.reasons < len(reasons) else ""
    table = make_grid()
    table.columns[0].min_width = len("00:00:00")
    for reason, lines in reasons[: room.reasons]:
        time = lines[0].timestamp if lines else ""
        clock = (format_dated_clock(time) if dated else format_clock(time)) if time else ""
        says = f"{reason.says}{_citation(reason)}" if room.whole else _in_brief(reason.says)
        table.add_row(Text(clock if room.whole else clock[:-4], style="dim"), Text(says))
        for line in lines if room.whole else lines[:1]:
            if room.whole:
                table.add_row(Text(line.id, style="cyan"), evidence_text(line))
            elif not quotes(reason.says, line.message):
                text = evidence_text(line)
                text.no_wrap, text.overflow = True, "ellipsis"
                table.add_row("", text)
    yield from render_section(f"Why ({incident.confidence} confidence{shown})", table)


def _in_brief(says: str) -> str:
    """Return a sentence in at most two lines."""
    return shorten_names(says, 2 * (text_width() - _CLOCK_WIDTH) - _CLOCK_WIDTH)


def _render_tail(
    diagnosis: Diagnosis, incidents: Sequence[Incident], room: _Room
) -> Iterator[RenderableType]:
    """Yield what was ruled out, the other incidents, what would confirm the cause, and the gaps."""
    table = make_grid(gap=1)
    table.columns[0].width = _LABEL_WIDTH - 1
    rows: list[tuple[str, Sequence[str]]] = []
    if incidents:
        ruled_out = incidents[0].ruled_out
        says = [f"{cleared.cause}: {cleared.why}" for cleared in ruled_out[: room.ruled_out]]
        rows.append(("Ruled out", [] if room.whole else says))
        others = [_format_other(incident, incidents[0]) for incident in incidents[1:]]
        affected = [
            f"{found.service}, {pluralize(found.requests, 'request')}" for found in incidents[0].affected
        ]
        rows.append(("Affects", ["; ".join(affected)] if affected else []))
        rows.append(("Also", first_of(others, room.others)))
    if len(diagnosis.services) > 1:
        states = [f"{state.service} {VERDICTS[state.verdict][0]}" for state in diagnosis.services]
        rows.append(("Services", [", ".join(states)]))
    if diagnosis.next:
        rows.append(("To confirm", [format_sentence(diagnosis.next.why)]))
    if diagnosis.coverage.first and diagnosis.coverage.last:
        covered = diagnosis.coverage
        span = format_span(diagnosis.coverage.first, diagnosis.coverage.last).partition(" (")[0]
        rows.append(("Read", [f"{pluralize(covered.records, 'record')}, {span}"]))
    gaps = list(dict.fromkeys([*(gap.detail for gap in diagnosis.coverage.gaps), *diagnosis.answer_limits]))
    gaps = [format_sentence(limit) for limit in gaps]
    rows.append(("Gaps", first_of(gaps, room.gaps)))
    for label, texts in rows:
        for index, text in enumerate(texts):
            cell = Text(text)
            if label in ("Ruled out", "Affects", "Also", "Services") and not room.whole:
                cell.no_wrap, cell.overflow = True, "ellipsis"
            table.add_row(Text("" if index else label, style="bold"), cell)
    if table.row_count:
        yield table


def _label(label: str, text: str) -> Text:
    """Return a line of the last table that is printed whole, to be copied."""
    return Text.assemble((f"{label:<{_LABEL_WIDTH}}", "bold"), (text, "cyan"), no_wrap=True)


def _answer_first(diagnosis: Diagnosis) -> list[Incident]:
    """Return the incidents, that of the answer first."""
    incident = diagnosis.answer_incident
    return sorted(diagnosis.incidents, key=lambda found: found is not incident)


def _format_other(incident: Incident, first: Incident) -> str:
    """Return an incident in one line; the service is named if it differs from that of the first."""
    over = ", over" if incident.recovered else ""
    service = f"{incident.service}: " if incident.service != first.service else ""
    return f"{incident.severity}{over}, {count_times(incident.count)}: {service}{incident.title}"


def _format_title(incident: Incident, service: str) -> str:
    """Return what broke in at most 80 columns; the service is named if it is not that of the verdict."""
    named = f"{incident.service}: " if incident.service != service else ""
    return shorten_names(f"{named}{incident.title}", TITLE_WIDTH)


def _primary_service(diagnosis: Diagnosis) -> ServiceState | None:
    return min(diagnosis.services, key=lambda state: not state.primary, default=None)


def _citation(reason: Because) -> str:
    return f"  [{', '.join(reason.evidence)}]" if reason.evidence else ""
