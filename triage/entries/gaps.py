"""Gaps without number in room that is bounded."""

from collections import Counter

from triage.models import Gap, GapKind

_TOLD = 20


class Gaps:
    """Keeps the first twenty gaps of a kind in a file, and of the others the number."""

    def __init__(self) -> None:
        """Begin with none."""
        self._told: list[Gap] = []
        self._numbers: Counter[tuple[str, GapKind]] = Counter()
        self._others: Counter[tuple[str, GapKind]] = Counter()

    def add(self, gap: Gap) -> None:
        """Take one in."""
        place = (gap.path, gap.kind)
        self._numbers[place] += 1
        if self._numbers[place] <= _TOLD:
            self._told.append(gap)
        else:
            self._others[place] += gap.count

    def all(self) -> list[Gap]:
        """Return what was kept, and a Gap for each number of others."""
        return self._told + [
            Gap(kind, path, "more of the same", count=count) for (path, kind), count in self._others.items()
        ]
