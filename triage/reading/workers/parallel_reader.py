"""Read large files of JSON lines with several processes.

Each worker reads every second, third, ... range of the file and sends the records it keeps. The ranges are
taken in the order of the file, so the result does not depend on which worker is faster. A file whose newest
entries come first is read from its end, so that its entries come in order of time, too.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from triage.models import Entry, Gap, Record, Skipped
from triage.reading.limits import Limits
from triage.reading.line_reader import LineReader
from triage.reading.record_counts import RecordCounts
from triage.reading.record_decoder import RecordDecoder
from triage.reading.record_filter import ALL_RECORDS, RecordFilter
from triage.reading.stream import CHUNK, Stream
from triage.reading.workers.batch import pack_batches, rebase, unpack_batch
from triage.reading.workers.process import WorkerOutput, start_worker
from triage.reading.workers.tasks import NO_TASKS, WorkerTasks
from triage.text import find_line_feeds

_RANGE_BYTES = 2 << 20
#: The bytes at the beginning and at the end of a file that tell in which order its entries come.
_SAMPLE_BYTES = 64 << 10
_encode_counts = msgspec.msgpack.Encoder().encode
_decode_counts = msgspec.msgpack.Decoder(list[int]).decode


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
        tasks: WorkerTasks = NO_TASKS,
    ) -> None:
        """Read a file of this machine."""
        self._path, self._limits, self._record_filter, self._decode = path, limits, record_filter, decode
        self._tasks = tasks
        self._from_end = False
        self.counts = RecordCounts()

    def items(self, workers: int) -> Iterator[Entry | Record | Gap | Skipped]:
        """Yield the items of the file, read by so many workers; the last one first if it is the oldest."""
        size = Path(self._path).stat().st_size
        self._from_end = self._is_newest_first(size)
        starts = range(0, size, _RANGE_BYTES)
        starts = starts[::-1] if self._from_end else starts
        with ExitStack() as stack:
            outputs = [
                stack.enter_context(start_worker(partial(self._pack_ranges, starts[number::workers])))
                for number in range(workers)
            ]
            if self._tasks.prepare is not None:
                self._tasks.prepare()
            lines_before = self._lines_before(starts, outputs) if self._from_end else {}
            for number, start in enumerate(starts):
                before = lines_before.get(start, self.counts.lines)
                yield from self._receive_range(start, before, outputs[number % workers])

    def _is_newest_first(self, size: int) -> bool:
        """Return whether all entries at the beginning of the file are newer than those at its end."""
        first, last = self._sample_times(0), self._sample_times(max(0, size - _SAMPLE_BYTES))
        return bool(first and last) and min(first) > max(last)

    def _sample_times(self, start: int) -> list[int]:
        """Return times of the entries in a sample, the first and the last one of those that are skipped.

        They are read without the filter where it counts what it drops without looking at the times.
        """
        items: list[Entry | Record | Gap | Skipped] = []
        for record_filter in (self._record_filter, ALL_RECORDS):
            items = [*self._read_lines(start, start + _SAMPLE_BYTES, RecordCounts(), record_filter)]
            if all(item.last for item in items if isinstance(item, Skipped)):
                break
        return [time for item in items for time in _times(item)]

    def _lines_before(self, starts: Sequence[int], outputs: Sequence[WorkerOutput]) -> dict[int, int]:
        """Return the number of lines before each range, which the workers count first of all."""
        counts = dict[int, int]()
        for number, output in enumerate(outputs):
            own = starts[number :: len(outputs)]
            message = output.read_message()
            counted = _decode_counts(message) if message else self._count_lines(own)
            counts.update(zip(own, counted, strict=True))
        in_order = sorted(starts)
        return dict(zip(in_order, accumulate((counts[start] for start in in_order), initial=0), strict=False))

    def _count_lines(self, starts: Sequence[int]) -> list[int]:
        """Return the number of lines that begin in each range."""
        with Path(self._path).open("rb", buffering=0) as file:
            return [count_lines_between(file, start, start + _RANGE_BYTES) for start in starts]

    def _receive_range(
        self, start: int, before: int, output: WorkerOutput
    ) -> Iterator[Entry | Record | Gap | Skipped]:
        """Yield the items of a range as a worker sends them; what it does not send is read here.

        before: the number of lines before the range.
        """
        received = 0
        while message := output.read_message():
            batch = unpack_batch(message)
            yield from batch.items(before)
            received += len(batch)
            if batch.counts is not None:
                self.counts.add(batch.counts)
                return
        counts = RecordCounts()
        for item in islice(self._read_range(start, counts), received, None):
            yield rebase(item, before)
        self.counts.add(counts)

    def _pack_ranges(self, starts: Sequence[int]) -> Iterator[bytes]:
        if self._from_end:
            yield _encode_counts(self._count_lines(starts))
        for start in starts:
            counts = RecordCounts()
            yield from pack_batches(self._read_range(start, counts), counts, self._tasks.take_notes)

    def _read_range(self, start: int, counts: RecordCounts) -> Iterable[Entry | Record | Gap | Skipped]:
        """Return the items of the lines that begin in a range, in order of time."""
        items = self._read_lines(start, start + _RANGE_BYTES, counts, self._record_filter)
        return reversed(list(items)) if self._from_end else items

    def _read_lines(
        self, start: int, stop: int, counts: RecordCounts, record_filter: RecordFilter
    ) -> Iterator[Entry | Record | Gap | Skipped]:
        """Yield the items of the lines that begin between two positions of the file."""
        with Path(self._path).open("rb", buffering=0) as file:
            stream = Stream(read_lines_between(file, start, stop))
            lines = LineReader(stream, self._path, self._limits, record_filter)
            # All are read before the first one is decoded: taking turns would empty the processor's caches.
            records = list(counts.observe(lines.records()))
            yield from self._decode(records)
            counts.lines = lines.position


def _times(item: Entry | Record | Gap | Skipped) -> tuple[int, ...]:
    """Return the first and the last time of an item in nanoseconds, () without any."""
    if isinstance(item, Entry):
        return (item.timestamp,)
    return (item.first, item.last) if isinstance(item, Skipped) and item.last else ()


def count_lines_between(file: BinaryIO, start: int, stop: int) -> int:
    """Return how many lines begin between two positions of a file."""
    at = max(start - 1, 0)
    file.seek(at)
    count = int(start == 0)
    while at < stop - 1 and (chunk := file.read(min(CHUNK, stop - 1 - at))):
        count += len(find_line_feeds(chunk))
        at += len(chunk)
    return count


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
