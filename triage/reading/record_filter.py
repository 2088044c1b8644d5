"""The interface of filters that choose which records are read."""

from collections.abc import Sequence
from typing import Protocol

from triage.models import Skipped

#: The number of records, those to keep with their indexes, and the count of the others.
FilteredRecords = tuple[int, list[tuple[int, bytes]], Skipped]


class RecordFilter(Protocol):
    """Chooses among records of a file. Every skipped one is the JSON of a LogEntry."""

    def filter_records(self, path: str, filter_records: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        """Return the indexes of the records to keep, and the count of the others."""

    def filter_lines(self, path: str, text: bytes, /) -> FilteredRecords | None:
        """Filter the lines of a text; None: split them, and filter the records."""

    def filter_list(self, path: str, text: bytes, between: bytes, /) -> FilteredRecords | None:
        """Filter the objects of a list with one separator; None as for lines."""


class _AllRecords:
    """Keeps every record."""

    def filter_records(self, path: str, filter_records: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        return list(range(len(filter_records))), Skipped(path)

    def filter_lines(self, _path: str, _text: bytes, /) -> None:
        return None

    def filter_list(self, _path: str, _text: bytes, _between: bytes, /) -> None:
        return None


ALL_RECORDS: RecordFilter = _AllRecords()
