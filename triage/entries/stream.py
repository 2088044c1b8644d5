"""Records to entries: decoded, whole, each once, in order; and the account of all of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from triage.entries.decode import decode
from triage.entries.doubts import FileNumbers
from triage.entries.gaps import Gaps
from triage.entries.sorting import Sorter
from triage.entries.split import Parts
from triage.entries.twins import Once, in_order, twins
from triage.models import Coverage, Entry, ExportFile, Gap, Record, Skipped
from triage.window import format_timestamp

_ROOM = 64 << 20
_LOST_RECORDS = {"broken_record", "too_large"}


def _every(_entry: Entry) -> bool:
    return True


class Entries:
    """The entries of what was read, in order of time, log and insertId, each once; to be iterated once.

    What still comes is taken item by item, and settled up to a time as soon as nothing older is expected.

    Parts of split entries are joined. An entry that is not ``within`` the question is only counted as outside it, one
    that is not worth to ``keep`` as skipped. Memory is bounded by ``room`` bytes, whatever the number of entries:
    more than that is sorted on disk. ``asked`` is the window that was wanted, in nanoseconds.
    """

    def __init__(
        self,
        items: Iterable[Record | Gap | Skipped | ExportFile],
        *,
        keep: Callable[[Entry], bool] | None = None,
        within: Callable[[Entry], bool] | None = None,
        asked: tuple[int | None, int | None] = (None, None),
        room: int = _ROOM,
    ) -> None:
        """Read from ``items`` when iterated."""
        self._items = items
        self._keep = keep or _every
        self._within = within or _every
        self._asked = asked
        self._room = room
        self._parts = Parts(room)
        self._sorter = Sorter(twins, room)
        self._settled = 0
        self._gaps = Gaps()
        self._exports: dict[str, ExportFile] = {}
        self._numbers: dict[str, FileNumbers] = {}
        self._services: Counter[str] = Counter()
        self._broken = self._outside = self._skipped = self._given = self._dropped = 0
        self._without_payload = self._without_severity = 0
        self.late = self.parted = False

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries, after all items were read."""
        for item in self._items:
            self.take(item)
        yield from self._rest()

    def _rest(self) -> Iterator[Entry]:
        """Yield all that waits, split entries whole."""
        for joined in self._parts.whole():
            self._take(joined, whole=True)
        yield from self.settle(None)

    def take(self, item: Record | Gap | Skipped | ExportFile) -> None:
        """Take in one more item."""
        if isinstance(item, Record):
            self._take(decode(item), whole=False)
        elif isinstance(item, Gap):
            self._note(item)
        elif isinstance(item, Skipped):
            self._outside += item.outside
            self._skipped += item.count - item.outside
            self._numbers_of(item.path).pass_over(item)
        else:
            self._exports[item.path] = item

    def settle(self, before: int | None) -> Iterator[Entry]:
        """Yield what was taken in and is older than the microsecond of ``before``, in order; without it, all.

        The rest waits. Of what still comes, an entry as old as what was given makes it ``late``; ``parted`` says that
        parts of split entries came, which wait until it is iterated.
        """
        waiting = Sorter(twins, self._room)
        once = Once(self._sorter)
        for entry in in_order(once, self._room):
            if before is None or entry.timestamp // 1000 < before // 1000:
                self._given += 1
                yield entry
            else:
                waiting.add(entry)
        self._dropped += once.dropped
        self._sorter = waiting
        self._settled = max(self._settled, before or 0)

    def _take(self, entry: Entry | Gap, *, whole: bool) -> None:
        if isinstance(entry, Gap):
            self._note(entry)
            return
        if not whole:
            self._numbers_of(entry.source.path).pass_by(entry)
            if entry.split and entry.split.total > 1:
                self.parted = True
                self._parts.add(entry)
                return
        if not self._within(entry):
            self._outside += 1
        elif not self._keep(entry):
            self._skipped += 1
        else:
            self._numbers[entry.source.path].add(entry)
            if entry.service:
                self._services[entry.service] += 1
            self._without_payload += entry.payload_lost
            self._without_severity += entry.severity_source != "entry"
            self.late = self.late or entry.timestamp // 1000 < self._settled // 1000
            self._sorter.add(entry)

    def _numbers_of(self, path: str) -> FileNumbers:
        numbers = self._numbers.get(path)
        if numbers is None:
            numbers = self._numbers[path] = FileNumbers(path)
        return numbers

    def _note(self, gap: Gap) -> None:
        if gap.kind in _LOST_RECORDS:
            self._broken += gap.count
        self._gaps.add(gap)

    @property
    def weight(self) -> int:
        """Return about how many bytes the entries take that wait in memory."""
        return self._sorter.weight

    @property
    def waiting(self) -> Sequence[Entry]:
        """Return the entries that wait in memory, as they came."""
        return self._sorter.held

    @property
    def newest(self) -> int:
        """Return the time of the newest entry that was taken in, 0 without any."""
        return max((numbers.last for numbers in self._numbers.values()), default=0)

    def coverage(self, matched: int) -> Coverage:
        """Return what the entries rest on, once they were iterated; ``matched`` of them were recognised."""
        doubts = [
            doubt
            for path in dict.fromkeys([*self._exports, *self._numbers])
            if path in self._numbers
            for doubt in self._numbers[path].doubts(self._exports.get(path), self._asked)
        ]
        joined, duplicate = self._parts.joined, self._parts.duplicate + self._dropped
        times = [time for numbers in self._numbers.values() for time in (numbers.first, numbers.last)]
        since, until = self._asked
        return Coverage(
            files=list(self._exports),
            forms=list(dict.fromkeys(export.form for export in self._exports.values())),
            window_asked=(
                None if since is None else format_timestamp(since),
                None if until is None else format_timestamp(until),
            ),
            first=format_timestamp(min(times)) if times else None,
            last=format_timestamp(max(times)) if times else None,
            records=self._broken + joined + self._outside + self._skipped + duplicate + self._given,
            broken=self._broken,
            joined=joined,
            outside=self._outside,
            skipped=self._skipped,
            duplicate=duplicate,
            entries=self._given,
            matched=matched,
            unmatched=self._given - matched,
            without_payload=self._without_payload,
            without_severity=self._without_severity,
            limit_suspected=any(doubt.kind == "limit_suspected" for doubt in doubts),
            services=dict(sorted(self._services.items())),
            gaps=self._gaps.all() + doubts,
        )
