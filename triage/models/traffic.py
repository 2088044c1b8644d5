"""Requests counted by path and status."""

import msgspec

#: The lowest status of a request that the server failed.
SERVER_ERROR = 500


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one revision with the same path and status.

    Attributes:
        service: the service.
        revision: the revision.
        path: path with its variable segments as "*".
        status: HTTP status.
        count: number of requests.
        last: time of the last request, nanoseconds.
        location: region, "" where the entries name none.

    """

    service: str
    revision: str
    path: str
    status: int
    count: int
    last: int
    location: str = ""


class RevisionTraffic(msgspec.Struct, frozen=True, kw_only=True):
    """All requests of one revision, of any path.

    Attributes:
        service: the service.
        revision: the revision, "" where the entries name none.
        statuses: number of requests by HTTP status.

    """

    service: str
    revision: str
    statuses: dict[int, int]

    @property
    def total(self) -> int:
        """Return the number of requests."""
        return sum(self.statuses.values())

    @property
    def failed(self) -> int:
        """Return the number of requests that ended 5xx."""
        return sum(count for status, count in self.statuses.items() if status >= SERVER_ERROR)
