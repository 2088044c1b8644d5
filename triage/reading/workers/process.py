"""Worker processes: copies of this process that read, and send what they found."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

_MAX_WORKERS = 4
#: The size of a pipe: about two messages, so that a worker need not wait for the reader.
_PIPE = 1 << 20
#: The niceness of workers: with few cores this process has priority, as its work cannot be divided.
_NICE = 3
#: Where Linux lists the threads of this process; without it there are no workers.
_TASKS = Path("/proc/self/task")
#: The bytes before each message that hold its size.
_SIZE = 8


def worker_count() -> int:
    """Return how many workers to start.

    0 with a single core; with more than one thread, as a copied thread may hold a lock; and when the system
    discards ended children, as their process id could be reused.
    """
    if not _TASKS.is_dir() or len(list(_TASKS.iterdir())) > 1:
        return 0
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        return 0
    cores = len(os.sched_getaffinity(0))
    return min(cores, _MAX_WORKERS) if cores > 1 else 0


class WorkerOutput:
    """The messages of a worker, in order."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read from the pipe of a worker."""
        self._stream = stream

    def read_message(self) -> bytes | None:
        """Return the next message, None after the last one or if the worker was killed."""
        size = int.from_bytes(self._stream.read(_SIZE), "little")
        data = self._stream.read(size)
        return data if size and len(data) == size else None


@contextmanager
def start_worker(work: Callable[[], Iterable[bytes]]) -> Iterator[WorkerOutput]:
    """Run ``work`` in a copy of this process, and return the messages it yields."""
    import fcntl  # only on Linux, as all of this module

    reading, writing = os.pipe()
    with suppress(OSError):  # a user's pipes share one limit
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE)
    child = os.fork()
    if child == 0:
        os.close(reading)  # else the worker would not notice that its reader has gone
        _send(writing, work)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as stream:
            yield WorkerOutput(stream)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _send(writing: int, work: Callable[[], Iterable[bytes]]) -> NoReturn:
    """Send the messages and exit at once, whatever happens.

    Nothing else of the copied process may run in the worker.
    """
    try:
        os.nice(_NICE)
        with os.fdopen(writing, "wb") as out:
            for message in work():
                out.write(len(message).to_bytes(_SIZE, "little") + message)
                out.flush()
    finally:
        os._exit(0)
