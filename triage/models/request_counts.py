"""Counts of the requests to WebSocket paths and health checks, and of all requests by minute."""

from typing import Literal

import msgspec

#: "plain" is a request without an upgrade on a path on which WebSockets open.
RequestKind = Literal["socket", "health", "plain"]
#: How a request ended: opened or answered, 4xx, 5xx, or without a status.
RequestOutcome = Literal["good", "refused", "failed", "unknown"]
#: "other" is a request on any other path.
HistoryKind = RequestKind | Literal["other"]


class RequestCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The number of requests with the same path and status.

    Attributes:
        service: the service.
        revision: the revision.
        kind: WebSocket handshake, health check, or a plain request on the path of a WebSocket.
        path: path, "…" for the overflow of a service with too many paths.
        status: HTTP status, null where the log has none.
        count: number of requests.
        first: time of the first request, RFC 3339.
        last: time of the last request, RFC 3339.
        refused: number of them that a readiness middleware refused as plain, as its lines show.

    """

    service: str
    revision: str
    kind: RequestKind
    path: str
    status: int | None
    count: int
    first: str
    last: str
    refused: int = 0


class RequestMinute(msgspec.Struct, frozen=True, kw_only=True):
    """The requests to a service that ended in one minute.

    Attributes:
        service: the service.
        kind: kind of the requests.
        minute: start of the minute, nanoseconds since 1970.
        outcomes: number of requests by outcome.

    """

    service: str
    kind: HistoryKind
    minute: int
    outcomes: dict[RequestOutcome, int]
