"""What is counted by name where logs may hold any number of names: some are told apart, the rest is one."""

from collections.abc import Iterator
from typing import Generic, Protocol, Self, TypeVar


class Counted(Protocol):
    """What was counted of something, and takes in what was counted of another."""

    def absorb(self, other: Self, /) -> None:
        """Count what the other one counted, too."""


class _Comparable(Protocol):
    def __lt__(self, other: Self, /) -> bool:
        """Return whether it comes before another."""


Name = TypeVar("Name", bound=_Comparable)
Key = TypeVar("Key")
Item = TypeVar("Item", bound=Counted)


class BoundedCounter(Generic[Name, Key, Item]):
    """Counts by name, those of a name by a key. Of more than ``most`` names the smallest are told apart.

    So it depends on the names alone which they are, not on when they come: one that is not among the smallest never
    is again, and what was counted of it goes to the ``rest``, which is the name of all others.
    """

    def __init__(self, most: int, rest: Name) -> None:
        """Begin without names."""
        self._most = most
        self._rest = rest
        self._others: dict[Key, Item] = {}
        self._named: dict[Name, dict[Key, Item]] = {}
        self._largest: Name | None = None

    def group(self, name: Name) -> dict[Key, Item]:
        """Return where the counts of a name belong."""
        group = self._named.get(name)
        if group is not None:
            return group
        if name == self._rest:
            return self._others
        if len(self._named) == self._most:
            largest = self._largest
            if largest is None:
                largest = self._largest = max(self._named)
            if largest < name:
                return self._others
            self._pool(self._named.pop(largest))
        self._largest = None
        group = self._named[name] = {}
        return group

    def _pool(self, group: dict[Key, Item]) -> None:
        for key, item in group.items():
            if key in self._others:
                self._others[key].absorb(item)
            else:
                self._others[key] = item

    def __iter__(self) -> Iterator[tuple[Name, Key, Item]]:
        """Yield what was counted, the rest last."""
        for name, group in [*self._named.items(), (self._rest, self._others)]:
            for key, item in group.items():
                yield name, key, item
