"""How requests to each path were answered."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from triage.models import RequestCounts


class PathResponses(NamedTuple):
    """Requests of one kind to one path: how many, and how many were answered with each status."""

    kind: str
    path: str
    asked: int
    statuses: dict[str, int]


def count_responses(requests: Sequence[RequestCounts]) -> list[PathResponses]:
    """Return how the requests to each path were answered; "no status" where the log has none."""
    paths: dict[tuple[str, str], Counter[str]] = {}
    for found in requests:
        counts = paths.setdefault((found.kind, found.path), Counter())
        counts[str(found.status or "no status")] += found.count
    return [
        PathResponses(kind, path, counts.total(), dict(sorted(counts.items())))
        for (kind, path), counts in sorted(paths.items(), reverse=True)
    ]
