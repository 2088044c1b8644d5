"""Collect gaps in bounded memory."""

from collections import Counter

from triage.models import Gap, GapKind

_MAX_LISTED = 20


class GapCollector:
    """Collects the first twenty gaps of each kind in a file, and counts the others."""

    def __init__(self) -> None:
        """Create an empty collector."""
        self._listed: list[Gap] = []
        self._counts: Counter[tuple[str, GapKind]] = Counter()
        self._unlisted: Counter[tuple[str, GapKind]] = Counter()

    def add(self, gap: Gap) -> None:
        """Add a gap."""
        key = (gap.path, gap.kind)
        self._counts[key] += 1
        if self._counts[key] <= _MAX_LISTED:
            self._listed.append(gap)
        else:
            self._unlisted[key] += gap.count

    def all(self) -> list[Gap]:
        """Return the listed gaps, and a Gap for each count of unlisted ones."""
        return self._listed + [
            Gap(kind, path, "more of the same", count=count) for (path, kind), count in self._unlisted.items()
        ]
