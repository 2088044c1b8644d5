"""Batches of items, sent from one process to another."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Any

import msgspec

from triage.models import Entry, ExportFile, Gap, Record, Skipped, Source
from triage.reading.record_counts import RecordCounts
from triage.reading.workers.tasks import NoteTaker

Item = Entry | Record | Gap | Skipped | ExportFile
#: The most bytes of records and the most items of a batch: together with the size of a pipe they bound what a
#: worker is ahead, and so the memory.
_BYTES, _ITEMS = 128 << 10, 256


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Some items, grouped by kind.

    kinds: the kinds of the items in order, each with the number of items of it that follow each other.
    entries: the entries in order.
    records: the records in order.
    gaps: the gaps in order.
    skipped: the counts of skipped records in order.
    exports: the files in order.
    counts: what was counted, in the last batch of a file or a part of it; None in the others.
    """

    kinds: list[tuple[int, int]]
    entries: list[Entry]
    records: list[Record]
    gaps: list[Gap]
    skipped: list[Skipped]
    exports: list[ExportFile]
    counts: RecordCounts | None

    def __len__(self) -> int:
        """Return the number of items."""
        return sum([count for _, count in self.kinds])

    def items(self, offset: int = 0) -> Iterator[Any]:
        """Return the items in order, with their positions ``offset`` lines later."""
        _move(self.entries, offset)
        by_kind: list[Iterator[Any]] = [
            iter(self.entries),
            iter([rebase(record, offset) for record in self.records]),
            iter([rebase(gap, offset) for gap in self.gaps]),
            iter(self.skipped),
            iter(self.exports),
        ]
        return chain.from_iterable([islice(by_kind[kind], count) for kind, count in self.kinds])


_KINDS: dict[type, int] = {Entry: 0, Record: 1, Gap: 2, Skipped: 3, ExportFile: 4}
_encode = msgspec.msgpack.Encoder().encode
unpack_batch = msgspec.msgpack.Decoder(Batch).decode


def pack_batches(
    items: Iterable[Item], counts: RecordCounts, take_notes: NoteTaker | None = None
) -> Iterator[bytes]:
    """Yield the items in batches, entries with notes.

    ``counts`` is complete after the last item, and in the last batch.
    """
    some: list[Item] = []
    weight = 0
    for item in items:
        some.append(item)
        if isinstance(item, Entry):
            weight += len(item.raw)
        elif isinstance(item, Record):
            weight += len(item.data)
        if weight >= _BYTES or len(some) >= _ITEMS:
            yield _encode(_make_batch(some, None, take_notes))
            some, weight = [], 0
    yield _encode(_make_batch(some, counts, take_notes))


def _make_batch(items: Sequence[Item], counts: RecordCounts | None, take_notes: NoteTaker | None) -> Batch:
    entries = [item for item in items if isinstance(item, Entry)]
    if take_notes is not None:
        for entry, notes in zip(entries, take_notes(entries), strict=True):
            msgspec.structs.force_setattr(entry, "notes", notes)
    return Batch(
        [(kind, len(list(same))) for kind, same in groupby([_KINDS[type(item)] for item in items])],
        entries,
        [item for item in items if isinstance(item, Record)],
        [item for item in items if isinstance(item, Gap)],
        [item for item in items if isinstance(item, Skipped)],
        [item for item in items if isinstance(item, ExportFile)],
        counts,
    )


def rebase(item: Any, offset: int) -> Any:
    """Return an item of a part with its position in the file, ``offset`` lines later."""
    if isinstance(item, Entry):
        _move([item], offset)
    elif isinstance(item, Record):
        return Record(item.data, Source(item.source.path, item.source.position + offset))
    elif isinstance(item, Gap) and item.position is not None:
        return Gap(item.kind, item.path, item.detail, item.position + offset, item.count)
    return item


def _move(entries: Iterable[Entry], offset: int) -> None:
    """Change the positions of entries in place: nothing else has seen them yet."""
    for entry in entries:
        source = entry.source
        msgspec.structs.force_setattr(source, "position", source.position + offset)
