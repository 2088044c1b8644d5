"""Read CSV of the console, BigQuery and Log Analytics."""

import csv
from collections.abc import Iterator

import msgspec

from triage.models import Gap, GapKind, Record, Source
from triage.reading.entry_detection import has_entry_keys
from triage.reading.limits import Limits
from triage.reading.stream import Stream

_DELIMITERS = (",", ";", "\t")


def detect_delimiter(line: bytes) -> str:
    """Return the delimiter of a header with columns of a LogEntry, "" if it is none."""
    text = line.decode("utf-8", "replace").strip()
    for mark in _DELIMITERS:
        columns = text.replace('"', "").split(mark)
        if len(columns) > 1 and has_entry_keys(columns):
            return mark
    return ""


def read_table(stream: Stream, path: str, limits: Limits) -> Iterator[Record | Gap]:
    """Yield each row as a JSON object of its non-empty cells, at its first line."""
    csv.field_size_limit(max(csv.field_size_limit(), limits.record))
    lines = _TableLines(stream)
    header = next(iter(lines))
    delimiter = detect_delimiter(header.encode())
    columns = [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]
    rows = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    line = 2
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Gap(lines.kind, path, f"not a row of a table: {error}", line)
        else:
            if len(row) == len(columns):
                cells = {name: cell for name, cell in zip(columns, row, strict=True) if cell}
                yield Record(msgspec.json.encode(cells), Source(path, line))
            elif row:
                yield Gap(lines.kind, path, f"{len(row)} cells under {len(columns)} columns", line)
        line = rows.line_num + 2


class _TableLines:
    """The lines with their ends. Bytes that are not UTF-8 become visible escapes.

    kind: the kind of Gap that an invalid row is.
    """

    def __init__(self, stream: Stream) -> None:
        self._lines = self._read(stream)
        self.kind: GapKind = "broken_record"

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _read(self, stream: Stream) -> Iterator[str]:
        rest = b""
        for block in stream:
            *lines, last = block.split(b"\n")
            if lines:
                lines[0], rest = rest + lines[0], last
                yield from (line.decode("utf-8", "backslashreplace") + "\n" for line in lines)
            else:
                rest += last
        if rest:
            self.kind = "cut_file"
            yield rest.decode("utf-8", "backslashreplace")
