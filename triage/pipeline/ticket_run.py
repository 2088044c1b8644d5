"""Attach the report to a ticket."""

import os
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


def connect_tracker(repository: str | None, api_url: str) -> "Tracker":
    """Return a repository on GitHub, by default that of the working folder's remote.

    Raises:
        NoPermissionError: there is no token.
        UsageError: there is no such repository or address.

    """
    from triage.tickets import GitHubTracker, github_settings

    name = repository or github_settings.find_repository(Path.cwd())
    return GitHubTracker(name, github_settings.find_token(os.environ, api_url), api_url)


def find_issues(tracker: "Tracker", ticket: Ticket) -> list[RelatedIssue]:
    """Return open issues of the same incident, or with the same cause."""
    from triage import tickets

    return tickets.find_issues(tracker, ticket)


def attach(tracker: "Tracker", ticket: Ticket, issue: int | None) -> list[TicketResult]:
    """Attach a ticket to an issue, or open a new one; update existing comments.

    Raises:
        TriageError: as ``triage.tickets``.

    """
    from triage import tickets

    return tickets.open_issue(tracker, ticket) if issue is None else tickets.attach(tracker, issue, ticket)
