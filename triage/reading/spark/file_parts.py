"""Divide exports into parts that workers of an engine read by themselves."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from triage.models import Record, Skipped
from triage.reading.compression import detect_compression
from triage.reading.encoding import to_utf8
from triage.reading.interface import can_be_divided
from triage.reading.limits import Limits
from triage.reading.line_reader import LineReader
from triage.reading.reader import HEAD_BYTES, open_source, read_source
from triage.reading.record_filter import ALL_RECORDS, RecordFilter
from triage.reading.sources import ExportSource
from triage.reading.stream import Stream, read_chunks
from triage.reading.workers.batch import Item
from triage.reading.workers.parallel_reader import read_lines_between


class Part(msgspec.Struct, frozen=True):
    """A file, or a range of its JSON lines.

    source: the file.
    size: the length in bytes of the file or the range.
    start: the lines that begin from this byte on; None is the whole file.
    last: whether the file ends with this part.
    """

    source: ExportSource
    size: int
    start: int | None = None
    last: bool = True


class PartEnd(msgspec.Struct, frozen=True):
    """The end of a range of lines.

    path: the file.
    lines: how many lines the range held.
    records: how many records the range held.
    last: whether the file ends with this range.
    """

    path: str
    lines: int
    records: int
    last: bool


def split_files(sources: Iterable[ExportSource], size: int) -> Iterator[Part]:
    """Yield the files in order; JSON lines larger than ``size`` bytes in ranges.

    Raises:
        TriageError: a file cannot be opened.

    """
    for source in sources:
        length = _local_size(source.path) if source.size is None else source.size
        if length > size and _is_divisible(source.path):
            for start in range(0, length, size):
                yield Part(source, min(size, length - start), start, start + size >= length)
        else:
            yield Part(source, length)


def _local_size(path: str) -> int:
    """Return the size of a file, 0 where it cannot be told: reading it reports why."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _is_divisible(path: str) -> bool:
    """Return whether a file holds uncompressed JSON lines."""
    with open_source(path) as file:
        stream = Stream(read_chunks(file))
        if detect_compression(stream.head(4)):
            return False
        encoding, stream = to_utf8(stream)
        return not encoding and can_be_divided(stream.head(HEAD_BYTES), path)


def read_part(
    part: Part, record_filter: RecordFilter = ALL_RECORDS, limits: Limits | None = None
) -> Iterator[Item | PartEnd]:
    """Yield the items of a part; a range ends with a PartEnd.

    Positions in a range count from its own first line.

    Raises:
        TriageError: as ``read``.

    """
    if part.start is None:
        yield from read_source(part.source, record_filter=record_filter, limits=limits)
        return
    path, records = part.source.path, 0
    with open_source(path) as file:
        stream = Stream(read_lines_between(file, part.start, part.start + part.size))
        lines = LineReader(stream, path, limits or Limits(), record_filter)
        for item in lines.records():
            records += item.count if isinstance(item, Skipped) else isinstance(item, Record)
            yield item
    yield PartEnd(path, lines.position, records, part.last)
