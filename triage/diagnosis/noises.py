"""Chronic lines that never count against a service: how many of each."""

from triage.models import Entry, Noise


class Noises:
    """The noise of an export."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counts: dict[str, int] = {}
        self._first: dict[str, Entry] = {}

    def see(self, title: str, entry: Entry) -> None:
        """Count an entry as noise of a kind."""
        first = self._first.get(title)
        if first is None or (entry.timestamp <= first.timestamp and entry.is_before(first)):
            self._first[title] = entry
        self._counts[title] = self._counts.get(title, 0) + 1

    def all(self) -> list[Noise]:
        """Return each kind with its number, most first, of equal ones that which came first."""
        titles = sorted(self._counts, key=lambda title: (-self._counts[title], self._first[title].turn))
        return [Noise(title, self._counts[title]) for title in titles]
