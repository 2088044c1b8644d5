"""The forms of an export: how each is detected, and which reader yields its records.

A form is added with its reader and one line of ``FORMS``.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import msgspec

from triage.errors import BadDataError
from triage.models import Gap, Record, Skipped
from triage.reading.entry_detection import is_entry
from triage.reading.json_buffer import BLANK
from triage.reading.limits import Limits
from triage.reading.line_reader import LineReader
from triage.reading.parquet import MAGIC, read_parquet
from triage.reading.record_filter import RecordFilter
from triage.reading.stream import Stream
from triage.reading.table import detect_delimiter, read_table
from triage.reading.value_reader import ValueReader

_LINES = 20
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"\x1f\x8b": "gzip in gzip",
}
_YAML = (b"---\n", b"insertId:", b"---\r\n")


class RecordReader(Protocol):
    """Reads the records of one file.

    Attributes:
        form: what the coverage calls the form; it is final when all records were read.

    """

    form: str

    def records(self) -> Iterator[Record | Gap | Skipped]:
        """Yield each LogEntry with its position, and a Gap for what cannot be read."""
        ...


class _Function:
    """A reader whose form is known before and that needs no filter: a function."""

    def __init__(self, form: str, records: Callable[[], Iterator[Record | Gap | Skipped]]) -> None:
        self.form = form
        self.records = records


class Form(msgspec.Struct, frozen=True):
    """One form of an export.

    Attributes:
        detect: whether a file that begins with these bytes has the form.
        open: returns the reader of a file, by its stream, path, limits and filter.
        by_line: whether the file can be read from any line break.

    """

    detect: Callable[[bytes], bool]
    open: Callable[[Stream, str, Limits, RecordFilter], RecordReader]
    by_line: bool = False


def detect_form(head: bytes, path: str) -> Form:
    """Return the form of a file that begins with ``head``.

    Raises:
        BadDataError: it is an archive, or the YAML that gcloud prints by default.

    """
    for magic, name in _ARCHIVES.items():
        if head.startswith(magic):
            raise BadDataError(
                f"{path}:1 is {name}", "unpack it first: gzip and zstd are the ones that are read"
            )
    if head[257:262] == b"ustar":
        raise BadDataError(f"{path}:1 is a tar archive", "unpack it first and name the folder")
    if head.startswith(_YAML):
        raise BadDataError(f"{path}:1 is YAML", "ask gcloud again with --format=json")
    return next(form for form in FORMS if form.detect(head))


def can_be_divided(head: bytes, path: str) -> bool:
    """Return whether a file can be read from any line break."""
    try:
        return detect_form(head, path).by_line
    except BadDataError:  # reported when the file is read
        return False


def _is_parquet(head: bytes) -> bool:
    return head.startswith(MAGIC)


def _is_table(head: bytes) -> bool:
    """Return whether the first line is a header with columns of a LogEntry."""
    lines = _first_lines(head)
    return lines[0][:1] not in (b"[", b"{") and bool(detect_delimiter(lines[0]))


def _is_json_lines(head: bytes) -> bool:
    """Return whether one of the first lines is a whole LogEntry."""
    lines = _first_lines(head)
    return lines[0][:1] != b"[" and any(line[:1] == b"{" and is_entry(line) for line in lines[:_LINES])


def _is_anything(_head: bytes) -> bool:
    """Return True: reading JSON values finds any entries."""
    return True


def _first_lines(head: bytes) -> list[bytes]:
    blank = BLANK.match(head)
    return head[blank.end() if blank else 0 :].split(b"\n", _LINES)


def _open_parquet(stream: Stream, path: str, _limits: Limits, _filter: RecordFilter) -> RecordReader:
    return _Function("Parquet", partial(read_parquet, stream, path))


def _open_table(stream: Stream, path: str, limits: Limits, _filter: RecordFilter) -> RecordReader:
    return _Function("CSV", partial(read_table, stream, path, limits))


#: The first form that a file has is its form.
FORMS = (
    Form(_is_parquet, _open_parquet),
    Form(_is_table, _open_table),
    Form(_is_json_lines, LineReader, by_line=True),
    Form(_is_anything, ValueReader),
)
