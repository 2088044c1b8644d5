"""Collect gaps in bounded memory."""

import math
from bisect import insort
from collections import Counter

from triage.models import Gap, GapKind

_MAX_LISTED = 20


class GapCollector:
    """Collects the first twenty gaps of each kind in a file, and counts the others.

    The order in which the gaps of a file are added has no effect.
    """

    def __init__(self) -> None:
        """Create an empty collector."""
        self._listed: dict[str, dict[GapKind, list[Gap]]] = {}
        self._unlisted: Counter[tuple[str, GapKind]] = Counter()

    def add(self, gap: Gap) -> None:
        """Add a gap."""
        listed = self._listed.setdefault(gap.path, {}).setdefault(gap.kind, [])
        insort(listed, gap, key=_order_key)
        if len(listed) > _MAX_LISTED:
            last = listed.pop()
            self._unlisted[last.path, last.kind] += last.count

    def all(self) -> list[Gap]:
        """Return the listed gaps by file and position, and a Gap for each count of unlisted ones."""
        by_file = [
            sorted([gap for gaps in kinds.values() for gap in gaps], key=_order_key)
            for kinds in self._listed.values()
        ]
        return [gap for gaps in by_file for gap in gaps] + [
            Gap(kind, path, "more of the same", count=self._unlisted[path, kind])
            for path, kinds in self._listed.items()
            for kind in sorted(kinds)
            if (path, kind) in self._unlisted
        ]


def _order_key(gap: Gap) -> tuple[float, str, str]:
    """Return the order of gaps within a file: by position; what concerns the whole file comes last."""
    return math.inf if gap.position is None else gap.position, gap.kind, gap.detail
