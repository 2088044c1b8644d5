"""Read exports to raw records."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from triage.errors import BadDataError, IOFailureError
from triage.models import Entry, ExportFile, Gap, Record, Skipped
from triage.reading.compression import decompress, detect_compression
from triage.reading.encoding import to_utf8
from triage.reading.folders import check_below
from triage.reading.interface import can_be_divided, detect_form
from triage.reading.limits import Limits
from triage.reading.record_counts import RecordCounts
from triage.reading.record_decoder import RecordDecoder, keep_undecoded
from triage.reading.record_filter import ALL_RECORDS, RecordFilter
from triage.reading.remote import is_remote, open_object
from triage.reading.sources import ExportSource, expand
from triage.reading.stream import Stream, read_chunks
from triage.reading.workers.background_reader import read_in_background
from triage.reading.workers.parallel_reader import ParallelReader
from triage.reading.workers.process import worker_count
from triage.reading.workers.tasks import NO_TASKS, WorkerTasks

#: Smaller files are read faster without workers. The second size is for compressed files.
PARALLEL_BYTES, BACKGROUND_BYTES = 8 << 20, 4 << 20
#: The bytes from which the format is detected: an entry has at most 256 KiB.
HEAD_BYTES = 1 << 20
_HINT = "name what `gcloud logging read FILTER --format=json` printed, or a download of the Logs Explorer"


def read(
    sources: Sequence[str | Path],
    *,
    stdin: BinaryIO | None = None,
    limits: Limits | None = None,
    record_filter: RecordFilter = ALL_RECORDS,
    decode: RecordDecoder | None = None,
    tasks: WorkerTasks = NO_TASKS,
    roots: Sequence[Path] = (),
) -> Iterator[Entry | Record | Gap | Skipped | ExportFile]:
    """Yield the records of exports, their gaps, and an ExportFile after each file.

    The format is detected from the bytes, whatever the name: JSON arrays, objects, JSON lines, wrappers,
    CSV, Parquet, each also in gzip or zstd and in UTF-16. Memory is bounded whatever the size. An empty
    file or array holds no records, which is no error.

    sources: files, folders, globs, addresses (gs://...) and "-" for ``stdin``.
    stdin: read for "-"; None is the standard input of the process.
    limits: when to stop reading.
    record_filter: chooses the records of JSON lines and lists; others are counted as Skipped.
    decode: turns the records of a file into entries; None yields records. With it large files are read by
        several processes.
    tasks: what is done beside reading where these processes read.
    roots: folders below which every file must lie, where links lead; () for anywhere.

    Raises:
        BadDataError: a named file holds no LogEntry. In a folder or glob this is a Gap.
        IOFailureError: a named file does not exist or cannot be read. In a folder or glob this is a Gap.
        TriageError: an address cannot be read, see ``triage.reading.remote``.

    """
    for source in expand(sources):
        # What has to be decoded here cannot be read faster by others.
        count = 0 if decode is None else worker_count()
        yield from read_source(
            source,
            stdin=stdin,
            limits=limits,
            record_filter=record_filter,
            decode=decode,
            tasks=tasks,
            workers=count,
            roots=roots,
        )


def read_source(
    source: ExportSource,
    *,
    stdin: BinaryIO | None = None,
    limits: Limits | None = None,
    record_filter: RecordFilter = ALL_RECORDS,
    decode: RecordDecoder | None = None,
    tasks: WorkerTasks = NO_TASKS,
    workers: int = 0,
    roots: Sequence[Path] = (),
) -> Iterator[Entry | Record | Gap | Skipped | ExportFile]:
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
            content = _FileContent(
                source.path, limits or Limits(), record_filter, decode or keep_undecoded, tasks
            )
            yield from _read(source, file, content, 0 if roots else workers)
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
    source: ExportSource, file: BinaryIO, content: "_FileContent", workers: int
) -> Iterator[Entry | Record | Gap | Skipped | ExportFile]:
    path, gaps = source.path, list[Gap]()
    stream = Stream(read_chunks(file))
    kind = detect_compression(stream.head(4))
    if kind:
        stream = Stream(decompress(kind, stream, path, content.limits, gaps))
    encoding, stream = to_utf8(stream)
    items = _read_content(source, content, stream, gaps, ", ".join(filter(None, (kind, encoding))))
    if not workers or path == "-" or is_remote(path) or not file.seekable():
        yield from items  # a worker must not read from an object or a pipe
    elif Path(path).stat().st_size < (BACKGROUND_BYTES if kind else PARALLEL_BYTES):
        yield from items
    elif not (kind or encoding) and can_be_divided(stream.head(HEAD_BYTES), path):
        content.workers = workers
        yield from items
    else:
        yield from read_in_background(items, partial(file.seek, file.tell()), content.tasks)


def _read_content(
    source: ExportSource, content: "_FileContent", stream: Stream, gaps: list[Gap], form_around: str
) -> Iterator[Entry | Record | Gap | Skipped | ExportFile]:
    """Yield the items of a file, then its damage, then its ExportFile."""
    path = source.path
    try:
        for item in content.read(stream):
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
        yield _with_record_count(gap, content.counts.records)
    yield ExportFile(path, ", ".join(filter(None, (content.form, form_around))), content.counts.records)


class _FileContent:
    """The content of one file: its items, and whether they are LogEntries."""

    def __init__(
        self,
        path: str,
        limits: Limits,
        record_filter: RecordFilter,
        decode: RecordDecoder,
        tasks: WorkerTasks,
    ) -> None:
        self._path, self._record_filter, self._decode = path, record_filter, decode
        self.limits, self.tasks = limits, tasks
        self.workers = 0
        self.form = "empty"
        self.counts = RecordCounts()

    def read(self, stream: Stream) -> Iterator[Entry | Record | Gap | Skipped]:
        if not stream.head(1):
            return
        form = detect_form(stream.head(HEAD_BYTES), self._path)
        reader = form.open(stream, self._path, self.limits, self._record_filter)
        self.form = reader.form
        if form.by_line and self.workers:
            yield from self._read_in_parallel()
        else:
            yield from self._decode(self.counts.observe(reader.records()))
        self.form = reader.form

    def _read_in_parallel(self) -> Iterator[Entry | Record | Gap | Skipped]:
        reader = ParallelReader(self._path, self.limits, self._record_filter, self._decode, self.tasks)
        yield from reader.items(self.workers)
        self.counts = reader.counts

    def check(self) -> None:
        """Check that the file is empty or holds a LogEntry.

        Raises:
            BadDataError: it holds something else.

        """
        counts = self.counts
        if not counts.has_entries and (counts.records or counts.has_others):
            raise BadDataError(f"{self._path}:1 holds no log entry", _HINT)


def _with_record_count(gap: Gap, records: int) -> Gap:
    if gap.kind != "checksum":
        return gap
    return Gap(gap.kind, gap.path, f"{gap.detail}: its {records} records are unverified", count=records)
