"""Drop duplicate entries, and sort ties by content only."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from triage.entries.sorter import Sorter
from triage.models import Entry


def same_entry_key(entry: Entry) -> tuple[Any, ...]:
    """Return a sort key for entries of one microsecond: duplicates together, the most complete one first."""
    return (
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
    """Yields entries once that come in order of their microsecond, in order of ``Entry.sort_key``.

    Entries are duplicates when the microsecond and the insertId are equal, and the project where both have
    one. The most complete one is kept, of equally complete ones the smallest by content, so the order of
    reading has no effect.

    duplicates: how many entries were dropped.
    """

    def __init__(self, entries: Iterable[Entry], max_bytes: int) -> None:
        """Read from entries; of one time, about ``max_bytes`` are held in memory."""
        self._entries = entries
        self._max_bytes = max_bytes
        self.duplicates = 0

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries that are kept."""
        last: Entry | None = None
        last_time = 0
        same_time: Sorter | None = None
        for entry in self._entries:
            time = entry.timestamp // 1000
            if last is not None and time == last_time:
                if same_time is None:
                    same_time = Sorter(same_entry_key, self._max_bytes)
                    same_time.add(last)
                same_time.add(entry)
                continue
            if same_time is not None:
                yield from self._sort_ties(same_time)
                same_time = None
            elif last is not None:
                yield last
            last, last_time = entry, time
        if same_time is not None:
            yield from self._sort_ties(same_time)
        elif last is not None:
            yield last

    def _sort_ties(self, entries: Iterable[Entry]) -> Iterable[Entry]:
        """Return the entries of one time once, in order."""
        kept = Sorter(attrgetter("sort_key"), self._max_bytes)
        for entry in self._drop_duplicates(entries):
            kept.add(entry)
        return kept

    def _drop_duplicates(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield entries once that come sorted by ``same_entry_key``."""
        kept: Entry | None = None
        for entry in entries:
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
    return bool(entry.insert_id) and entry.insert_id == kept.insert_id and entry.project in (kept.project, "")
