"""Read exports to raw records."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from triage.errors import BadDataError, IOFailureError
from triage.models import ExportFile, Gap, Record, Skipped
from triage.reading.compression import decompress, detect_compression
from triage.reading.encoding import to_utf8
from triage.reading.entry_detection import is_entry
from triage.reading.folders import check_below
from triage.reading.interface import Form, RecordReader, can_be_divided, detect_form
from triage.reading.limits import Limits
from triage.reading.record_filter import ALL_RECORDS, RecordFilter
from triage.reading.remote import is_remote, open_object
from triage.reading.sources import ExportSource, expand
from triage.reading.stream import Stream, read_chunks
from triage.reading.workers.background_reader import read_in_background
from triage.reading.workers.parallel_reader import read_in_parallel
from triage.reading.workers.process import worker_count

#: Smaller files are read faster without workers. The second size is for compressed files.
PARALLEL_BYTES, BACKGROUND_BYTES = 48 << 20, 4 << 20
#: The bytes from which the format is detected: an entry has at most 256 KiB.
HEAD_BYTES = 1 << 20
_HINT = "name what `gcloud logging read FILTER --format=json` printed, or a download of the Logs Explorer"


def read(
    sources: Sequence[str | Path],
    *,
    stdin: BinaryIO | None = None,
    limits: Limits | None = None,
    record_filter: RecordFilter = ALL_RECORDS,
    roots: Sequence[Path] = (),
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield the records of exports, their gaps, and an ExportFile after each file.

    The format is detected from the bytes, whatever the name: JSON arrays, objects, JSON lines, wrappers,
    CSV, Parquet, each also in gzip or zstd and in UTF-16. Memory is bounded whatever the size. An empty
    file or array holds no records, which is no error.

    sources: files, folders, globs, addresses (gs://...) and "-" for ``stdin``.
    stdin: read for "-"; None is the standard input of the process.
    limits: when to stop reading.
    record_filter: chooses the records of JSON lines and lists; others are counted as Skipped.
    roots: folders below which every file must lie, where links lead; () for anywhere.

    Raises:
        BadDataError: a named file holds no LogEntry. In a folder or glob this is a Gap.
        IOFailureError: a named file does not exist or cannot be read. In a folder or glob this is a Gap.
        TriageError: an address cannot be read, see ``triage.reading.remote``.

    """
    for source in expand(sources):
        # Without a filter all records go through this process, so workers do not help.
        count = 0 if record_filter is ALL_RECORDS else worker_count()
        yield from read_source(
            source, stdin=stdin, limits=limits, record_filter=record_filter, workers=count, roots=roots
        )


def read_source(
    source: ExportSource,
    *,
    stdin: BinaryIO | None = None,
    limits: Limits | None = None,
    record_filter: RecordFilter = ALL_RECORDS,
    workers: int = 0,
    roots: Sequence[Path] = (),
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield the items of one file; ``workers`` processes may read it if it is large.

    With ``roots`` none does, as a worker would open the path once more.

    A file of a folder that cannot be read, such as a broken link or a pipe, is a Gap.

    Raises:
        TriageError: as ``read``.

    """
    if source.is_special:  # opening a pipe waits for its writer
        yield Gap("unreadable_file", source.path, "a pipe, a socket or a device", count=0)
        return
    try:
        with open_source(source.path, stdin) as file:
            if roots:
                check_below(file, source.path, roots)
            yield from _read(source, file, limits or Limits(), record_filter, 0 if roots else workers)
    except IOFailureError as error:
        if source.is_explicit:
            raise
        yield Gap("unreadable_file", source.path, error.message, count=0)


@contextmanager
def open_source(path: str, stdin: BinaryIO | None = None) -> Iterator[BinaryIO]:
    """Open a file, an object or standard input; a failing read raises a TriageError.

    Raises:
        IOFailureError: the file does not exist or cannot be read.
        TriageError: an address cannot be read, see ``triage.reading.remote``.

    """
    try:
        if path == "-":
            yield stdin or sys.stdin.buffer
        else:
            with open_object(path) if is_remote(path) else Path(path).open("rb", buffering=0) as file:
                yield file
    except OSError as error:
        reason = error.strerror or str(error)
        raise IOFailureError(f"{path}: {reason}", "check the file and its permissions") from error


def _read(
    source: ExportSource, file: BinaryIO, limits: Limits, record_filter: RecordFilter, workers: int
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    path, gaps = source.path, list[Gap]()
    stream = Stream(read_chunks(file))
    kind = detect_compression(stream.head(4))
    if kind:
        stream = Stream(decompress(kind, stream, path, limits, gaps))
    encoding, stream = to_utf8(stream)
    content = _FileContent(stream, path, limits, record_filter)
    items = _read_content(source, content, gaps, ", ".join(filter(None, (kind, encoding))))
    if not workers or path == "-" or is_remote(path) or not file.seekable():
        yield from items  # a worker must not read from an object or a pipe
    elif Path(path).stat().st_size < (BACKGROUND_BYTES if kind else PARALLEL_BYTES):
        yield from items
    elif not (kind or encoding) and can_be_divided(stream.head(HEAD_BYTES), path):
        content.workers = workers
        yield from items
    else:
        yield from read_in_background(items, partial(file.seek, file.tell()))


def _read_content(
    source: ExportSource, content: "_FileContent", gaps: list[Gap], form_around: str
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield the items of a file, then its damage, then its ExportFile."""
    path = source.path
    try:
        for item in content:
            if not (
                gaps and isinstance(item, Gap) and item.kind == "cut_file"
            ):  # reported as a cut of the compressed data
                yield item
        if not gaps:  # damaged data may decompress to anything
            content.check()
    except BadDataError as error:
        if source.is_explicit:
            raise
        yield Gap("not_entries", path, error.message)
    for gap in gaps:
        yield _with_record_count(gap, content.records)
    yield ExportFile(path, ", ".join(filter(None, (content.form, form_around))), content.records)


class _FileContent:
    """The records of one file, and whether they are LogEntries."""

    def __init__(self, stream: Stream, path: str, limits: Limits, record_filter: RecordFilter) -> None:
        self._stream, self._path, self._limits, self._record_filter = stream, path, limits, record_filter
        self.workers = 0
        self.form = "empty"
        self.records = 0
        self._entries = self._others = False

    def __iter__(self) -> Iterator[Record | Gap | Skipped]:
        if not self._stream.head(1):
            return
        form = detect_form(self._stream.head(HEAD_BYTES), self._path)
        reader = form.open(self._stream, self._path, self._limits, self._record_filter)
        self.form = reader.form
        for item in self._read_with(reader, form):
            if isinstance(item, Record):
                self.records += 1
                self._entries = self._entries or is_entry(item.data)
            elif isinstance(item, Skipped):
                self.records += item.count
                self._entries = True
            elif item.kind in ("broken_record", "not_entries"):
                self._others = True
            yield item
        self.form = reader.form

    def _read_with(self, reader: RecordReader, form: Form) -> Iterator[Record | Gap | Skipped]:
        if form.by_line and self.workers:
            return read_in_parallel(self._path, self._limits, self._record_filter, self.workers)
        return reader.records()

    def check(self) -> None:
        """Check that the file is empty or holds a LogEntry.

        Raises:
            BadDataError: it holds something else.

        """
        if not self._entries and (self.records or self._others):
            raise BadDataError(f"{self._path}:1 holds no log entry", _HINT)


def _with_record_count(gap: Gap, records: int) -> Gap:
    if gap.kind != "checksum":
        return gap
    return Gap(gap.kind, gap.path, f"{gap.detail}: its {records} records are unverified", count=records)
