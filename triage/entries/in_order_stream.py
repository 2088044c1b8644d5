"""Entries that are looked at while their file is still read, as long as it is written in order of time."""

from collections.abc import Iterable, Iterator

from triage.entries.stream import Entries
from triage.errors import OutOfOrderError
from triage.models import Entry, ExportFile, Gap, Record, Skipped

#: Bytes of entries that are held back for what comes a little late; only the oldest of them are handed on.
_HELD_BYTES = 4 << 20


def stream_in_order(
    entries: Entries, items: Iterable[Record | Gap | Skipped | ExportFile]
) -> Iterator[Entry]:
    """Yield what ``entries`` give of some items, most of it before the last item is read.

    Nothing is handed on before the end of items that come newest first, or with parts of split entries.

    Raises:
        OutOfOrderError: the order turned out to be another.

    """
    limit, may_be_ordered, started = _HELD_BYTES, True, False
    for item in items:
        entries.add_item(item)
        if started and (entries.late or entries.has_split_parts):
            raise OutOfOrderError("an entry came too late")
        if may_be_ordered and entries.held_bytes > limit:
            waiting = entries.waiting
            may_be_ordered = started or (
                waiting[0].timestamp < waiting[-1].timestamp and not entries.has_split_parts
            )
            if may_be_ordered:
                started = True
                yield from entries.flush(waiting[len(waiting) * 3 // 4].timestamp)
                # Where many have one time, few of them can be handed on.
                limit = max(_HELD_BYTES, 2 * entries.held_bytes)
    yield from entries
