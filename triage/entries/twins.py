"""Each entry once, and in an order that depends on nothing but the entries."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from triage.entries.sorting import Sorter
from triage.models import Entry


def twins(entry: Entry) -> tuple[Any, ...]:
    """Return a key that puts entries which are the same side by side, the most telling first."""
    return (
        entry.timestamp // 1000,
        entry.insert_id,
        not entry.project,
        entry.project,
        *_rank(entry),
    )


def _rank(entry: Entry) -> tuple[bool, bool, bool, int]:
    return (
        entry.payload_lost,
        not entry.log_name,
        entry.receive_timestamp is None,
        -(entry.timestamp % 1000),
    )


class Once:
    """Entries in the order of ``twins``, each once; ``dropped`` counts the others.

    Two are the same when the microsecond and the insertId are equal, and the project where both have one. What is
    kept is the copy that says most, and between equals the smaller in content: the order of reading plays no part.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Read from entries in the order of ``twins``."""
        self._entries = entries
        self.dropped = 0

    def __iter__(self) -> Iterator[Entry]:
        """Yield what is left."""
        kept: Entry | None = None
        for entry in self._entries:
            if kept is None:
                kept = entry
            elif _are_the_same(kept, entry):
                self.dropped += 1
                if kept.raw != entry.raw and _rank(kept) == _rank(entry) and entry.content < kept.content:
                    kept = entry
            else:
                yield kept
                kept = entry
        if kept is not None:
            yield kept


def _are_the_same(kept: Entry, entry: Entry) -> bool:
    return (
        bool(entry.insert_id)
        and entry.insert_id == kept.insert_id
        and entry.timestamp // 1000 == kept.timestamp // 1000
        and entry.project in (kept.project, "")
    )


def in_order(entries: Iterable[Entry], room: int) -> Iterator[Entry]:
    """Yield entries that are in the order of ``twins`` in that of Entry.order, ties by content."""
    last: Entry | None = None
    alike: Sorter | None = None
    for entry in entries:
        if last is not None and entry.timestamp // 1000 == last.timestamp // 1000:
            if alike is None:
                alike = Sorter(attrgetter("turn"), room)
                alike.add(last)
            alike.add(entry)
            continue
        yield from alike or _only(last)
        last, alike = entry, None
    yield from alike or _only(last)


def _only(entry: Entry | None) -> Iterator[Entry]:
    if entry is not None:
        yield entry
