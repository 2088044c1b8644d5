"""Responses by path and HTTP status."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from triage.models import SERVER_ERROR, RequestCounts, RevisionTraffic


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


class ServedRequests(NamedTuple):
    """The requests of a revision or a service, without plain ones that a readiness middleware refused.

    Attributes:
        total: number of requests.
        failed: number of them that ended 5xx.
        refused: number of requests that the middleware refused, which are not among them.
        statuses: number of requests by status.

    """

    total: int
    failed: int
    refused: int
    statuses: dict[int, int]


def count_served(traffic: Sequence[RevisionTraffic], requests: Sequence[RequestCounts]) -> ServedRequests:
    """Return the requests of ``traffic``; ``requests`` say how many of them were refused as plain."""
    statuses = Counter[int]()
    for found in traffic:
        statuses.update(found.statuses)
    refused = Counter[int]()
    for counts in requests:
        refused[counts.status or 0] += counts.refused
    served = dict(sorted((statuses - refused).items()))
    failed = sum(count for status, count in served.items() if status >= SERVER_ERROR)
    return ServedRequests(sum(served.values()), failed, refused.total(), served)
