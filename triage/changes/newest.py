"""The newest items within a budget, whatever the order in which they come."""

import heapq
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=tuple[object, ...])
Item = TypeVar("Item")


class Newest(Generic[Key, Item]):
    """Keeps items in order of their keys: as many of the last ones as the budget allows.

    Attributes:
        omitted: how many items were left out.

    """

    def __init__(self, budget: int) -> None:
        """Begin without items."""
        self.omitted = 0
        self._room = budget
        self._items: dict[Key, tuple[Item, int]] = {}
        self._keys: list[Key] = []
        self._bound: Key | None = None

    def add(self, key: Key, item: Item, size: int = 1) -> None:
        """Add an item that takes so much of the budget; a second one with the same key is left out."""
        if key in self._items:
            return
        if self._bound is not None and key <= self._bound:
            self.omitted += 1
            return
        heapq.heappush(self._keys, key)
        self._items[key] = (item, size)
        self._room -= size
        while self._room < 0:
            self._bound = heapq.heappop(self._keys)
            self._room += self._items.pop(self._bound)[1]
            self.omitted += 1

    def in_order(self) -> list[Item]:
        """Return the items in order of their keys."""
        return [self._items[key][0] for key in sorted(self._items)]
