"""Tickets in an issue tracker."""

from typing import Literal

import msgspec


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as a ticket.

    Attributes:
        fingerprint: stable id that finds the ticket again.
        cause: id of the cause.
        title: title.
        body: Markdown, secrets masked.
        labels: labels for a new issue.

    """

    fingerprint: str
    cause: str
    title: str
    body: str
    labels: list[str]


class TicketResult(msgspec.Struct, frozen=True):
    """What was done with a comment or an issue.

    Attributes:
        done: the action.
        url: where it can be read.
        note: why, "" where that is obvious.

    """

    done: Literal["created", "updated", "unchanged", "removed", "opened", "reopened", "closed", "skipped"]
    url: str
    note: str = ""


class RelatedIssue(msgspec.Struct, frozen=True):
    """An open issue that may be about the same incident.

    Attributes:
        number: number of the issue.
        title: title.
        url: URL.
        why: why it may be related.

    """

    number: int
    title: str
    url: str
    why: str
