"""Known noise: lines that never make an incident, counted."""

from triage.models import Entry, Noise


class NoiseCounter:
    """Counts the known noise of an export."""

    def __init__(self) -> None:
        """Create an empty counter."""
        self._counts: dict[str, int] = {}
        self._first: dict[str, Entry] = {}

    def observe(self, title: str, entry: Entry) -> None:
        """Count an entry as noise with a title."""
        first = self._first.get(title)
        if first is None or (entry.timestamp <= first.timestamp and entry.precedes(first)):
            self._first[title] = entry
        self._counts[title] = self._counts.get(title, 0) + 1

    def build(self) -> list[Noise]:
        """Return the counts, highest first, ties by first appearance."""
        titles = sorted(self._counts, key=lambda title: (-self._counts[title], self._first[title].sort_key))
        return [Noise(title, self._counts[title]) for title in titles]
