"""Publish an incident on an issue: once, updated in place, in several parts."""

import re
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

from triage.errors import TryAgainError
from triage.models import RelatedIssue, Ticket, TicketResult
from triage.tickets.body_parts import split_body
from triage.tickets.interface import TrackedComment, TrackedIssue, Tracker

_Written = TypeVar("_Written", TrackedComment, TrackedIssue)
#: Most issues that are reported for one reason.
_MAX_FOUND = 20

_MARKER = re.compile(r"<!-- triage:incident=([0-9a-f]{6,64}) part=(\d{1,3}) -->", re.ASCII)


def comment_bodies(ticket: Ticket) -> list[str]:
    """Return the comment bodies of a ticket.

    Each has a hidden marker, and a number if there are several.
    """
    cut = split_body(ticket.body)
    return [
        f"<!-- triage:incident={ticket.fingerprint} part={number} -->\n"
        + (f"*Part {number} of {len(cut)}*\n\n" if len(cut) > 1 else "")
        + part
        for number, part in enumerate(cut, 1)
    ]


def attach(tracker: Tracker, number: int, ticket: Ticket) -> list[TicketResult]:
    """Create, update or remove the comments of a ticket on an issue.

    Comments with its fingerprint are updated, and surplus ones of a longer report are removed.

    Raises:
        NoPermissionError: the token or its permission is missing, or there is no such issue.
        TryAgainError: the network failed, or the tracker returned a rate limit or server error.
        UsageError: the tracker rejected the content.

    """
    bodies = comment_bodies(ticket)
    done = []
    existing = _existing_comments(tracker, number, ticket.fingerprint)
    for part, body in enumerate(bodies, 1):
        comment = existing.pop(part, None)
        if comment is None:
            done.append(_create_comment(tracker, number, ticket.fingerprint, part, body))
        elif comment.body.replace("\r\n", "\n").strip() == body.strip():
            done.append(TicketResult("unchanged", comment.url))
        else:
            tracker.update_comment(comment, body)
            done.append(TicketResult("updated", comment.url))
    for comment in existing.values():
        tracker.delete_comment(comment)
        done.append(TicketResult("removed", comment.url))
    return done


def open_issue(tracker: Tracker, ticket: Ticket) -> list[TicketResult]:
    """Open an issue for a ticket: the first part as its body, the rest as comments.

    Raises:
        NoPermissionError, TryAgainError, UsageError: as for ``attach``.

    """
    first, *rest = comment_bodies(ticket)

    def write() -> TrackedIssue:
        return tracker.create_issue(ticket.title, first, ticket.labels)

    def look() -> TrackedIssue | None:
        return next((issue for issue in tracker.find() if _part_of(issue.body, ticket.fingerprint)), None)

    issue = _write_once(write, look)
    done = [TicketResult("opened", issue.url)]
    for part, body in enumerate(rest, 2):
        done.append(_create_comment(tracker, issue.number, ticket.fingerprint, part, body))
    return done


def find_issues(tracker: Tracker, ticket: Ticket) -> list[RelatedIssue]:
    """Return open issues of the same incident or cause, the most certain first.

    Raises:
        NoPermissionError, TryAgainError: as for ``attach``.

    """
    found: dict[int, RelatedIssue] = {}
    label = f"triage:{ticket.fingerprint}"
    searches = [
        (tracker.find(label=label), f"carries the label {label}"),
        (tracker.find(words=f'"{ticket.fingerprint}"'), "carries the fingerprint of this incident"),
        (tracker.find(words=f'"{ticket.cause}"'), f"names the same cause, {ticket.cause}"),
    ]
    for issues, why in searches:
        for issue in islice(issues, _MAX_FOUND):
            found.setdefault(issue.number, RelatedIssue(issue.number, issue.title, issue.url, why))
    return list(found.values())


def _existing_comments(tracker: Tracker, issue: int, fingerprint: str) -> dict[int, TrackedComment]:
    """Return the incident's comments on an issue, by part."""
    return {
        part: comment
        for comment in tracker.comments(issue)
        if (part := _part_of(comment.body, fingerprint)) is not None
    }


def _part_of(body: str, fingerprint: str) -> int | None:
    """Return which part of an incident's report a text is, None if it is none."""
    marker = _MARKER.match(body)
    return int(marker[2]) if marker and marker[1] == fingerprint else None


def _create_comment(tracker: Tracker, issue: int, fingerprint: str, part: int, body: str) -> TicketResult:
    def write() -> TrackedComment:
        return tracker.create_comment(issue, body)

    def look() -> TrackedComment | None:
        return _existing_comments(tracker, issue, fingerprint).get(part)

    return TicketResult("created", _write_once(write, look).url)


def _write_once(write: Callable[[], _Written], look: Callable[[], _Written | None]) -> _Written:
    """Write, and after an unclear failure check before writing again."""
    try:
        return write()
    except TryAgainError:
        existing = look()
        return write() if existing is None else existing
