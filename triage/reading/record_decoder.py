"""The interface of what decodes records where they are read."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from triage.models import Entry, Gap, Record, Skipped


class RecordDecoder(Protocol):
    """Turns the records of one file into the entries that are wanted; the others are counted as Skipped."""

    def __call__(
        self, items: Iterable[Record | Gap | Skipped], /
    ) -> Iterator[Entry | Record | Gap | Skipped]:
        """Yield the items; an entry, a Gap or nothing for each record."""


def keep_undecoded(items: Iterable[Record | Gap | Skipped], /) -> Iterator[Entry | Record | Gap | Skipped]:
    """Yield the items as they are."""
    yield from items
