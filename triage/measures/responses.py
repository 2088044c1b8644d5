"""Responses by path and HTTP status."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from triage.models import RequestCounts


class PathResponses(NamedTuple):
    """The responses of one path.

    Attributes:
        kind: kind of the requests.
        path: the path.
        total: number of requests.
        statuses: number of responses by status.

    """

    kind: str
    path: str
    total: int
    statuses: dict[str, int]


def count_responses(requests: Sequence[RequestCounts]) -> list[PathResponses]:
    """Return the responses of each path; "no status" where the log has none."""
    paths: dict[tuple[str, str], Counter[str]] = {}
    for request_counts in requests:
        counts = paths.setdefault((request_counts.kind, request_counts.path), Counter())
        counts[str(request_counts.status or "no status")] += request_counts.count
    return [
        PathResponses(kind, path, counts.total(), dict(sorted(counts.items())))
        for (kind, path), counts in sorted(paths.items(), reverse=True)
    ]
