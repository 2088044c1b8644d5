"""What a reader found in a file or a part of it."""

from collections.abc import Iterable, Iterator

import msgspec

from triage.models import Gap, Record, Skipped
from triage.reading.entry_detection import is_entry


class RecordCounts(msgspec.Struct):
    """Counts of the items of a file or a part of it, before the records are decoded.

    records: the number of records.
    has_entries: whether one of them is a LogEntry.
    has_others: whether there is something else than records.
    lines: the number of lines, 0 where lines do not matter.
    """

    records: int = 0
    has_entries: bool = False
    has_others: bool = False
    lines: int = 0

    def observe(self, items: Iterable[Record | Gap | Skipped]) -> Iterator[Record | Gap | Skipped]:
        """Yield the items, and count them."""
        for item in items:
            if isinstance(item, Record):
                self.records += 1
                self.has_entries = self.has_entries or is_entry(item.data)
            elif isinstance(item, Skipped):
                self.records += item.count
                self.has_entries = True
            elif item.kind in ("broken_record", "not_entries"):
                self.has_others = True
            yield item

    def add(self, other: "RecordCounts") -> None:
        """Add the counts of the part that follows."""
        self.records += other.records
        self.has_entries = self.has_entries or other.has_entries
        self.has_others = self.has_others or other.has_others
        self.lines += other.lines
