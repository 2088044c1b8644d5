"""Attach the report to a ticket."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.models import RelatedIssue, SeenBefore, Ticket, TicketResult
from triage.pipeline.analyzer import Analysis
from triage.pipeline.reports import report

if TYPE_CHECKING:
    from triage.tickets import TrackedIssue, Tracker
    from triage.tickets.connection import TrackerName

#: Incidents for which a tracker is asked, in order of rank: each takes two calls.
_MOST_ASKED = 5
#: Seconds that may pass with waiting for a tracker before the answer is given without it.
_PATIENCE = 10.0


def ticket(analysis: Analysis, template: str = "ticket") -> Ticket:
    """Return a ticket of the first incident: report by a template, fingerprint and labels."""
    from hashlib import blake2b

    from triage.redact import redact_text

    diagnosis = analysis.diagnosis
    first = next(iter(diagnosis.incidents), None)
    leading = next(iter(diagnosis.services), None)
    service = leading.service if leading else ""
    none = blake2b(f"{service} {diagnosis.verdict}".encode(), digest_size=6).hexdigest()
    fingerprint = first.id if first else none
    title = redact_text(first.title if first else f"{service}: {diagnosis.verdict.replace('_', ' ')}")
    return Ticket(
        fingerprint=fingerprint,
        cause=first.cause if first else diagnosis.verdict,
        title=f"{service}: {title}" if first and service else title,
        body=report(analysis, template),
        labels=["triage", f"triage:{fingerprint}"],
    )


def comments(ticket: Ticket) -> list[str]:
    """Return the comments that a ticket is written as."""
    from triage import tickets

    return tickets.comment_bodies(ticket)


def why_no_ticket(analysis: Analysis) -> str:
    """Return why there is nothing to put on a ticket, "" if there is something."""
    diagnosis = analysis.diagnosis
    if diagnosis.verdict == "no_data":
        return "the export has no data of a service"
    if diagnosis.verdict == "ready" and not diagnosis.open_incidents:
        return "the service is ready and no incident is open"
    if diagnosis.verdict == "inconclusive" and all(
        incident.cause == "unknown-error" for incident in diagnosis.incidents
    ):
        return "there is no incident" if not diagnosis.incidents else "no failure follows the unknown errors"
    return ""


def connect_tracker(
    name: "TrackerName | None",
    project: str | None,
    api_url: str | None,
    *,
    max_wait: float,
    notify: Callable[[str], None],
) -> "Tracker":
    """Return a project of a tracker, by default that of the working folder's remote.

    It waits for rate limits at most ``max_wait`` seconds in total, and says so with ``notify``.

    Raises:
        NoPermissionError: there is no token.
        UsageError: there is no such project or address.

    """
    from triage.tickets.connection import connect

    return connect(
        name,
        project,
        api_url,
        environment=os.environ,
        folder=Path.cwd(),
        max_wait=max_wait,
        notify=notify,
    )


def seen_before(repository: str, api_url: str | None, analysis: Analysis) -> tuple[Analysis, str]:
    """Return the analysis with the last issue of each incident, and why they are not known, "" if they are.

    Only the first few incidents are asked for, and errors of the tracker are no errors here.

    Raises:
        UsageError: the repository or the address is invalid.

    """
    from triage.tickets import find_earlier

    incidents = list(analysis.diagnosis.incidents)
    try:
        tracker = connect_tracker(None, repository, api_url, max_wait=_PATIENCE, notify=lambda _: None)
    except NoPermissionError as error:
        return analysis, _unknown(error)
    try:
        for index, incident in enumerate(incidents[:_MOST_ASKED]):
            if found := find_earlier(tracker, incident.id):
                seen = _last_of(found)
                incidents[index] = msgspec.structs.replace(incident, seen_before=seen)
    except (NoPermissionError, TryAgainError, UsageError) as error:
        return analysis, _unknown(error)
    diagnosis = msgspec.structs.replace(analysis.diagnosis, incidents=incidents)
    return msgspec.structs.replace(analysis, diagnosis=diagnosis), ""


def _unknown(error: TriageError) -> str:
    return f"whether it was seen before is unknown: {error.message}"


def _last_of(found: "Sequence[TrackedIssue]") -> SeenBefore:
    last = found[0]
    at = last.closed_at if last.state == "closed" else last.opened_at
    return SeenBefore(
        issue=last.number,
        url=last.url,
        is_open=last.state == "open",
        at=at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else "",
        closed_as=last.closed_as,
        count=len(found),
    )


def find_issues(tracker: "Tracker", ticket: Ticket) -> list[RelatedIssue]:
    """Return open issues of the same incident, or with the same cause."""
    from triage import tickets

    return tickets.find_issues(tracker, ticket)


def attach(tracker: "Tracker", ticket: Ticket, issue: int) -> list[TicketResult]:
    """Attach a ticket to an issue; update existing comments.

    Raises:
        TriageError: as ``triage.tickets``.

    """
    from triage import tickets

    return tickets.attach(tracker, issue, ticket)


def create_or_update(
    tracker: "Tracker", ticket: Ticket, *, now: datetime, reopen: bool, notify: Callable[[str], None]
) -> list[TicketResult]:
    """Update the open issue of a ticket, or open one; a recently closed one is left alone unless ``reopen``.

    Raises:
        TriageError: as ``triage.tickets``.

    """
    from triage import tickets

    return tickets.create_or_update(tracker, ticket, now=now, reopen=reopen, notify=notify)
