"""Large exports that can be read from their beginning only: read by one process while another looks at what it found."""

from collections.abc import Callable, Iterator
from itertools import islice

from triage.models import Record
from triage.reading.batch import Item, batch, packed, unpacked
from triage.reading.helper import helper

#: A batch is sent with so many bytes of records, or so many items.
_BYTES, _ITEMS = 128 << 10, 256
_GOES_ON, _LAST = 0, 1


def read_aside(items: Iterator[Item], rewind: Callable[[], object]) -> Iterator[Item]:
    """Yield the items, none of which was taken yet, as a helper reads them.

    Where that fails, or something ends the helper, they are read here from where ``rewind`` goes back to: what they
    raise is raised.
    """
    given = 0
    with helper(lambda: _batches(items)) as answers:
        while data := answers.take():
            taken = unpacked(data)
            yield from taken.items()
            given += len(taken.kinds)
            if taken.number == _LAST:
                return
    rewind()
    yield from islice(items, given, None)


def _batches(items: Iterator[Item]) -> Iterator[bytes]:
    some: list[Item] = []
    weight = 0
    for item in items:
        some.append(item)
        weight += len(item.data) if isinstance(item, Record) else 0
        if weight >= _BYTES or len(some) >= _ITEMS:
            yield packed(batch(some, _GOES_ON))
            some, weight = [], 0
    yield packed(batch(some, _LAST))
