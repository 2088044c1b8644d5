"""Read a large export in a second process, while this one uses its items.

This is for exports that can only be read from their beginning.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from triage.reading.record_counts import RecordCounts
from triage.reading.workers.batch import Item, pack_batches, unpack_batch
from triage.reading.workers.process import start_worker
from triage.reading.workers.tasks import NO_TASKS, WorkerTasks


def read_in_background(
    items: Iterator[Item], rewind: Callable[[], object], tasks: WorkerTasks = NO_TASKS
) -> Iterator[Item]:
    """Yield the items, read by a worker process. None of them may be taken yet.

    If the worker fails or is killed, this process reads the items from where ``rewind`` goes back to, and
    raises what they raise.
    """
    yielded = 0
    with start_worker(partial(pack_batches, items, RecordCounts(), tasks.take_notes)) as output:
        if tasks.prepare is not None:
            tasks.prepare()
        while data := output.read_message():
            received = unpack_batch(data)
            yield from received.items()
            yielded += len(received)
            if received.counts is not None:
                return
    rewind()
    yield from islice(items, yielded, None)
