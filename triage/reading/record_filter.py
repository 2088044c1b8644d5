"""What records are worth to be read, as whoever asks for them sees it."""

from collections.abc import Sequence
from typing import Protocol

from triage.models import Skipped

#: The number of some records, those to be given with their places, and the account of the others.
FilteredRecords = tuple[int, list[tuple[int, bytes]], Skipped]


class RecordFilter(Protocol):
    """Chooses among some records of a file. Each that it does not choose is the JSON of a LogEntry."""

    def filter_records(self, path: str, filter_records: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        """Return the places of those to be given, and the account of the others."""

    def filter_lines(self, path: str, text: bytes, /) -> FilteredRecords | None:
        """Choose among the lines of a text; None: they are to be split, and chosen from as pieces."""

    def filter_list(self, path: str, text: bytes, between: bytes, /) -> FilteredRecords | None:
        """Choose among the objects of a list, between which always the same stands; None: as for lines."""


class _AllRecords:
    """Chooses every record."""

    def filter_records(self, path: str, filter_records: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        return list(range(len(filter_records))), Skipped(path)

    def filter_lines(self, _path: str, _text: bytes, /) -> None:
        return None

    def filter_list(self, _path: str, _text: bytes, _between: bytes, /) -> None:
        return None


ALL_RECORDS: RecordFilter = _AllRecords()
