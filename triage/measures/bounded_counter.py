"""Counts by name in bounded memory: too many names share an overflow."""

from collections.abc import Iterator
from typing import Generic, Protocol, Self, TypeVar


class Counted(Protocol):
    """A count that can add another count to itself."""

    def absorb(self, other: Self, /) -> None:
        """Add another count."""


class _Comparable(Protocol):
    def __lt__(self, other: Self, /) -> bool:
        """Return whether it sorts before another."""


Name = TypeVar("Name", bound=_Comparable)
Key = TypeVar("Key")
Item = TypeVar("Item", bound=Counted)


class BoundedCounter(Generic[Name, Key, Item]):
    """Counts by name and key. Of more than ``limit`` names the smallest are distinguished.

    Which names are distinguished depends on the names alone, not on their order: a name that is not among the
    smallest never is again, and its counts go to ``overflow``, the name that all others share.
    """

    def __init__(self, limit: int, overflow: Name) -> None:
        """Create an empty counter."""
        self._limit = limit
        self._overflow = overflow
        self._overflow_group: dict[Key, Item] = {}
        self._groups: dict[Name, dict[Key, Item]] = {}
        self._largest: Name | None = None

    def group(self, name: Name) -> dict[Key, Item]:
        """Return the counts of a name by key."""
        group = self._groups.get(name)
        if group is not None:
            return group
        if name == self._overflow:
            return self._overflow_group
        if len(self._groups) == self._limit:
            largest = self._largest
            if largest is None:
                largest = self._largest = max(self._groups)
            if largest < name:
                return self._overflow_group
            self._merge_into_overflow(self._groups.pop(largest))
        self._largest = None
        group = self._groups[name] = {}
        return group

    def _merge_into_overflow(self, group: dict[Key, Item]) -> None:
        for key, item in group.items():
            if key in self._overflow_group:
                self._overflow_group[key].absorb(item)
            else:
                self._overflow_group[key] = item

    def __iter__(self) -> Iterator[tuple[Name, Key, Item]]:
        """Yield name, key and count, the overflow last."""
        for name, group in [*self._groups.items(), (self._overflow, self._overflow_group)]:
            for key, item in group.items():
                yield name, key, item
