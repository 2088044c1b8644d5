"""Attach the report to a ticket."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from triage.models import RelatedIssue, Ticket, TicketResult
from triage.pipeline.analyser import Analysis
from triage.pipeline.reports import report

if TYPE_CHECKING:
    from triage.tickets import Tracker


def ticket(analysis: Analysis) -> Ticket:
    """Return a ticket of the first incident: report, fingerprint and labels."""
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
        body=report(analysis, "comment"),
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
    repository: str | None, api_url: str, *, max_wait: float, notify: Callable[[str], None]
) -> "Tracker":
    """Return a repository on GitHub, by default that of the working folder's remote.

    It waits for rate limits at most ``max_wait`` seconds in total, and says so with ``notify``.

    Raises:
        NoPermissionError: there is no token.
        UsageError: there is no such repository or address.

    """
    from triage.tickets import GitHubTracker, github_settings

    name = repository or github_settings.find_repository(Path.cwd())
    token = github_settings.find_token(os.environ, api_url)
    return GitHubTracker(name, token, api_url, max_wait=max_wait, notify=notify)


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
