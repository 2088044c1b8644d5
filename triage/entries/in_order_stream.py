"""Yield entries while their file is still read, if it is in order of time."""

from collections.abc import Iterable, Iterator

from triage.entries.batches import to_batches
from triage.entries.stream import Entries
from triage.errors import OutOfOrderError
from triage.models import Entry, ExportFile, Gap, Record, Skipped

#: Bytes of entries that are held for late ones. Only the oldest quarter is yielded at once: workers go on
#: reading meanwhile, but not further than a pipe holds.
_HELD_BYTES = 2 << 20


def stream_in_order(
    entries: Entries, items: Iterable[Entry | Record | Gap | Skipped | ExportFile]
) -> Iterator[Entry]:
    """Yield the entries of some items, most of them before the last item is read.

    ``entries`` is empty and takes the items. Nothing is yielded before the end when the items come newest
    first or hold parts of split entries.

    Raises:
        OutOfOrderError: an entry came after later ones were yielded.

    """
    limit, may_be_ordered, started = _HELD_BYTES, True, False
    for batch in to_batches(items):
        entries.add_items(batch)
        if started and (entries.late or entries.has_split_parts):
            raise OutOfOrderError("an entry came too late")
        if may_be_ordered and entries.held_bytes > limit:
            waiting = entries.waiting
            may_be_ordered = started or (
                waiting[0].timestamp < waiting[-1].timestamp and not entries.has_split_parts
            )
            if may_be_ordered:
                started = True
                yield from entries.flush(waiting[len(waiting) // 4].timestamp)
                # Entries of one time cannot be divided, so few of them may have been yielded.
                limit = max(_HELD_BYTES, entries.held_bytes * 4 // 3)
    yield from entries
