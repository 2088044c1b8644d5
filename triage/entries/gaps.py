"""Gaps without number in room that is bounded."""

from collections import Counter

from triage.models import Gap, GapKind

_MAX_LISTED = 20


class GapCollector:
    """Keeps the first twenty gaps of a kind in a file, and of the others the number."""

    def __init__(self) -> None:
        """Begin with none."""
        self._listed: list[Gap] = []
        self._counts: Counter[tuple[str, GapKind]] = Counter()
        self._unlisted: Counter[tuple[str, GapKind]] = Counter()

    def add(self, gap: Gap) -> None:
        """Take one in."""
        key = (gap.path, gap.kind)
        self._counts[key] += 1
        if self._counts[key] <= _MAX_LISTED:
            self._listed.append(gap)
        else:
            self._unlisted[key] += gap.count

    def all(self) -> list[Gap]:
        """Return what was kept, and a Gap for each number of others."""
        return self._listed + [
            Gap(kind, path, "more of the same", count=count) for (path, kind), count in self._unlisted.items()
        ]
