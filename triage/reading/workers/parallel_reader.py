"""Read large files of JSON lines with several processes.

Each worker reads every second, third, ... range of the file and sends the records it keeps. The ranges are
taken in the order of the file, so the result does not depend on which worker is faster.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from triage.models import Entry, Gap, Record, Skipped
from triage.reading.limits import Limits
from triage.reading.line_reader import LineReader
from triage.reading.record_counts import RecordCounts
from triage.reading.record_decoder import NoteTaker, RecordDecoder
from triage.reading.record_filter import RecordFilter
from triage.reading.stream import CHUNK, Stream
from triage.reading.workers.batch import pack_batches, rebase, unpack_batch
from triage.reading.workers.process import WorkerOutput, start_worker

_RANGE_BYTES = 2 << 20


class ParallelReader:
    """Reads a file of JSON lines with several workers.

    counts: what was counted in the ranges so far.
    """

    def __init__(
        self,
        path: str,
        limits: Limits,
        record_filter: RecordFilter,
        decode: RecordDecoder,
        take_notes: NoteTaker | None = None,
    ) -> None:
        """Read a file of this machine."""
        self._path, self._limits, self._record_filter, self._decode = path, limits, record_filter, decode
        self._take_notes = take_notes
        self.counts = RecordCounts()

    def items(self, workers: int) -> Iterator[Entry | Record | Gap | Skipped]:
        """Yield the items of the file, read by so many workers."""
        starts = range(0, Path(self._path).stat().st_size, _RANGE_BYTES)
        with ExitStack() as stack:
            outputs = [
                stack.enter_context(start_worker(partial(self._pack_ranges, starts[number::workers])))
                for number in range(workers)
            ]
            for number, start in enumerate(starts):
                before = self.counts.lines
                for item in self._receive_range(start, outputs[number % workers]):
                    yield rebase(item, before)

    def _receive_range(self, start: int, output: WorkerOutput) -> Iterator[Entry | Record | Gap | Skipped]:
        """Yield the items of a range as a worker sends them; what it does not send is read here."""
        received = 0
        while message := output.read_message():
            batch = unpack_batch(message)
            yield from batch.items()
            received += len(batch.kinds)
            if batch.counts is not None:
                self.counts.add(batch.counts)
                return
        counts = RecordCounts()
        yield from islice(self._read_range(start, counts), received, None)
        self.counts.add(counts)

    def _pack_ranges(self, starts: Sequence[int]) -> Iterator[bytes]:
        for start in starts:
            counts = RecordCounts()
            yield from pack_batches(self._read_range(start, counts), counts, self._take_notes)

    def _read_range(self, start: int, counts: RecordCounts) -> Iterator[Entry | Record | Gap | Skipped]:
        """Yield the items of the lines that begin in a range."""
        with Path(self._path).open("rb", buffering=0) as file:
            stream = Stream(read_lines_between(file, start, start + _RANGE_BYTES))
            lines = LineReader(stream, self._path, self._limits, self._record_filter)
            yield from self._decode(counts.observe(lines.records()))
            counts.lines = lines.position


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
