"""Detect the format of an export from its first bytes."""

from typing import Literal

from triage.errors import BadDataError
from triage.reading.entry_detection import is_entry
from triage.reading.json_buffer import BLANK
from triage.reading.parquet import MAGIC
from triage.reading.table import detect_delimiter

Form = Literal["lines", "values", "table", "parquet"]
_LINES = 20
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"\x1f\x8b": "gzip in gzip",
}
_YAML = (b"---\n", b"insertId:", b"---\r\n")


def detect_form(head: bytes, path: str) -> Form:
    """Return the format of a file that begins with ``head``.

    A line that is a whole LogEntry means JSON lines, a header with its columns a table. Everything else is
    read as JSON values, which finds any entries.

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
    if head.startswith(MAGIC):
        return "parquet"
    blank = BLANK.match(head)
    start = blank.end() if blank else 0
    if head[start : start + 1] == b"[":
        return "values"
    lines = head[start:].split(b"\n", _LINES)
    if head[start : start + 1] != b"{" and detect_delimiter(lines[0]):
        return "table"
    for line in lines[:_LINES]:
        if line[:1] == b"{" and is_entry(line):
            return "lines"
    return "values"


def is_json_lines(head: bytes, path: str) -> bool:
    """Return whether a file holds JSON lines, which can be read from any position."""
    try:
        return detect_form(head, path) == "lines"
    except BadDataError:  # reported when the file is read
        return False
