"""What was read, what was not read, and why."""

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
    "unreadable_file",
]


class Gap(msgspec.Struct, frozen=True):
    """Something that was not read, and why.

    Attributes:
        kind: kind of the gap.
        path: file or source.
        detail: the reason, as a sentence.
        position: line or record number from 1, null where there is none.
        count: number of records that are missing.

    """

    kind: GapKind
    path: str
    detail: str
    position: int | None = None
    count: int = 1


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """The entries that a document is based on.

    The counts add up: ``records = broken + joined + outside + skipped + duplicate + entries`` and
    ``entries = matched + unmatched``. Times are RFC 3339 in UTC.

    Attributes:
        files: files or sources that were read.
        forms: export form of each file.
        window_asked: start and end of the requested window.
        first: time of the first entry.
        last: time of the last entry.
        records: records that were read.
        broken: records that could not be decoded.
        joined: parts of split entries beyond the first.
        outside: records excluded by --service, --since and similar options.
        skipped: records with nothing to match, counted by severity and time only.
        duplicate: repeated records.
        entries: entries that were analyzed.
        matched: entries that a rule matched.
        unmatched: entries that no rule matched.
        without_payload: entries without a payload.
        without_severity: entries without a severity.
        limit_suspected: whether the export seems to end at a --limit.
        services: number of entries of each service.
        services_asked: services that --service names.
        services_outside: number of records excluded by options, by service.
        resource_types: number of records of each type of monitored resource, within what the options ask for.
        gaps: what was not read, and why.

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
    services_asked: list[str] = []
    services_outside: dict[str, int] = {}
    resource_types: dict[str, int] = {}
    gaps: list[Gap] = []
