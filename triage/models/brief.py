"""What all briefs share. A brief is a document in at most 8,000 bytes, for agents.

A text that is empty, a list without items and any other default value is left out.
"""

from typing import ClassVar

import msgspec


class BriefModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the parts of a brief."""


class Brief(BriefModel, frozen=True, kw_only=True):
    """Base of the briefs; ``HEAD`` names the fields that stand before a list that was asked for.

    Attributes:
        omitted: number of items that were left out, by list.
        next_cursor: what to pass as ``cursor`` for the next items, "" after the last one.

    """

    HEAD: ClassVar[tuple[str, ...]] = ("headline",)

    omitted: dict[str, int] = {}
    next_cursor: str = ""


class BriefLine(BriefModel, frozen=True, kw_only=True):
    """One log line, secrets masked.

    Attributes:
        id: number of the line in its incident ("E1").
        at: time, RFC 3339.
        severity: severity, "" for DEFAULT.
        message: message.
        count: number of lines that say the same.
        insert_id: insertId of the entry.
        service: service of the entry.
        revision: revision of the entry.
        instance: instance of the entry.
        filter: Logging filter that finds the line and those like it.

    """

    id: str = ""
    at: str
    severity: str = ""
    message: str
    count: int = 1
    insert_id: str = ""
    service: str = ""
    revision: str = ""
    instance: str = ""
    filter: str = ""


class BriefReason(BriefModel, frozen=True, kw_only=True):
    """One sentence that leads to the cause, or rules one out.

    Attributes:
        says: the sentence.
        evidence: ids of its lines.

    """

    says: str
    evidence: list[str] = []
