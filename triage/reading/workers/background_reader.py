"""Read a large export in a second process, while this one uses its records.

This is for exports that can only be read from their beginning.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from triage.models import Record
from triage.reading.workers.batch import Item, make_batch, pack_batch, unpack_batch
from triage.reading.workers.process import start_worker

#: The most bytes of records and the most items of a batch.
_BYTES, _ITEMS = 128 << 10, 256
_MORE, _LAST = 0, 1


def read_in_background(items: Iterator[Item], rewind: Callable[[], object]) -> Iterator[Item]:
    """Yield the items, read by a worker process. None of them may be taken yet.

    If the worker fails or is killed, this process reads the items from where ``rewind`` goes back to, and
    raises what they raise.
    """
    yielded = 0
    with start_worker(lambda: _batches(items)) as output:
        while data := output.read_message():
            received = unpack_batch(data)
            yield from received.items()
            yielded += len(received.kinds)
            if received.number == _LAST:
                return
    rewind()
    yield from islice(items, yielded, None)


def _batches(items: Iterator[Item]) -> Iterator[bytes]:
    some: list[Item] = []
    weight = 0
    for item in items:
        some.append(item)
        weight += len(item.data) if isinstance(item, Record) else 0
        if weight >= _BYTES or len(some) >= _ITEMS:
            yield pack_batch(make_batch(some, _MORE))
            some, weight = [], 0
    yield pack_batch(make_batch(some, _LAST))
