"""Yield entries of a source that is ordered by instance, without sorting them."""

from collections import defaultdict
from collections.abc import Iterator

from triage.entries.decoder import decode
from triage.entries.stream import Entries
from triage.errors import OutOfOrderError
from triage.models import Entry, Record, Split


class _ReceivedParts:
    """The parts received of a split entry, and how many there are."""

    def __init__(self) -> None:
        self._indexes: set[int] = set()
        self._total = 0

    def add(self, part: Split) -> None:
        """Record that a part was received."""
        self._indexes.add(part.index)
        self._total = max(self._total, part.total, part.index + 1)

    @property
    def is_incomplete(self) -> bool:
        """Return whether parts are missing."""
        return len(self._indexes) < self._total


class EntriesByInstance(Entries):
    """The entries of records that come by ``Entry.partition_key`` and then by time.

    They are yielded in the same order. Held are only the entries of one microsecond, to find duplicates and
    to sort ties, and what comes between the parts of a split entry. Duplicates are found within a partition
    only.

    Iterating raises OutOfOrderError when the records come in another order, or when a part is missing at
    the end of its partition.
    """

    _split_entries: defaultdict[str, _ReceivedParts]

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries while the items are read."""
        self._split_entries = defaultdict(_ReceivedParts)
        last: tuple[tuple[str, str], int] | None = None
        for item in self._items:
            entry = decode(item, self._ignored) if isinstance(item, Record) else item
            if not isinstance(entry, Entry):
                self.add_items([entry])
                continue
            position = (entry.partition_key, entry.timestamp // 1000)
            if last is not None and position != last:
                if position < last:
                    raise OutOfOrderError(
                        f"entry {entry.source.position} of {entry.source.path} is out of order"
                    )
                yield from self._flush_complete(instance_ends=position[0] != last[0])
            last = position
            self._observe([entry])
            if self._is_whole(entry) and self._is_selected(entry):
                self._take([entry])
            if entry.split and entry.split.total > 1:
                self._split_entries[entry.split.uid].add(entry.split)
        yield from self._flush_complete(instance_ends=True)

    def _flush_complete(self, *, instance_ends: bool) -> Iterator[Entry]:
        """Yield the held entries, unless parts of them are still expected.

        Raises:
            OutOfOrderError: parts are missing and the instance ends.

        """
        if any(parts.is_incomplete for parts in self._split_entries.values()):
            if instance_ends:
                raise OutOfOrderError("a part of a split entry is missing where its instance ends")
            return
        self._split_entries.clear()
        yield from self._flush_all()
