"""What records are worth to be read, as whoever asks for them sees it."""

from collections.abc import Sequence
from typing import Protocol

from triage.models import Skipped


class Sift(Protocol):
    """Chooses among some records of a file. Each that it does not choose is the JSON of a LogEntry."""

    def pieces(self, path: str, pieces: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        """Return the places of those to be given, and the account of the others."""

    def lines(self, path: str, text: bytes, /) -> tuple[int, list[tuple[int, bytes]], Skipped] | None:
        """Return the number of lines, those to be given with their places, and the account of the others.

        None: they are to be split, and chosen from as pieces.
        """


class _Everything:
    """Chooses every record."""

    def pieces(self, path: str, pieces: Sequence[bytes], /) -> tuple[list[int], Skipped]:
        return list(range(len(pieces))), Skipped(path)

    def lines(self, _path: str, _text: bytes, /) -> None:
        return None


everything: Sift = _Everything()
