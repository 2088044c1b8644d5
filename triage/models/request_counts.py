"""Counts of the requests to WebSocket paths and health checks."""

from typing import Literal

import msgspec

RequestKind = Literal["socket", "health"]


class RequestCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The number of requests with the same path and status.

    Attributes:
        service: the service.
        revision: the revision.
        kind: WebSocket handshake or health check.
        path: path, "…" for the overflow of a service with too many paths.
        status: HTTP status, null where the log has none.
        count: number of requests.
        first: time of the first request, RFC 3339.
        last: time of the last request, RFC 3339.

    """

    service: str
    revision: str
    kind: RequestKind
    path: str
    status: int | None
    count: int
    first: str
    last: str
