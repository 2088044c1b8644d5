"""Large files of JSON lines, read by several processes at once.

Each process is a copy of this one that reads every second, third, ... stretch of the file and sends what it chose. The
answers are taken in the order of the file, so nothing depends on which process is the faster.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

from triage.models import Gap, Record, Skipped
from triage.reading.batch import Batch, batch, moved, packed, unpacked
from triage.reading.helper import helper
from triage.reading.limits import Limits
from triage.reading.lines import Lines
from triage.reading.sift import Sift
from triage.reading.stream import CHUNK, Stream

_STRETCH = 8 << 20


def read_spread(path: str, limits: Limits, sift: Sift, count: int) -> Iterator[Record | Gap | Skipped]:
    """Yield what ``Lines`` yields of a file, read by so many helpers."""
    starts = range(0, Path(path).stat().st_size, _STRETCH)
    before = 0
    with ExitStack() as stack:
        answers = [
            stack.enter_context(helper(partial(_stretches, path, starts[number::count], limits, sift)))
            for number in range(count)
        ]
        for number, start in enumerate(starts):
            answer = answers[number % count].take()
            taken = unpacked(answer) if answer else _stretch(path, start, limits, sift)
            yield from (moved(item, before) for item in taken.items())
            before += taken.number


def _stretches(path: str, starts: Sequence[int], limits: Limits, sift: Sift) -> Iterator[bytes]:
    return (packed(_stretch(path, start, limits, sift)) for start in starts)


def _stretch(path: str, start: int, limits: Limits, sift: Sift) -> Batch:
    """Return the Batch of the lines that begin in a stretch; its number is that of the lines."""
    with Path(path).open("rb", buffering=0) as file:
        lines = Lines(Stream(chunks_between(file, start, start + _STRETCH)), path, limits, sift)
        items = list(lines.records())
    return batch(items, lines.position)


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
