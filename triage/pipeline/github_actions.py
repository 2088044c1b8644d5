"""What GitHub Actions shows of an answer: annotations, the job summary and the outputs."""

from collections.abc import Sequence
from typing import NamedTuple

from triage.models import Gate, TicketResult
from triage.pipeline.analyzer import Analysis
from triage.pipeline.reports import gate_summary, report
from triage.rendering.formats import find_renderer

#: What replaces the end of a job summary that is too long.
_CUT = "\n*The rest of the report is left out here: GitHub accepts 1 MiB.*\n"


class GitHubAnswer(NamedTuple):
    """An answer that is shown by GitHub Actions.

    Attributes:
        analysis: what was found in the logs.
        gate: the result of the gate, if one was asked for.
        report: path of the written report, "" for none.
        note: what there is instead of entries, "" if there are any.

    """

    analysis: Analysis
    gate: Gate | None = None
    report: str = ""
    note: str = ""


def annotations(answer: GitHubAnswer) -> str:
    """Return the workflow commands of an answer, secrets masked.

    Those of a gate follow the cause; where there is no incident, they are alone.
    """
    analysis, gate, _, note = answer
    diagnosis, text = analysis.diagnosis, ""
    if gate is None or diagnosis.answer_incident:
        render = find_renderer("diagnosis", "github")
        text = render(diagnosis, analysis.timeline, analysis.playbooks, note=note)
    return text + (find_renderer("gate", "github")(gate) if gate else "")


def error_annotation(message: str) -> str:
    """Return the workflow command of an error of triage."""
    from triage.rendering.annotations import render_message

    return f"{render_message('error', 'triage', [message])}\n"


def ticket_annotation(results: Sequence[TicketResult]) -> str:
    """Return the workflow command that names what was written to a tracker."""
    text: str = find_renderer("ticket", "github")(results)
    return text


def job_summary(answer: GitHubAnswer, room: int) -> str:
    """Return the answer as Markdown in at most ``room`` bytes, secrets masked: the gate, then the report."""
    from triage.text import prose
    from triage.tickets.body_parts import split_body

    text = f"{gate_summary(answer.gate)}\n" if answer.gate else ""
    text += report(answer.analysis) + (f"\n{prose(answer.note)}\n" if answer.note else "")
    if len(text.encode()) <= room:
        return text
    longest = room - len(_CUT.encode())
    while longest > 0:
        first = split_body(text, longest)[0]
        if len(first.encode()) <= room - len(_CUT.encode()):
            return first + _CUT
        longest //= 2
    return ""


def github_outputs(answer: GitHubAnswer) -> dict[str, str]:
    """Return the outputs, one line each, secrets masked.

    ``verdict``; ``cause`` and ``title`` of the incident, "" where there is none; ``gate`` and ``report``
    where there is one. The title may quote a log.
    """
    from triage.redact import redact_text
    from triage.text import clean

    diagnosis = answer.analysis.diagnosis
    incident = diagnosis.answer_incident
    found = {
        "verdict": diagnosis.verdict,
        "cause": incident.cause if incident else "",
        "title": redact_text(incident.title) if incident else "",
        **({"gate": answer.gate.status} if answer.gate else {}),
        **({"report": answer.report} if answer.report else {}),
    }
    return {name: " ".join(clean(value).split()) for name, value in found.items()}
