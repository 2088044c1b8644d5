"""GitHub Actions annotations of a gate: one for each criterion that is not met.

The runner executes a line that starts with ``::`` after optional white space, and a line that holds ``##[``.
Line breaks in messages are therefore escaped, and every printed line is a command of triage.
"""

from collections.abc import Iterator

from triage.models import Criterion, Gate
from triage.rendering.evidence import format_evidence, mask_gate
from triage.text import clean


def render_annotations(gate: Gate) -> str:
    """Return the workflow commands, secrets masked.

    A failed criterion is an error; a required one that was not measured is a warning.
    """
    return "".join(f"{line}\n" for line in _render_commands(mask_gate(gate)))


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
    yield _format_command(level, f"triage gate {of}: {gate.status}", gate.why)


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
