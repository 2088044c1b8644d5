"""GitHub Actions annotations of a gate, of a diagnosis, of a ticket and of an error.

The runner executes a line that starts with ``::`` after optional white space, and a line that holds ``##[``.
Line breaks in messages are therefore escaped, and every printed line is a command of triage. The form of the
commands is that of docs.github.com ("Workflow commands for GitHub Actions"), and their escapes are those of
GitHub's own toolkit. GitHub shows at most ten annotations of each level for a step.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from triage.models import Criterion, Diagnosis, Gate, Playbook, TicketResult, Timeline
from triage.rendering.evidence import format_evidence, format_line, mask_gate
from triage.rendering.first_actions import first_actions
from triage.rendering.incident_view import IncidentView
from triage.rendering.report_view import WORDS
from triage.text import clean, shorten_names

Level = Literal["error", "warning", "notice"]
#: The checks API of GitHub accepts titles of 255 characters ("Create a check run").
_MAX_TITLE = 200
_MAX_CLAIMS = 5
_MAX_OTHERS = 3
_LEVELS: dict[str, Level] = {"not_ready": "error", "ready": "notice"}


def render_annotations(gate: Gate) -> str:
    """Return the workflow commands of a gate, secrets masked.

    A failed criterion is an error; a required one that was not measured is a warning.
    """
    return "".join(f"{line}\n" for line in _render_commands(mask_gate(gate)))


def render_diagnosis(
    diagnosis: Diagnosis,
    timeline: Timeline,
    playbooks: Mapping[str, Playbook] | None = None,
    *,
    note: str = "",
) -> str:
    """Return the workflow command of a diagnosis, secrets masked: the cause, what to do now, the evidence.

    It is an error if the service is not ready, a notice if it is ready and nothing is open, else a warning.
    ``playbooks`` are those beside the packs, ``note`` says what there is instead of entries.
    """
    shown = msgspec.convert(diagnosis.to_dict(), Diagnosis)
    incident = shown.answer_incident
    service = incident.service if incident else next((state.service for state in shown.services), "")
    level = _LEVELS.get(shown.verdict, "warning")
    if incident and level == "notice":
        level = "warning"
    state = shown.state_of(service)
    word = WORDS[shown.verdict]
    why = note or (state.why if state else next(iter(shown.limits), "there are no entries"))
    lines = [f"{word.capitalize()}: {why}"]
    if incident:
        view = IncidentView(1, incident, state, timeline, playbooks or {})
        lines += [incident.change_says] if incident.change_says else []
        for number, action in enumerate(first_actions(shown, incident, playbooks)):
            lines += [f"{'Then' if number else 'Do now'}: {action.says.replace('`', '')}", *action.commands]
            lines += [f"Replace {', '.join(action.missing)}."] if action.missing else []
        lines.append(f"Why ({incident.confidence} confidence):")
        for claim in view.claims[:_MAX_CLAIMS]:
            lines += [f"{claim.number}. {claim.says}", *map(format_line, claim.new_lines[:1])]
        others = [other.title for other in shown.incidents if other is not incident]
        lines += [f"Also: {title}" for title in others[:_MAX_OTHERS]]
    title = f"triage {service}".rstrip()
    return f"{render_message(level, f'{title}: {incident.title if incident else word}', lines)}\n"


def render_ticket(results: Sequence[TicketResult]) -> str:
    """Return the workflow command that names what was written to a tracker."""
    lines = [f"{result.done} {result.url}{result.note and f' ({result.note})'}" for result in results]
    return f"{render_message('notice', 'triage ticket', lines)}\n"


def render_message(level: Level, title: str, lines: list[str]) -> str:
    """Return one workflow command without its line feed; secrets must be masked."""
    return _format_command(level, shorten_names(title, _MAX_TITLE), "\n".join(lines))


def _render_commands(gate: Gate) -> Iterator[str]:
    of = gate.revision or gate.service
    for criterion in gate.criteria:
        level = _annotation_level(criterion)
        if level:
            says = [f"{criterion.says}: {criterion.measured}", *format_evidence(gate, criterion)]
            yield _format_command(level, f"triage gate {of}: {criterion.id}", "\n".join(says))
    if gate.rollback:
        steps = [line for step in gate.rollback.steps for line in (step.says, *step.commands)]
        if gate.rollback.missing:
            steps.append(f"The logs do not show: {', '.join(gate.rollback.missing)}")
        yield _format_command("notice", f"triage gate {of}: roll back", "\n".join(steps))
    level = {"passed": "notice", "failed": "error", "inconclusive": "warning"}[gate.status]
    yield _format_command(level, f"triage gate {of}: {gate.status}", gate.summary)


def _annotation_level(criterion: Criterion) -> str:
    """Return the level of a criterion's annotation, "" for none."""
    if criterion.outcome == "failed":
        return "error"
    return "warning" if criterion.outcome == "not_measured" and criterion.need == "required" else ""


def _format_command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_escape_property(clean(title))}::{_escape_data(clean(message))}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
