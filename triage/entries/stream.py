"""Turn records into entries: decoded, joined, deduplicated, sorted, counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from triage.entries.batches import to_batches
from triage.entries.data_quality import FileStatistics
from triage.entries.decoder import IgnoredErrors, decode
from triage.entries.deduplicate import Deduplicator
from triage.entries.gaps import GapCollector
from triage.entries.origin_counter import OriginCounter
from triage.entries.sorter import Sorter
from triage.entries.split_entries import SplitEntryJoiner
from triage.entries.traffic_counter import TrafficCounter
from triage.models import Coverage, Entry, ExportFile, Gap, Record, Skipped, Traffic
from triage.window import format_timestamp

Item = Entry | Record | Gap | Skipped | ExportFile
_MAX_BYTES = 24 << 20
_BY_TIME, _PATH = attrgetter("timestamp"), attrgetter("source.path")
_LOST_RECORDS = {"broken_record", "too_large"}


def _accept_all(_entry: Entry) -> bool:
    return True


class Entries:
    """The entries of some items, in order of time, log and insertId; iterate once.

    Parts of split entries are joined and duplicates dropped. An item that is an entry already has passed the
    tests where it was read. Items can also be added one by one, and
    flushed up to a time as soon as no older entry is expected. Beyond ``max_bytes`` entries are sorted on
    disk.

    late: whether an entry came after later ones were flushed.
    has_split_parts: whether parts of split entries came, which are held until the entries are iterated.
    """

    def __init__(
        self,
        items: Iterable[Item],
        *,
        keep: Callable[[Entry], bool] | None = None,
        within: Callable[[Entry], bool] | None = None,
        requested: tuple[int | None, int | None] = (None, None),
        services_asked: Sequence[str] = (),
        max_bytes: int = _MAX_BYTES,
        ignored: IgnoredErrors = frozenset(),
    ) -> None:
        """Read from ``items`` when iterated.

        keep: whether an entry is relevant; others count as skipped.
        within: whether an entry is within the selection; others count as outside.
        requested: the requested window in nanoseconds.
        services_asked: the requested services.
        max_bytes: about how many bytes of entries are held in memory.
        ignored: exceptions of payloads that are no error.
        """
        self._ignored = ignored
        self._items = items
        self._keep = keep or _accept_all
        self._within = within or _accept_all
        self._requested = requested
        self._services_asked = services_asked
        self._origins = OriginCounter()
        self._max_bytes = max_bytes
        self._parts = SplitEntryJoiner(max_bytes, ignored)
        self._sorter = Sorter(_BY_TIME, max_bytes)
        self._flushed_before = 0
        self._gaps = GapCollector()
        self._exports: dict[str, ExportFile] = {}
        self._statistics: dict[str, FileStatistics] = {}
        self._services: Counter[str] = Counter()
        self._traffic = TrafficCounter()
        self._broken = self._outside = self._skipped = self._taken = self._duplicates = 0
        self._without_payload = self._without_severity = 0
        self.late = self.has_split_parts = False

    def __iter__(self) -> Iterator[Entry]:
        """Read all items, then yield the entries."""
        self.add_items(self._items)
        yield from self._flush_all()

    def _flush_all(self) -> Iterator[Entry]:
        """Yield all held entries, split entries joined."""
        for joined in self._parts.join():
            if isinstance(joined, Gap):
                self._add_gap(joined)
            elif self._is_selected(joined):
                self._take([joined])
        yield from self.flush(None)

    def add_items(self, items: Iterable[Item]) -> None:
        """Add items."""
        for batch in to_batches(items):
            self._add_batch(batch)

    def _add_batch(self, items: Sequence[Item]) -> None:
        entries = [item for item in items if isinstance(item, Entry)]
        decoded: list[Entry] = []
        for item in [item for item in items if not isinstance(item, Entry)]:
            if isinstance(item, Record):
                entry = decode(item, self._ignored)
                if isinstance(entry, Entry):
                    decoded.append(entry)
                else:
                    self._add_gap(entry)
            elif isinstance(item, Gap):
                self._add_gap(item)
            elif isinstance(item, Skipped):
                self._add_skipped(item)
            elif isinstance(item, ExportFile):
                self._exports[item.path] = item
        self._observe([*entries, *decoded])
        self._take(list(filter(self._is_whole, entries)))
        self._take([entry for entry in decoded if self._is_whole(entry) and self._is_selected(entry)])

    def flush(self, before: int | None) -> Iterator[Entry]:
        """Yield in order the held entries older than the microsecond of ``before``.

        Without ``before`` yield all. An entry that is added later and is as old as those yielded sets
        ``late``.
        """
        if before is None:
            due, self._sorter = self._sorter, Sorter(_BY_TIME, self._max_bytes)
        else:
            due = self._sorter.take_below(before // 1000 * 1000)
            self._flushed_before = max(self._flushed_before, before)
        deduplicated = Deduplicator(due, self._max_bytes)
        yield from deduplicated
        self._duplicates += deduplicated.duplicates

    def _add_skipped(self, skipped: Skipped) -> None:
        self._outside += skipped.outside
        self._skipped += skipped.count - skipped.outside
        self._traffic.add_all(skipped.traffic)
        self._origins.add_skipped(skipped)
        self._statistics_of(skipped.path).observe_skipped(skipped)

    def _observe(self, entries: Iterable[Entry]) -> None:
        """Count entries that were read, whether they are kept or not."""
        for path, own in groupby(entries, _PATH):
            self._statistics_of(path).observe(list(own))

    def _is_whole(self, entry: Entry) -> bool:
        """Return whether an entry is no part of a split one; parts are held until all have come."""
        if entry.split is None or entry.split.total <= 1:
            return True
        self.has_split_parts = True
        self._parts.add(entry)
        return False

    def _is_selected(self, entry: Entry) -> bool:
        """Return whether an entry passes the tests; others are counted."""
        is_outside = not self._within(entry)
        if not is_outside and self._keep(entry):
            return True
        self._origins.add(entry.resource_type, entry.service, is_outside=is_outside)
        if is_outside:
            self._outside += 1
        else:
            self._skipped += 1
            self._traffic.observe(entry)
        return False

    def _take(self, entries: Sequence[Entry]) -> None:
        """Take entries that were selected."""
        if not entries:
            return
        self._taken += len(entries)
        self._origins.add_types([entry.resource_type for entry in entries])
        for path, own in groupby(entries, _PATH):
            self._statistics[path].add(list(own))
        self._services.update([entry.service for entry in entries if entry.service])
        self._without_payload += sum([entry.payload_lost for entry in entries])
        self._without_severity += sum([entry.severity_source != "entry" for entry in entries])
        oldest = min([entry.timestamp for entry in entries])
        self.late = self.late or oldest // 1000 < self._flushed_before // 1000
        self._sorter.add_all(entries)

    def _statistics_of(self, path: str) -> FileStatistics:
        statistics = self._statistics.get(path)
        if statistics is None:
            statistics = self._statistics[path] = FileStatistics(path)
        return statistics

    def _add_gap(self, gap: Gap) -> None:
        if gap.kind in _LOST_RECORDS:
            self._broken += gap.count
        self._gaps.add(gap)

    @property
    def traffic(self) -> tuple[Traffic, ...]:
        """Return the requests that were not handed on, by path and status."""
        return self._traffic.build()

    @property
    def held_bytes(self) -> int:
        """Return about how many bytes of entries are held in memory."""
        return self._sorter.held_bytes

    @property
    def waiting(self) -> Sequence[Entry]:
        """Return the entries that are held in memory, in order of arrival."""
        return self._sorter.held

    @property
    def newest_timestamp(self) -> int:
        """Return the time of the newest entry in nanoseconds, 0 without any."""
        return max((statistics.last for statistics in self._statistics.values()), default=0)

    def coverage(self, matched: int) -> Coverage:
        """Return the coverage of the iterated entries, of which ``matched`` match a rule."""
        quality_gaps = [
            gap
            for path in dict.fromkeys([*self._exports, *self._statistics])
            if path in self._statistics
            for gap in self._statistics[path].find_gaps(self._exports.get(path), self._requested)
        ]
        joined, duplicate = self._parts.joined, self._parts.duplicate + self._duplicates
        kept = self._taken - self._duplicates
        times = [
            time for statistics in self._statistics.values() for time in (statistics.first, statistics.last)
        ]
        since, until = self._requested
        return Coverage(
            files=list(self._exports),
            forms=list(dict.fromkeys(export.form for export in self._exports.values())),
            window_asked=(
                None if since is None else format_timestamp(since),
                None if until is None else format_timestamp(until),
            ),
            first=format_timestamp(min(times)) if times else None,
            last=format_timestamp(max(times)) if times else None,
            records=self._broken + joined + self._outside + self._skipped + duplicate + kept,
            broken=self._broken,
            joined=joined,
            outside=self._outside,
            skipped=self._skipped,
            duplicate=duplicate,
            entries=kept,
            matched=matched,
            unmatched=kept - matched,
            without_payload=self._without_payload,
            without_severity=self._without_severity,
            limit_suspected=any(gap.kind == "limit_suspected" for gap in quality_gaps),
            services=dict(sorted(self._services.items())),
            services_asked=list(self._services_asked),
            services_outside=dict(sorted(self._origins.outside.items())),
            resource_types=dict(sorted(self._origins.resource_types.items())),
            gaps=self._gaps.all() + quality_gaps,
        )
