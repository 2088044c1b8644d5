"""Drop duplicate entries, and sort ties by content only."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from triage.entries.sorter import Sorter
from triage.models import Entry


def same_entry_key(entry: Entry) -> tuple[Any, ...]:
    """Return a sort key that puts duplicates together, the most complete one first."""
    return (
        entry.timestamp // 1000,
        entry.insert_id,
        not entry.project,
        entry.project,
        *_completeness_rank(entry),
    )


def _completeness_rank(entry: Entry) -> tuple[bool, bool, bool, int]:
    return (
        entry.payload_lost,
        not entry.log_name,
        entry.receive_timestamp is None,
        -(entry.timestamp % 1000),
    )


class Deduplicator:
    """Yields entries once that come sorted by ``same_entry_key``.

    Entries are duplicates when the microsecond and the insertId are equal, and the project where both have
    one. The most complete one is kept, of equally complete ones the smallest by content, so the order of
    reading has no effect.

    duplicates: how many entries were dropped.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Read from entries sorted by ``same_entry_key``."""
        self._entries = entries
        self.duplicates = 0

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries that are kept."""
        kept: Entry | None = None
        for entry in self._entries:
            if kept is None:
                kept = entry
            elif _is_same_entry(kept, entry):
                self.duplicates += 1
                if (
                    kept.raw != entry.raw
                    and _completeness_rank(kept) == _completeness_rank(entry)
                    and entry.canonical_json < kept.canonical_json
                ):
                    kept = entry
            else:
                yield kept
                kept = entry
        if kept is not None:
            yield kept


def _is_same_entry(kept: Entry, entry: Entry) -> bool:
    return (
        bool(entry.insert_id)
        and entry.insert_id == kept.insert_id
        and entry.timestamp // 1000 == kept.timestamp // 1000
        and entry.project in (kept.project, "")
    )


def sort_ties(entries: Iterable[Entry], max_bytes: int) -> Iterator[Entry]:
    """Yield entries sorted by ``same_entry_key`` in order of ``Entry.sort_key``."""
    last: Entry | None = None
    same_time: Sorter | None = None
    for entry in entries:
        if last is not None and entry.timestamp // 1000 == last.timestamp // 1000:
            if same_time is None:
                same_time = Sorter(attrgetter("sort_key"), max_bytes)
                same_time.add(last)
            same_time.add(entry)
            continue
        yield from same_time or _yield_one(last)
        last, same_time = entry, None
    yield from same_time or _yield_one(last)


def _yield_one(entry: Entry | None) -> Iterator[Entry]:
    if entry is not None:
        yield entry
