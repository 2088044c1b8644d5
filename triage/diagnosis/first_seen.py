"""Names by order of first appearance, whatever the order in which they arrive."""

from collections.abc import Iterable
from typing import Any


class FirstSeen:
    """The names that appeared first, at most ``limit`` of them; None keeps all.

    The result depends on the times alone: a dropped name appeared after all that are kept, and comes back if
    an earlier time of it arrives.
    """

    def __init__(self, limit: int | None = None) -> None:
        """Create an empty collection."""
        self._limit = limit
        self.first_at: dict[str, Any] = {}

    def add(self, name: str, at: Any) -> None:
        """Record that a name appeared at a time."""
        if not name:
            return
        current = self.first_at.get(name)
        if current is None or at < current:
            self.first_at[name] = at
            if self._limit is not None and len(self.first_at) > self._limit:
                del self.first_at[max(self.first_at, key=self._key)]

    def add_all(self, found: Iterable[tuple[str, Any]]) -> None:
        """Record that names appeared, each at a time."""
        for name, at in found:
            current = self.first_at.get(name)
            if current is None or at < current:
                self.add(name, at)

    def absorb(self, other: "FirstSeen") -> None:
        """Add the names of another collection."""
        self.add_all(other.first_at.items())

    def _key(self, name: str) -> tuple[Any, str]:
        return self.first_at[name], name

    def names(self) -> list[str]:
        """Return the names by first appearance, ties in alphabetical order."""
        return sorted(self.first_at, key=self._key)

    def shares(self, other: "FirstSeen") -> bool:
        """Return whether the two collections have a name in common."""
        return not self.first_at.keys().isdisjoint(other.first_at)

    def __contains__(self, name: object) -> bool:
        """Return whether a name is kept."""
        return name in self.first_at

    def __bool__(self) -> bool:
        """Return whether any name is kept."""
        return bool(self.first_at)
