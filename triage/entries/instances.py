"""Entries of a source that gives them instance by instance: handed on as they come, without being sorted."""

from collections import defaultdict
from collections.abc import Iterator

from triage.entries.decode import decode
from triage.entries.stream import Entries
from triage.errors import OutOfOrderError
from triage.models import Entry, Record, Split


class _Due:
    """How many parts of a split entry came, and how many there are."""

    def __init__(self) -> None:
        self._came: set[int] = set()
        self._total = 0

    def add(self, part: Split) -> None:
        """Take note of a part."""
        self._came.add(part.index)
        self._total = max(self._total, part.total, part.index + 1)

    @property
    def is_awaited(self) -> bool:
        """Return whether not all of them came."""
        return len(self._came) < self._total


class EntriesByInstance(Entries):
    """The entries of records that come stretch by stretch (``Entry.stretch``), those of one in order of time.

    So do those given: only what is of one microsecond is held, where copies are found and ties put in order, and what
    comes while parts of a split entry are due. Copies of an entry are looked for within its stretch.

    Iterating it raises OutOfOrderError where the records come in another order, or a part is not in its stretch.
    """

    _due: defaultdict[str, _Due]

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries while the items are read."""
        self._due = defaultdict(_Due)
        last: tuple[tuple[str, str], int] | None = None
        for item in self._items:
            entry = decode(item) if isinstance(item, Record) else item
            if not isinstance(entry, Entry):
                self.take(entry)
                continue
            moment = (entry.stretch, entry.timestamp // 1000)
            if last is not None and moment != last:
                if moment < last:
                    raise OutOfOrderError(
                        f"entry {entry.source.position} of {entry.source.path} is out of order"
                    )
                yield from self._hand_on(ends=moment[0] != last[0])
            last = moment
            self._take(entry, whole=False)
            if entry.split and entry.split.total > 1:
                self._due[entry.split.uid].add(entry.split)
        yield from self._hand_on(ends=True)

    def _hand_on(self, *, ends: bool) -> Iterator[Entry]:
        """Yield what waits, unless parts of it are due; none is any more where the stretch ``ends``."""
        if any(due.is_awaited for due in self._due.values()):
            if ends:
                raise OutOfOrderError("a part of a split entry is missing where its instance ends")
            return
        self._due.clear()
        yield from self._rest()
