"""A gate as workflow commands of GitHub Actions: an annotation for each criterion that is not met.

The runner takes a line for a command that begins with ``::``, white space before it left out, and one that holds
``##[``. Line breaks of a message are therefore escaped, and each line that is printed is a command of ours.
"""

from collections.abc import Iterator

from triage.models import Criterion, Gate
from triage.rendering.evidence import evidence_lines, masked
from triage.text import clean


def annotations(gate: Gate) -> str:
    """Return the commands, secrets masked: failed is an error, required but not measured a warning."""
    return "".join(f"{line}\n" for line in _commands(masked(gate)))


def _commands(gate: Gate) -> Iterator[str]:
    of = gate.revision or gate.service
    for criterion in gate.criteria:
        level = _level(criterion)
        if level:
            says = [f"{criterion.says}: {criterion.measured}", *evidence_lines(gate, criterion)]
            yield _command(level, f"triage gate {of}: {criterion.id}", "\n".join(says))
    if gate.rollback:
        steps = [line for step in gate.rollback.steps for line in (step.says, *step.commands)]
        if gate.rollback.missing:
            steps.append(f"The logs do not show: {', '.join(gate.rollback.missing)}")
        yield _command("notice", f"triage gate {of}: roll back", "\n".join(steps))
    level = {"passed": "notice", "failed": "error", "inconclusive": "warning"}[gate.status]
    yield _command(level, f"triage gate {of}: {gate.status}", gate.why)


def _level(criterion: Criterion) -> str:
    """Return how loud a criterion is, "" for one of which nothing need be said."""
    if criterion.outcome == "failed":
        return "error"
    return "warning" if criterion.outcome == "not_measured" and criterion.need == "required" else ""


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(clean(title))}::{_data(clean(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
