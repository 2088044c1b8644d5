"""What records are worth to be read, as whoever asks for them sees it."""

from collections.abc import Sequence
from typing import Protocol

from triage.models import Skipped

#: The number of some records, those to be given with their places, and the account of the others.
Sifted = tuple[int, list[tuple[int, bytes]], Skipped]


class Sift(Protocol):
    """Chooses among some records of a file. Each that it does not choose is the JSON of a LogEntry."""

    def pieces(self, path: str, pieces: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        """Return the places of those to be given, and the account of the others."""

    def lines(self, path: str, text: bytes, /) -> Sifted | None:
        """Choose among the lines of a text; None: they are to be split, and chosen from as pieces."""

    def listed(self, path: str, text: bytes, between: bytes, /) -> Sifted | None:
        """Choose among the objects of a list, between which always the same stands; None: as for lines."""


class _Everything:
    """Chooses every record."""

    def pieces(self, path: str, pieces: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        return list(range(len(pieces))), Skipped(path)

    def lines(self, _path: str, _text: bytes, /) -> None:
        return None

    def listed(self, _path: str, _text: bytes, _between: bytes, /) -> None:
        return None


everything: Sift = _Everything()
