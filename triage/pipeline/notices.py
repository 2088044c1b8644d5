"""Turn a diagnosis or a gate into notices for chats and pagers."""

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from triage.models import Gate, Incident, Notice, NoticeUpdate
from triage.notifications import LOG
from triage.pipeline.analyzer import Analysis
from triage.redact import Redactor
from triage.text import clean, count_times, summary_line

#: Sentences on why it is the cause, and names of revisions, that a message holds at most.
_MOST_REASONS, _MOST_REVISIONS = 2, 3
_CITED = re.compile(r" \[E\d+(?:, E\d+)*\]$", re.ASCII)


def notices_of_analysis(analysis: Analysis, reported: Mapping[str, str]) -> NoticeUpdate:
    """Return the notices of an analysis; an incident that is not in it any more is over.

    reported: the incidents of this run so far, the service by fingerprint.
    """
    notices = [_of_incident(analysis, incident) for incident in analysis.diagnosis.incidents]
    known = {notice.fingerprint for notice in notices}
    notices += [
        Notice(
            fingerprint=gone,
            service=service,
            severity="P2",
            title="",
            is_open=False,
            lines=[_why_gone(service, notices)],
        )
        for gone, service in reported.items()
        if gone not in known
    ]
    ready = [state.service for state in analysis.diagnosis.services if state.verdict == "ready"]
    return NoticeUpdate(notices=notices, over_at=dict.fromkeys(ready, "The service is ready."))


def notices_of_gate(gate: Gate, analysis: Analysis) -> NoticeUpdate:
    """Return the notices of a gate that failed: the open incidents of its revision, else the failure.

    A gate that passes reports nothing, and ends the incidents of its service that are not open in the logs.
    One that is inconclusive does neither.
    """
    diagnosis = analysis.diagnosis
    mine = [
        incident
        for incident in diagnosis.incidents
        if incident.is_open
        and incident.service == gate.service
        and (gate.revision in incident.scope.revisions or not incident.scope.revisions)
    ]
    if gate.status == "inconclusive":
        return NoticeUpdate()
    if gate.status == "passed":
        return NoticeUpdate(
            unreported=[incident.id for incident in diagnosis.incidents if incident.is_open],
            over_at={gate.service: f"Revision {gate.revision} passed the deployment gate."},
        )
    failed = f"Revision {gate.revision} failed the deployment gate: {gate.why}"
    return NoticeUpdate(
        notices=[_of_incident(analysis, incident, failed) for incident in mine] or [_of_gate(gate)]
    )


def _why_gone(service: str, notices: list[Notice]) -> str:
    """Return why an incident of a service is not in a newer analysis, whose notices are given."""
    current = next((one.title for one in notices if one.is_open and one.service == service), "")
    return f"The same lines have another cause: {current}" if current else "Later lines rule it out."


def _of_incident(analysis: Analysis, incident: Incident, first: str = "") -> Notice:
    """Return the notice of an incident, with a sentence that goes first."""
    lines = [*([first] if first else []), *_describe(analysis, incident)]
    return _masked(
        Notice(
            fingerprint=incident.id,
            service=incident.service,
            severity=incident.severity,
            title=incident.title,
            revisions=incident.scope.revisions,
            is_open=incident.is_open,
            lines=lines if incident.is_open else ["The service was ready afterwards."],
        )
    )


def _describe(analysis: Analysis, incident: Incident) -> Iterator[str]:
    """Yield what is known of an incident, the most important first."""
    from triage.rendering.first_actions import first_actions

    for reason, lines in incident.ordered_reasons()[:_MOST_REASONS]:
        yield _CITED.sub("", reason.says)
        yield from (f"{LOG}{summary_line(line.message)}" for line in lines[:1])
    of = f"; {incident.share} failed" if incident.share else ""
    yield f"Since {_format_time(incident.first_seen)}, {count_times(incident.count)}{of}"
    yield from filter(None, [incident.change_says, _format_revisions(incident.scope.revisions)])
    actions = first_actions(analysis.diagnosis, incident, analysis.playbooks)
    for action in actions[:1]:
        yield f"Do first: {action.says}"
        yield from action.commands[:1]
    yield from (f"Logs: {evidence.link}" for evidence in incident.evidence[:1] if evidence.link)


def _of_gate(gate: Gate) -> Notice:
    """Return the notice of a gate that failed without an open incident."""
    of = f"{gate.project} {gate.location} {gate.service}"
    failed = [one for one in gate.criteria if one.outcome == "failed"]
    steps = gate.rollback.steps if gate.rollback else []
    return _masked(
        Notice(
            fingerprint=blake2b(f"gate {of}".encode(), digest_size=6).hexdigest(),
            service=gate.service,
            severity="P1",
            title=f"the deployment gate failed: {gate.why}",
            revisions=[gate.revision] if gate.revision else [],
            lines=[
                *(f"{one.says}: {one.measured}" for one in failed),
                *(f"{LOG}{summary_line(one.message)}" for one in gate.evidence[:1]),
                *filter(None, [_format_revisions([gate.revision])]),
                *(f"Do first: {step.says}" for step in steps[:1]),
                *(command for step in steps[:1] for command in step.commands[:1]),
            ],
        )
    )


def _masked(notice: Notice) -> Notice:
    """Return a notice with each text on one line, secrets masked; equal secrets have equal placeholders."""
    redactor = Redactor()

    def line(text: str) -> str:
        return clean(redactor.redact_text(" ".join(text.split())))

    return Notice(
        fingerprint=notice.fingerprint,
        service=line(notice.service),
        severity=notice.severity,
        title=line(notice.title),
        revisions=[line(name) for name in notice.revisions],
        is_open=notice.is_open,
        lines=[line(text) for text in notice.lines],
    )


def _format_revisions(names: list[str]) -> str:
    if not any(names):
        return ""
    more = f" and {len(names) - _MOST_REVISIONS} more" if names[_MOST_REVISIONS:] else ""
    return f"Revision {', '.join(names[:_MOST_REVISIONS])}{more}"


def _format_time(timestamp: str) -> str:
    return f"{timestamp[:19].replace('T', ' ')} UTC"
