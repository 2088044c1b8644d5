"""Records that Spark has read, put in order by its executors: this machine sorts nothing and keeps nothing of them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from triage.errors import OutOfOrderError
from triage.models import Record
from triage.reading.parts import PartEnd

#: Whose a record is, when it was logged, and its name, "" where it has none: copies of one are equal in these two.
Place = tuple[Any, int, str]
#: What finds the place of a record, None of one that has none.
Placing = Callable[[Record], Place | None]
#: A number of a group of parts, and how many ranges of files ended in it before: records of a range share it.
Range = tuple[int, int]
#: The items of a partition are kept in blocks of about so many bytes.
_BLOCK = 4 << 20
#: Of so many records one tells how they are to be divided.
_SAMPLED = 500


class Placed(NamedTuple):
    """A record with its place in the order."""

    place: Place
    record: Record


def placed(items: Iterable[Any], placing: Placing) -> Iterator[Any]:
    """Yield items, those records with their place that have one."""
    for item in items:
        place = placing(item) if isinstance(item, Record) else None
        yield item if place is None else Placed(place, item)


def in_blocks(items: Iterable[Any]) -> Iterator[list[Any]]:
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


def unplaced(blocks: Any) -> Any:
    """Return the blocks without what has a place."""
    return blocks.map(partial(filter, _has_none)).map(list)


def _has_none(item: object) -> bool:
    return not isinstance(item, Placed)


def in_order(blocks: Any, count: int) -> Any:
    """Return what has a place, in order, each record with the range that it is of, in ``count`` partitions.

    Raises:
        OutOfOrderError: copies of a record do not say that they belong to the same, so no order puts them side by side.

    """
    found = sorted(blocks.mapPartitions(_some_places).collect())
    if blocks.flatMap(_owners).reduceByKey(_same, count).values().filter(_differ).count():
        raise OutOfOrderError("copies of an entry are of different instances")
    ends = [found[len(found) * number // count] for number in range(1, count)] if found else []
    records = blocks.mapPartitionsWithIndex(_of_ranges)
    return records.repartitionAndSortWithinPartitions(count, partial(bisect_right, ends)).values()


def _some_places(blocks: Iterable[Iterable[Any]]) -> Iterator[Place]:
    """Yield one place of some hundreds: enough to divide all of them evenly."""
    places = (item.place for block in blocks for item in block if isinstance(item, Placed))
    return islice(places, 0, None, _SAMPLED)


def _owners(block: Iterable[Any]) -> Iterator[tuple[tuple[int, str], Any]]:
    for item in block:
        if isinstance(item, Placed) and item.place[2]:
            yield item.place[1:], item.place[0]


def _same(one: Any, other: Any) -> Any:
    return one if one == other else None


def _differ(owner: Any) -> bool:
    return owner is None


def _of_ranges(number: int, blocks: Iterable[Iterable[Any]]) -> Iterator[tuple[Place, tuple[Range, Record]]]:
    """Yield the records of a group with their places and ranges."""
    ended = 0
    for block in blocks:
        for item in block:
            ended += isinstance(item, PartEnd)
            if isinstance(item, Placed):
                yield item.place, ((number, ended), item.record)
