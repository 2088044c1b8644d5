"""Large files of JSON lines, read by several processes at once.

Each process is a copy of this one that reads every second, third, ... stretch of the file and sends what it chose. The
answers are taken in the order of the file, so nothing depends on which process is the faster.
"""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from heapq import merge
from pathlib import Path
from typing import BinaryIO, NoReturn

import msgspec

from triage.models import Gap, Record, Skipped, Source
from triage.reading.limits import Limits
from triage.reading.lines import Lines
from triage.reading.sift import Sift
from triage.reading.stream import CHUNK, Stream

#: Smaller files are read before the copies would be of use.
LARGE = 48 << 20
_STRETCH = 8 << 20
_MOST = 4
#: An answer takes about half of this: a helper need not wait until it is taken.
_PIPE = 1 << 20
#: Where cores are few, whoever looks at the answers goes first: its work cannot be shared.
_NICE = 3
#: Where Linux lists the threads of this process, those of libraries among them; elsewhere nothing is copied.
_TASKS = Path("/proc/self/task")
#: Bytes that tell the size of an answer.
_SIZE = 8


class _Answer(msgspec.Struct, frozen=True, gc=False):
    """What a stretch of so many ``lines`` holds; positions count from its beginning."""

    lines: int
    records: list[Record]
    gaps: list[Gap]
    skipped: list[Skipped]

    def items(self, path: str, before: int) -> Iterator[Record | Gap | Skipped]:
        """Yield it with the places in the file, of which so many lines stand before the stretch."""
        yield from self.skipped
        records: list[Record | Gap] = [
            Record(record.data, Source(path, record.source.position + before)) for record in self.records
        ]
        gaps: list[Record | Gap] = [
            Gap(gap.kind, path, gap.detail, (gap.position or 0) + before, gap.count) for gap in self.gaps
        ]
        yield from merge(records, gaps, key=_position)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Answer).decode


def _position(item: Record | Gap) -> int:
    return item.source.position if isinstance(item, Record) else item.position or 0


def helpers() -> int:
    """Return how many copies to make: none with a single core, or where another thread may hold what they would need."""
    if not _TASKS.is_dir() or len(list(_TASKS.iterdir())) > 1:
        return 0
    cores = len(os.sched_getaffinity(0))
    return min(cores, _MOST) if cores > 1 else 0


def read_spread(path: str, limits: Limits, sift: Sift, count: int) -> Iterator[Record | Gap | Skipped]:
    """Yield what ``Lines`` yields of a file, read by so many helpers."""
    starts = range(0, Path(path).stat().st_size, _STRETCH)
    before = 0
    with ExitStack() as stack:
        answers = [
            stack.enter_context(_helper(path, starts[number::count], limits, sift)) for number in range(count)
        ]
        for number, start in enumerate(starts):
            answer = _taken(answers[number % count]) or _stretch(path, start, limits, sift)
            yield from answer.items(path, before)
            before += answer.lines


@contextmanager
def _helper(path: str, starts: Sequence[int], limits: Limits, sift: Sift) -> Iterator[BinaryIO]:
    """Copy this process to read some stretches; give where its answers come."""
    import fcntl  # Linux has it, as all that is done here

    reading, writing = os.pipe()
    with suppress(OSError):  # a user's pipes are bounded together
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE)
    child = os.fork()
    if child == 0:
        os.close(reading)  # else it would never learn that nobody reads its answers any more
        _help(writing, path, starts, limits, sift)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as answers:
            yield answers
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _help(writing: int, path: str, starts: Sequence[int], limits: Limits, sift: Sift) -> NoReturn:
    """Send the answers and end at once, whatever happens: nothing of what this process is a copy of may go on in it."""
    try:
        os.nice(_NICE)
        with os.fdopen(writing, "wb") as out:
            for start in starts:
                answer = _encode(_stretch(path, start, limits, sift))
                out.write(len(answer).to_bytes(_SIZE, "little") + answer)
    finally:
        os._exit(0)


def _taken(answers: BinaryIO) -> _Answer | None:
    """Return a helper's next answer, None where the system ended it."""
    size = int.from_bytes(answers.read(_SIZE), "little")
    data = answers.read(size)
    return _decode(data) if size and len(data) == size else None


def _stretch(path: str, start: int, limits: Limits, sift: Sift) -> _Answer:
    """Return what there is to say of the lines that begin in a stretch."""
    with Path(path).open("rb", buffering=0) as file:
        lines = Lines(Stream(chunks_between(file, start, start + _STRETCH)), path, limits, sift)
        items = list(lines.records())
    return _Answer(
        lines.position,
        [item for item in items if isinstance(item, Record)],
        [item for item in items if isinstance(item, Gap)],
        [item for item in items if isinstance(item, Skipped)],
    )


def chunks_between(file: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    """Yield the lines that begin between two places of a file."""
    at = max(start - 1, 0)
    file.seek(at)
    inside = start == 0
    while chunk := file.read(CHUNK):
        if not inside:
            begin = chunk.find(b"\n") + 1
            inside = begin > 0
            at += begin if inside else len(chunk)
            if at >= stop:
                return
            chunk = chunk[begin:] if inside else b""
        end = chunk.find(b"\n", max(stop - 1 - at, 0)) + 1
        if end > 0:
            yield chunk[:end]
            return
        yield chunk
        at += len(chunk)
