"""Names in the order in which they appeared, whatever the order in which that is learnt."""

from typing import Any


class Earliest:
    """The names that appeared first, at most so many; None is all of them.

    A name that is dropped appeared after all that are kept, so it is missed only if it turns out to have appeared
    before, and then it is told again: the names depend on the times alone.
    """

    def __init__(self, most: int | None = None) -> None:
        """Begin without names."""
        self._most = most
        self.since: dict[str, Any] = {}

    def add(self, name: str, since: Any) -> None:
        """Take in when something that has a name appeared."""
        if not name:
            return
        known = self.since.get(name)
        if known is None or since < known:
            self.since[name] = since
            if self._most is not None and len(self.since) > self._most:
                del self.since[max(self.since, key=self._key)]

    def absorb(self, other: "Earliest") -> None:
        """Take in the names of another."""
        for name, since in other.since.items():
            self.add(name, since)

    def _key(self, name: str) -> tuple[Any, str]:
        return self.since[name], name

    def names(self) -> list[str]:
        """Return the names, those that appeared at once by their letters."""
        return sorted(self.since, key=self._key)

    def shares(self, other: "Earliest") -> bool:
        """Return whether a name is among those of another, too."""
        return not self.since.keys().isdisjoint(other.since)

    def __contains__(self, name: object) -> bool:
        """Return whether a name is among them."""
        return name in self.since

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.since)
