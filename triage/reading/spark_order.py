"""Records that Spark has read, put in order by its executors: this machine sorts nothing and keeps nothing of them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from triage.errors import OutOfOrderError
from triage.models import Record
from triage.reading.file_parts import PartEnd

#: Whose a record is, when it was logged, and its name, "" where it has none: copies of one are equal in these two.
SortKey = tuple[Any, int, str]
#: What finds the place of a record, None of one that has none.
SortKeyFunction = Callable[[Record], SortKey | None]
#: A number of a group of parts, and how many ranges of files ended in it before: records of a range share it.
Range = tuple[int, int]
#: The items of a partition are kept in blocks of about so many bytes.
_BLOCK = 4 << 20
#: Of so many records one tells how they are to be divided.
_SAMPLED = 500


class KeyedRecord(NamedTuple):
    """A record with its place in the order."""

    key: SortKey
    record: Record


def attach_sort_keys(items: Iterable[Any], sort_key: SortKeyFunction) -> Iterator[Any]:
    """Yield items, those records with their place that have one."""
    for item in items:
        key = sort_key(item) if isinstance(item, Record) else None
        yield item if key is None else KeyedRecord(key, item)


def group_into_blocks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield items in blocks."""
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
    """Return the blocks without what has a place."""
    return blocks.map(partial(filter, _is_unkeyed)).map(list)


def _is_unkeyed(item: object) -> bool:
    return not isinstance(item, KeyedRecord)


def sort_keyed_records(blocks: Any, count: int) -> Any:
    """Return what has a place, in order, each record with the range that it is of, in ``count`` partitions.

    Raises:
        OutOfOrderError: copies of a record do not say that they belong to the same, so no order puts them side by side.

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
    """Yield one place of some hundreds: enough to divide all of them evenly."""
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
    """Yield the records of a group with their places and ranges."""
    ended = 0
    for block in blocks:
        for item in block:
            ended += isinstance(item, PartEnd)
            if isinstance(item, KeyedRecord):
                yield item.key, ((number, ended), item.record)
