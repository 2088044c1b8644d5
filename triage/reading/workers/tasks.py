"""What is done beside reading where worker processes read."""

from collections.abc import Callable, Sequence

import msgspec

from triage.models import Entry

#: Returns what a worker process notes of each of some entries, for the process that analyzes them.
NoteTaker = Callable[[Sequence[Entry]], Sequence[bytes]]


class WorkerTasks(msgspec.Struct, frozen=True):
    """What workers do beside reading, and what this process does meanwhile.

    take_notes: what a worker adds to each entry; None for nothing.
    prepare: what this process does once they have started, as their first entries take a while; None for
    nothing.
    """

    take_notes: NoteTaker | None = None
    prepare: Callable[[], object] | None = None


NO_TASKS = WorkerTasks()
