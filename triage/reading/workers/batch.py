"""Batches of items, sent from one process to another."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from triage.models import ExportFile, Gap, Record, Skipped, Source

Item = Record | Gap | Skipped | ExportFile


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Some items, grouped by kind.

    kinds: the kind of each item, in order.
    records: the records in order.
    gaps: the gaps in order.
    skipped: the counts of skipped records in order.
    exports: the files in order.
    number: a number that the sender chooses.
    """

    kinds: list[int]
    records: list[Record]
    gaps: list[Gap]
    skipped: list[Skipped]
    exports: list[ExportFile]
    number: int

    def items(self) -> Iterator[Any]:
        """Yield the items in order."""
        by_kind: list[Iterator[Any]] = [
            iter(self.records),
            iter(self.gaps),
            iter(self.skipped),
            iter(self.exports),
        ]
        return (next(by_kind[kind]) for kind in self.kinds)


_KINDS: dict[type, int] = {Record: 0, Gap: 1, Skipped: 2, ExportFile: 3}
pack_batch = msgspec.msgpack.Encoder().encode
unpack_batch = msgspec.msgpack.Decoder(Batch).decode


def make_batch(items: Sequence[Item], number: int) -> Batch:
    """Return the Batch of some items."""
    return Batch(
        [_KINDS[type(item)] for item in items],
        [item for item in items if isinstance(item, Record)],
        [item for item in items if isinstance(item, Gap)],
        [item for item in items if isinstance(item, Skipped)],
        [item for item in items if isinstance(item, ExportFile)],
        number,
    )


def rebase(item: Any, offset: int) -> Any:
    """Return an item of a part with its position in the file, ``offset`` lines later."""
    if isinstance(item, Record):
        return Record(item.data, Source(item.source.path, item.source.position + offset))
    if isinstance(item, Gap) and item.position is not None:
        return Gap(item.kind, item.path, item.detail, item.position + offset, item.count)
    return item
