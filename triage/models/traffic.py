"""Requests counted by path and status."""

import msgspec


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one revision with the same path and status.

    Attributes:
        service: the service.
        revision: the revision.
        path: path with its variable segments as "*".
        status: HTTP status.
        count: number of requests.
        last: time of the last request, nanoseconds.

    """

    service: str
    revision: str
    path: str
    status: int
    count: int
    last: int
