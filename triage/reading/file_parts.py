"""Parts of exports that can be read by themselves, each where a worker of an engine is: files, and ranges of JSON lines."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from triage.models import ExportFile, Gap, Record, Skipped
from triage.reading.compression import detect_compression
from triage.reading.encoding import to_utf8
from triage.reading.form import is_json_lines
from triage.reading.limits import Limits
from triage.reading.line_reader import LineReader
from triage.reading.parallel_reader import read_lines_between
from triage.reading.reader import HEAD_BYTES, open_source, read_source
from triage.reading.record_filter import ALL_RECORDS, RecordFilter
from triage.reading.sources import ExportSource
from triage.reading.stream import Stream, read_chunks


class Part(msgspec.Struct, frozen=True):
    """A file of ``size`` bytes, or as many of it: the lines that begin from byte ``start`` on; None is a whole file.

    ``last`` says whether the file ends with it.
    """

    source: ExportSource
    size: int
    start: int | None = None
    last: bool = True


class PartEnd(msgspec.Struct, frozen=True):
    """The end of a range of lines: how many lines and records it held, and whether the file ends with it."""

    path: str
    lines: int
    records: int
    last: bool


def split_files(sources: Iterable[ExportSource], size: int) -> Iterator[Part]:
    """Yield the files in order, those of JSON lines that are larger than ``size`` bytes in ranges of that size.

    Raises:
        TriageError: a file cannot be opened.

    """
    for source in sources:
        length = Path(source.path).stat().st_size if source.size is None else source.size
        if length > size and _is_divisible(source.path):
            for start in range(0, length, size):
                yield Part(source, min(size, length - start), start, start + size >= length)
        else:
            yield Part(source, length)


def _is_divisible(path: str) -> bool:
    """Return whether a file is of plain JSON lines."""
    with open_source(path) as file:
        stream = Stream(read_chunks(file))
        if detect_compression(stream.head(4)):
            return False
        encoding, stream = to_utf8(stream)
        return not encoding and is_json_lines(stream.head(HEAD_BYTES), path)


def read_part(
    part: Part, record_filter: RecordFilter = ALL_RECORDS, limits: Limits | None = None
) -> Iterator[Record | Gap | Skipped | ExportFile | PartEnd]:
    """Yield what ``read`` gives of a part. In a range positions count from its first line, and a PartEnd ends it.

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
