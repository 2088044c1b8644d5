"""Each entry once, and in an order that depends on nothing but the entries."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from triage.entries.sorter import Sorter
from triage.models import Entry


def same_entry_key(entry: Entry) -> tuple[Any, ...]:
    """Return a key that puts entries which are the same side by side, the most telling first."""
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
    """Entries in the order of ``same_entry_key``, each once; ``duplicates`` counts the others.

    Two are the same when the microsecond and the insertId are equal, and the project where both have one. What is
    kept is the copy that says most, and between equals the smaller in content: the order of reading plays no part.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Read from entries in the order of ``same_entry_key``."""
        self._entries = entries
        self.duplicates = 0

    def __iter__(self) -> Iterator[Entry]:
        """Yield what is left."""
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
    """Yield entries that are in the order of ``same_entry_key`` in that of Entry.order, ties by content."""
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
