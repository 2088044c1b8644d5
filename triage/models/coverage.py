"""What was read, what was not and why."""

from typing import Literal

import msgspec

GapKind = Literal[
    "broken_record",
    "cut_file",
    "checksum",
    "missing_part",
    "payload_lost",
    "limit_suspected",
    "not_entries",
    "round_limit",
    "suppressed",
    "too_large",
    "uncertain_time",
]


class Gap(msgspec.Struct, frozen=True):
    """Something that was not read, and why. ``position`` is the line or the record, from 1, where there is one."""

    kind: GapKind
    path: str
    detail: str
    position: int | None = None
    count: int = 1


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What the documents rest on.

    The counts add up: ``records = broken + joined + outside + skipped + duplicate + entries`` and ``entries = matched + unmatched``.
    ``outside`` were left out by --service, --since and the like; ``skipped`` held nothing that a rule, an error or
    the platform says and were only counted and timed; ``joined`` are parts of split entries beyond the first.
    Times are RFC 3339 in UTC.
    """

    files: list[str] = []
    forms: list[str] = []
    window_asked: tuple[str | None, str | None] = (None, None)
    first: str | None = None
    last: str | None = None
    records: int = 0
    broken: int = 0
    joined: int = 0
    outside: int = 0
    skipped: int = 0
    duplicate: int = 0
    entries: int = 0
    matched: int = 0
    unmatched: int = 0
    without_payload: int = 0
    without_severity: int = 0
    limit_suspected: bool = False
    services: dict[str, int] = {}
    gaps: list[Gap] = []
