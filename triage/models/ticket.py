"""What goes on a ticket."""

from typing import Literal

import msgspec


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it is put on an issue: ``fingerprint`` tells it from others, ``body`` is Markdown, secrets masked.

    ``cause`` is the cause's id, ``labels`` are those of an issue that is opened for it.
    """

    fingerprint: str
    cause: str
    title: str
    body: str
    labels: list[str]


class Attached(msgspec.Struct, frozen=True):
    """What was done with one comment or issue, and where it can be read."""

    done: Literal["created", "updated", "unchanged", "removed", "opened"]
    url: str


class Found(msgspec.Struct, frozen=True):
    """An open issue that may be of the same incident, and why it is thought so."""

    number: int
    title: str
    url: str
    why: str
