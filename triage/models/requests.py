"""Requests to the paths that show how a service is: its WebSocket paths and its health checks."""

from typing import Literal

import msgspec

RequestKind = Literal["socket", "health"]


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one path that were answered alike, counted. ``first`` and ``last`` are RFC 3339.

    ``path`` is "…" for the rest of a service that asks for more paths than are told apart; ``status`` is null where
    the log has none.
    """

    service: str
    revision: str
    kind: RequestKind
    path: str
    status: int | None
    count: int
    first: str
    last: str
