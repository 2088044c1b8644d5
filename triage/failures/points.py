"""The moments at which the platform, a server, a request or a deployment says that something failed."""

import re
from typing import Literal

import msgspec

from triage.models import REFUSALS, Entry, Event, FailureKind
from triage.models.entry import Http
from triage.text import lazy_pattern
from triage.window import NANOSECONDS

#: The deepest first: of the points of one failed start the first in this order is what happened, the others
#: follow from it.
DEPTH: dict[str, int] = {
    "memory": 0,
    "terminated": 1,
    "signal": 2,
    "exit": 3,
    "worker": 4,
    "liveness_probe": 5,
    "startup_probe": 6,
    "readiness_probe": 7,
    "task": 8,
    "execution": 9,
    "deployment": 10,
    "request": 11,
}
#: Kinds that end an instance or keep it from serving.
OF_INSTANCE = frozenset(
    {"memory", "terminated", "signal", "exit", "worker", "liveness_probe", "startup_probe", "readiness_probe"}
)
_MILLISECOND = NANOSECONDS // 1000
_TOO_MANY, _CLIENT_ERROR = 429, 400
#: The status of a request that ran into its timeout.
TIMEOUT_STATUS = 504
#: Exit codes of an orderly end: SIGTERM, and a program that was told to stop and did.
_ORDERLY = frozenset({"0", "143"})
_ORDERLY_SIGNALS = frozenset({"2", "15"})
_KILL = "9"
#: The kinds of failures that an application may report itself: none, and the end of a server's worker.
SAID = frozenset({"", "worker"})
#: The ends of the names of the logs that hold what an application prints.
_PRINTED = ("run.googleapis.com/stderr", "run.googleapis.com/stdout")
_CODE = lazy_pattern(r"\((-?\d+)\)|signal:? (\d+)", re.ASCII)


class FailurePoint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A moment at which something failed.

    kind: what failed.
    entry: the entry that says so.
    event: the rule's reading of it, None for a request that only its status shows.
    start: when what failed had begun, in nanoseconds: a request's start, else the time of the entry.
    end: when it was over: a request's end, else the time of the entry.
    orderly: whether it is a stop that was asked for: a failure only where requests were cut by it.
    is_refusal: whether the application itself refused a request: a failure only where it says why.
    """

    kind: FailureKind
    entry: Entry
    event: Event | None
    start: int
    end: int
    orderly: bool = False
    is_refusal: bool = False

    @property
    def status(self) -> int | None:
        """Return the HTTP status of a failed request."""
        return self.entry.http.status if self.entry.http else None

    @property
    def path(self) -> str:
        """Return the path of a failed request, "" for any other point."""
        return self.entry.http.path if self.entry.http else ""


#: The time, the insertId and the log of a failure point.
PointKey = tuple[int, str, str]


def point_key(point: FailurePoint) -> PointKey:
    """Return what identifies a failure point."""
    return point.entry.timestamp, point.entry.insert_id, point.entry.log_name


def failure_kind(entry: Entry, event: Event | None) -> FailureKind | Literal[""]:
    """Return the kind of failure that a rule reads in an entry, "" if none.

    What an application prints is no report of the platform, even if it quotes one; only a server's own
    workers are.
    """
    if event is None or not event.failure:
        return ""
    is_quoted = event.failure != "worker" and entry.log_name.endswith(_PRINTED)
    return "" if is_quoted else event.failure


def find_failure(entry: Entry, event: Event | None, kind: FailureKind | Literal[""]) -> FailurePoint | None:
    """Return the failure point that an entry is, None if nothing failed there.

    A request with a text keeps its status. Statuses 401, 403, 404 and other 4xx are points where a rule knows
    the platform's text; those that an application returns by itself are refusals.

    kind: the kind of failure that a rule reads in the entry.
    """
    if entry.http is not None and entry.http.status is not None and entry.is_request:
        return _failed_request(entry, event, entry.http, has_text=kind in ("request", "memory"))
    if not kind:
        return None
    elapsed = event.fields.get("elapsed", "") if event is not None else ""
    return FailurePoint(
        kind=kind,
        entry=entry,
        event=event,
        start=entry.timestamp - int(elapsed or 0) * _MILLISECOND,
        end=entry.timestamp,
        orderly=_is_orderly(kind, entry.message, event),
    )


def _failed_request(entry: Entry, event: Event | None, http: Http, *, has_text: bool) -> FailurePoint | None:
    status = http.status or 0
    by_platform = status == _TOO_MANY and not entry.instance
    refused = not has_text and status in REFUSALS and not by_platform
    if not has_text and status < _CLIENT_ERROR:
        return None
    return FailurePoint(
        kind="request",
        entry=entry,
        event=event,
        start=entry.timestamp,
        end=entry.timestamp + round((http.latency or 0.0) * NANOSECONDS),
        is_refusal=refused,
    )


def is_killed(point: FailurePoint) -> bool:
    """Return whether a signal ended an instance that no program can handle."""
    return _code_of(point.entry.message, point.event) == _KILL


def _is_orderly(kind: str, message: str, event: Event | None) -> bool:
    if kind not in ("exit", "signal"):
        return False
    return _code_of(message, event) in (_ORDERLY if kind == "exit" else _ORDERLY_SIGNALS)


def _code_of(message: str, event: Event | None) -> str:
    """Return the exit code or the number of the signal that a line names, "" for none."""
    found = _CODE.search(message)
    return (event.fields.get("code") if event else None) or (found and (found[1] or found[2])) or ""
