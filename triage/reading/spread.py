"""Large files of JSON lines, read by several processes at once.

Each process is a copy of this one that reads every second, third, ... stretch of the file and sends what it chose. The
answers are taken in the order of the file, so nothing depends on which process is the faster.
"""

import os
import pickle
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn

from triage.models import Gap, Record, Skipped, Source
from triage.reading.limits import Limits
from triage.reading.lines import Lines
from triage.reading.sift import Sift
from triage.reading.stream import CHUNK, Stream

#: Smaller files are read before the copies would be of use.
LARGE = 48 << 20
_STRETCH = 8 << 20
_MOST = 4
Answer = tuple[list[Record | Gap | Skipped], int]


def helpers() -> int:
    """Return how many copies to make: none with a single core, or where another thread may hold what they would need."""
    if not hasattr(os, "sched_getaffinity") or threading.active_count() > 1:
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
            for item in answer[0]:
                yield moved(item, before)
            before += answer[1]


@contextmanager
def _helper(path: str, starts: Sequence[int], limits: Limits, sift: Sift) -> Iterator[BinaryIO]:
    """Copy this process to read some stretches; give where its answers come."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
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
        with os.fdopen(writing, "wb") as out:
            for start in starts:
                pickle.dump(_stretch(path, start, limits, sift), out)
    finally:
        os._exit(0)


def _taken(answers: BinaryIO) -> Answer | None:
    """Return a helper's next answer, None where the system ended it."""
    try:
        answer: Answer = pickle.load(answers)  # noqa: S301 - what a copy of this process wrote
    except (EOFError, pickle.UnpicklingError):
        return None
    return answer


def _stretch(path: str, start: int, limits: Limits, sift: Sift) -> Answer:
    """Return what there is to say of the lines that begin in a stretch, and their number."""
    with Path(path).open("rb", buffering=0) as file:
        lines = Lines(Stream(chunks_between(file, start, start + _STRETCH)), path, limits, sift)
        return list(lines.records()), lines.position


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


def moved(item: Record | Gap | Skipped, before: int) -> Record | Gap | Skipped:
    """Return an item of a stretch with its place in the file, of which so many lines stand before the stretch."""
    if isinstance(item, Record):
        return Record(item.data, Source(item.source.path, item.source.position + before))
    if isinstance(item, Gap) and item.position is not None:
        return Gap(item.kind, item.path, item.detail, item.position + before, item.count)
    return item
