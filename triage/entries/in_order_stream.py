"""Yield entries while their file is still read, if it is in order of time."""

from collections.abc import Iterable, Iterator

from triage.entries.batches import to_batches
from triage.entries.stream import Entries
from triage.errors import OutOfOrderError
from triage.models import Entry, ExportFile, Gap, Record, Skipped
from triage.window import NANOSECONDS

#: Bytes of entries that are held for late ones. Only the oldest quarter is yielded at once: workers go on
#: reading meanwhile, but not further than a pipe holds.
_HELD_BYTES = 2 << 20
#: How long entries wait for late ones while fewer bytes are held, in nanoseconds. Cloud Logging delivers
#: within seconds, and what still waits when the last item is read delays the answer.
_HELD_TIME = 60 * NANOSECONDS


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
        due = _due_before(entries, limit) if may_be_ordered else None
        if due is not None:
            may_be_ordered = started or _is_ascending(entries)
            if may_be_ordered:
                started = True
                yield from entries.flush(due)
                # Entries of one time cannot be divided, so few of them may have been yielded.
                limit = max(_HELD_BYTES, entries.held_bytes * 4 // 3)
    yield from entries


def _due_before(entries: Entries, limit: int) -> int | None:
    """Return the time before which entries are to be yielded, None for none.

    Entries that have waited long enough are due as soon as they are a quarter of all. Otherwise the oldest
    quarter is due when more than ``limit`` bytes are held. Entries of one microsecond stay together.
    """
    waiting = entries.waiting
    if not waiting:
        return None
    oldest, quarter = waiting[0].timestamp, waiting[len(waiting) // 4].timestamp
    old_before = entries.newest_timestamp - _HELD_TIME
    if oldest + 1000 <= quarter < old_before:
        return old_before
    return quarter if entries.held_bytes > limit else None


def _is_ascending(entries: Entries) -> bool:
    """Return whether the entries that are held may be in order of time."""
    waiting = entries.waiting
    return waiting[0].timestamp < waiting[-1].timestamp and not entries.has_split_parts
