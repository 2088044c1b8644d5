"""Sort records on the executors of Spark; this machine holds none of them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from triage.errors import OutOfOrderError
from triage.models import Record
from triage.reading.spark.file_parts import PartEnd

#: The partition of a record, its time, and its insertId or ""; copies have equal times and insertIds.
SortKey = tuple[Any, int, str]
#: Returns the sort key of a record, or None.
SortKeyFunction = Callable[[Record], SortKey | None]
#: The number of a group of parts, and how many ranges end in it before; all records of a range share it.
Range = tuple[int, int]
#: About how many bytes of items a block holds.
_BLOCK = 4 << 20
#: One of so many keys is sampled to divide the records evenly.
_SAMPLED = 500


class KeyedRecord(NamedTuple):
    """A record with its sort key.

    key: the sort key.
    record: the record.
    """

    key: SortKey
    record: Record


def attach_sort_keys(items: Iterable[Any], sort_key: SortKeyFunction) -> Iterator[Any]:
    """Yield the items; a record with a sort key becomes a KeyedRecord."""
    for item in items:
        key = sort_key(item) if isinstance(item, Record) else None
        yield item if key is None else KeyedRecord(key, item)


def group_into_blocks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the items in blocks."""
    block: list[Any] = []
    weight = 0
    for item in items:
        block.append(item)
        weight += 200 + sum(len(part.data) for part in _parts(item) if isinstance(part, Record))
        if weight > _BLOCK:
            yield block
            block, weight = [], 0
    yield block


def _parts(item: object) -> tuple[object, ...]:
    return item if isinstance(item, tuple) else (item,)


def without_keyed_records(blocks: Any) -> Any:
    """Return the blocks without keyed records."""
    return blocks.map(partial(filter, _is_unkeyed)).map(list)


def _is_unkeyed(item: object) -> bool:
    return not isinstance(item, KeyedRecord)


def sort_keyed_records(blocks: Any, count: int) -> Any:
    """Return the keyed records sorted, each with its range, in ``count`` partitions.

    Raises:
        OutOfOrderError: copies of a record belong to different instances, so no order puts them side by side.

    """
    found = sorted(blocks.mapPartitions(_sample_keys).collect())
    if (
        blocks.flatMap(_partitions_by_copy)
        .reduceByKey(_common_partition, count)
        .values()
        .filter(_is_conflict)
        .count()
    ):
        raise OutOfOrderError("copies of an entry are of different instances")
    ends = [found[len(found) * number // count] for number in range(1, count)] if found else []
    records = blocks.mapPartitionsWithIndex(_key_by_sort_key)
    return records.repartitionAndSortWithinPartitions(count, partial(bisect_right, ends)).values()


def _sample_keys(blocks: Iterable[Iterable[Any]]) -> Iterator[SortKey]:
    """Yield one key of some hundreds, enough to divide all of them evenly."""
    keys = (item.key for block in blocks for item in block if isinstance(item, KeyedRecord))
    return islice(keys, 0, None, _SAMPLED)


def _partitions_by_copy(block: Iterable[Any]) -> Iterator[tuple[tuple[int, str], Any]]:
    for item in block:
        if isinstance(item, KeyedRecord) and item.key[2]:
            yield item.key[1:], item.key[0]


def _common_partition(one: Any, other: Any) -> Any:
    return one if one == other else None


def _is_conflict(owner: Any) -> bool:
    return owner is None


def _key_by_sort_key(
    number: int, blocks: Iterable[Iterable[Any]]
) -> Iterator[tuple[SortKey, tuple[Range, Record]]]:
    """Yield the records of a group with their sort keys and ranges."""
    ended = 0
    for block in blocks:
        for item in block:
            ended += isinstance(item, PartEnd)
            if isinstance(item, KeyedRecord):
                yield item.key, ((number, ended), item.record)
