"""Copies of this process that read beside it, and send what they found."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

_MAX_WORKERS = 4
#: An answer takes about half of this: a helper need not wait until it is taken.
_PIPE = 1 << 20
#: Where cores are few, whoever looks at the answers goes first: its work cannot be shared.
_NICE = 3
#: Where Linux lists the threads of this process, those of libraries among them; elsewhere nothing is copied.
_TASKS = Path("/proc/self/task")
#: Bytes that tell the size of an answer.
_SIZE = 8


def worker_count() -> int:
    """Return how many copies to make.

    None with a single core, where another thread may hold what they would need, and where the system takes those that
    ended away, as then nobody could tell which process has their number.
    """
    if not _TASKS.is_dir() or len(list(_TASKS.iterdir())) > 1:
        return 0
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        return 0
    cores = len(os.sched_getaffinity(0))
    return min(cores, _MAX_WORKERS) if cores > 1 else 0


class WorkerOutput:
    """What a helper sends, in its order."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read from the helper's end of a pipe."""
        self._stream = stream

    def read_message(self) -> bytes | None:
        """Return the next answer, None where the helper is over: it gave all, or something ended it."""
        size = int.from_bytes(self._stream.read(_SIZE), "little")
        data = self._stream.read(size)
        return data if size and len(data) == size else None


@contextmanager
def start_worker(work: Callable[[], Iterable[bytes]]) -> Iterator[WorkerOutput]:
    """Copy this process to send what ``work`` yields; give where it arrives."""
    import fcntl  # Linux has it, as all that is done here

    reading, writing = os.pipe()
    with suppress(OSError):  # a user's pipes are bounded together
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE)
    child = os.fork()
    if child == 0:
        os.close(reading)  # else it would never learn that nobody reads its answers any more
        _send(writing, work)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as stream:
            yield WorkerOutput(stream)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _send(writing: int, work: Callable[[], Iterable[bytes]]) -> NoReturn:
    """Send the answers and end at once, whatever happens: nothing of what this process is a copy of may go on in it."""
    try:
        os.nice(_NICE)
        with os.fdopen(writing, "wb") as out:
            for message in work():
                out.write(len(message).to_bytes(_SIZE, "little") + message)
                out.flush()
    finally:
        os._exit(0)
