"""Entries that are looked at while their file is still read, as long as it is written in order of time."""

from collections.abc import Iterable, Iterator

from triage.entries.stream import Entries
from triage.errors import OutOfOrderError
from triage.models import Entry, ExportFile, Gap, Record, Skipped

#: Bytes of entries that are held back for what comes a little late; only the oldest of them are handed on.
_HELD = 4 << 20


def ahead(entries: Entries, items: Iterable[Record | Gap | Skipped | ExportFile]) -> Iterator[Entry]:
    """Yield what ``entries`` give of some items, most of it before the last item is read.

    Nothing is handed on before the end of items that come newest first, or with parts of split entries.

    Raises:
        OutOfOrderError: the order turned out to be another.

    """
    limit, hopeful, begun = _HELD, True, False
    for item in items:
        entries.take(item)
        if begun and (entries.late or entries.parted):
            raise OutOfOrderError("an entry came too late")
        if hopeful and entries.weight > limit:
            waiting = entries.waiting
            hopeful = begun or (waiting[0].timestamp < waiting[-1].timestamp and not entries.parted)
            if hopeful:
                begun = True
                yield from entries.settle(waiting[len(waiting) * 3 // 4].timestamp)
                # Where many have one time, few of them can be handed on.
                limit = max(_HELD, 2 * entries.weight)
    yield from entries
