"""The parts of a report: texts with a hidden marker, by which they are found again."""

import re

from triage.models import Ticket
from triage.tickets.body_parts import split_body
from triage.tickets.interface import TrackedIssue

_MARKER = re.compile(r"\s*<!-- triage:incident=([0-9a-f]{6,64}) part=(\d{1,3}) -->", re.ASCII)
_DUPLICATE = "<!-- triage:duplicate -->"


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


def part_of(body: str, fingerprint: str) -> int | None:
    """Return which part of an incident's report a text is, None if it is none."""
    marker = _MARKER.match(body)
    return int(marker[2]) if marker and marker[1] == fingerprint else None


def is_same_text(body: str, other: str) -> bool:
    """Return whether two texts are equal; trackers change line ends and outer white space."""
    return body.replace("\r\n", "\n").strip() == other.strip()


def duplicate_body(original: TrackedIssue) -> str:
    """Return the text of an issue that is closed as a duplicate."""
    return f"{_DUPLICATE}\nDuplicate of #{original.number}: {original.url}\n"


def is_closed_duplicate(issue: TrackedIssue) -> bool:
    """Return whether an issue was closed as a duplicate of another report."""
    return issue.state == "closed" and issue.body.lstrip().startswith(_DUPLICATE)
