"""Read large files of JSON lines with several processes.

Each worker reads every second, third, ... range of the file and sends the records it keeps. The ranges are
taken in the order of the file, so the result does not depend on which worker is faster.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

from triage.models import Gap, Record, Skipped
from triage.reading.limits import Limits
from triage.reading.line_reader import LineReader
from triage.reading.record_filter import RecordFilter
from triage.reading.stream import CHUNK, Stream
from triage.reading.workers.batch import Batch, make_batch, pack_batch, rebase, unpack_batch
from triage.reading.workers.process import start_worker

_RANGE_BYTES = 8 << 20


def read_in_parallel(
    path: str, limits: Limits, record_filter: RecordFilter, count: int
) -> Iterator[Record | Gap | Skipped]:
    """Yield the items of a file, read by ``count`` workers."""
    starts = range(0, Path(path).stat().st_size, _RANGE_BYTES)
    before = 0
    with ExitStack() as stack:
        outputs = [
            stack.enter_context(
                start_worker(partial(_pack_ranges, path, starts[number::count], limits, record_filter))
            )
            for number in range(count)
        ]
        for number, start in enumerate(starts):
            message = outputs[number % count].read_message()
            received = unpack_batch(message) if message else _read_range(path, start, limits, record_filter)
            yield from (rebase(item, before) for item in received.items())
            before += received.number


def _pack_ranges(
    path: str, starts: Sequence[int], limits: Limits, record_filter: RecordFilter
) -> Iterator[bytes]:
    return (pack_batch(_read_range(path, start, limits, record_filter)) for start in starts)


def _read_range(path: str, start: int, limits: Limits, record_filter: RecordFilter) -> Batch:
    """Return the Batch of the lines that begin in a range; its number counts them."""
    with Path(path).open("rb", buffering=0) as file:
        lines = LineReader(
            Stream(read_lines_between(file, start, start + _RANGE_BYTES)), path, limits, record_filter
        )
        items = list(lines.records())
    return make_batch(items, lines.position)


def read_lines_between(file: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    """Yield the lines that begin between two positions of a file."""
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
