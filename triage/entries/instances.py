"""Entries of a source that gives them instance by instance: handed on as they come, without being sorted."""

from collections import defaultdict
from collections.abc import Iterator

from triage.entries.decoder import decode
from triage.entries.stream import Entries
from triage.errors import OutOfOrderError
from triage.models import Entry, Record, Split


class _ReceivedParts:
    """How many parts of a split entry came, and how many there are."""

    def __init__(self) -> None:
        self._indexes: set[int] = set()
        self._total = 0

    def add(self, part: Split) -> None:
        """Take note of a part."""
        self._indexes.add(part.index)
        self._total = max(self._total, part.total, part.index + 1)

    @property
    def is_incomplete(self) -> bool:
        """Return whether not all of them came."""
        return len(self._indexes) < self._total


class EntriesByInstance(Entries):
    """The entries of records that come stretch by stretch (``Entry.stretch``), those of one in order of time.

    So do those given: only what is of one microsecond is held, where copies are found and ties put in order, and what
    comes while parts of a split entry are due. Copies of an entry are looked for within its stretch.

    Iterating it raises OutOfOrderError where the records come in another order, or a part is not in its stretch.
    """

    _split_entries: defaultdict[str, _ReceivedParts]

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries while the items are read."""
        self._split_entries = defaultdict(_ReceivedParts)
        last: tuple[tuple[str, str], int] | None = None
        for item in self._items:
            entry = decode(item) if isinstance(item, Record) else item
            if not isinstance(entry, Entry):
                self.add_item(entry)
                continue
            position = (entry.partition_key, entry.timestamp // 1000)
            if last is not None and position != last:
                if position < last:
                    raise OutOfOrderError(
                        f"entry {entry.source.position} of {entry.source.path} is out of order"
                    )
                yield from self._flush_complete(instance_ends=position[0] != last[0])
            last = position
            self._add_entry(entry, is_joined=False)
            if entry.split and entry.split.total > 1:
                self._split_entries[entry.split.uid].add(entry.split)
        yield from self._flush_complete(instance_ends=True)

    def _flush_complete(self, *, instance_ends: bool) -> Iterator[Entry]:
        """Yield what waits, unless parts of it are due; none is any more where the stretch ``instance_ends``."""
        if any(parts.is_incomplete for parts in self._split_entries.values()):
            if instance_ends:
                raise OutOfOrderError("a part of a split entry is missing where its instance ends")
            return
        self._split_entries.clear()
        yield from self._flush_all()
