"""The plan of a load test, and the document of what it measured."""

from typing import Any, Literal

import msgspec

from triage.models.comparison import Change, Reason
from triage.models.diagnosis import ServiceVerdict
from triage.models.probe import ProbePlan

#: When health checks are sent: before the first connection, while connections are opened, while all are held,
#: and after the last one was closed.
LoadPhase = Literal["before", "opening", "held", "after"]
#: What ended a load test early: a signal, or so many failures in a row that the rest was not tried.
EarlyEnd = Literal["interrupted", "terminated", "failures"]


class LoadPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a load test sends. Times are in seconds.

    Attributes:
        probe: the service, its WebSocket, its health check, and the message with its events.
        connections: number of WebSockets to open.
        rate: how many to open per second.
        seconds: how long to hold them after the last one was tried.
        ping_every: time between two pings on a connection.
        health_every: time between two health checks.

    """

    probe: ProbePlan
    connections: int
    rate: float = 20.0
    seconds: float = 30.0
    ping_every: float = 10.0
    health_every: float = 1.0


class TimeStats(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took, in seconds.

    Attributes:
        count: number of times.
        median: the median, null without times.
        p95: 95th percentile, null without times.
        max: the longest, null without times.

    """

    count: int
    median: float | None = None
    p95: float | None = None
    max: float | None = None


class LoadLevel(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the connections, in the order in which they were tried.

    Attributes:
        first: number of the first connection.
        last: number of the last connection.
        tried: number of them whose handshake ended.
        opened: number of them that were opened.
        open_at_end: number of all connections that were open when the last of them was decided.
        times: time to open.

    """

    first: int
    last: int
    tried: int
    opened: int
    open_at_end: int
    times: TimeStats


class LoadFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Why connections were not opened.

    Attributes:
        says: the response in fixed words, such as "timed out" or "503".
        count: number of connections.
        open_at_first: number of connections that were open at the first of these failures.

    """

    says: str
    count: int
    open_at_first: int


class LoadClose(msgspec.Struct, frozen=True, kw_only=True):
    """Connections that the service closed while they were held.

    Attributes:
        code: the close code; 1006 for a connection that ended without one.
        count: number of connections.
        open_at_first: number of connections that were open when the first of them was closed.
        after: seconds from the first connection of the test to the first of these closes.

    """

    code: int
    count: int
    open_at_first: int
    after: float


class LoadConnections(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the connections.

    Attributes:
        planned: number of connections to open.
        tried: number whose handshake ended; the others were not tried, or given up when the test was stopped.
        opened: number that were opened.
        most: most connections that were open at once.
        held: number still open when the test closed them.
        times: time to open, from the first packet to the end of the handshake.
        failures: why the others were not opened, the most frequent first.
        closes: those that the service closed, by code.
        levels: the connections in the order in which they were tried, in at most ten parts.

    """

    planned: int
    tried: int
    opened: int
    most: int
    held: int
    times: TimeStats
    failures: list[LoadFailure] = []
    closes: list[LoadClose] = []
    levels: list[LoadLevel] = []

    @property
    def lost(self) -> int:
        """Return the number of connections that the service closed."""
        return sum(close.count for close in self.closes)


class LoadMessages(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent and received on the connections.

    Attributes:
        sent: number of messages sent; 0 without ``--events``.
        received: number of messages received.
        bytes: their size.
        complete: number of connections on which all events came; null if none was waited for.
        pings: number of pings sent.
        pongs: time from a ping to its pong.

    """

    sent: int
    received: int
    bytes: int
    complete: int | None
    pings: int
    pongs: TimeStats


class LoadHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The health checks of one phase.

    Attributes:
        phase: the phase.
        requests: number of requests.
        good: number of responses with status 2xx.
        outcomes: number of each other outcome, in fixed words.
        times: time to the response, of those with a status.

    """

    phase: LoadPhase
    requests: int
    good: int
    outcomes: dict[str, int]
    times: TimeStats


class LoadMetric(msgspec.Struct, frozen=True, kw_only=True):
    """A success metric that a load test measures.

    Attributes:
        says: the metric in words.
        measure: what it measures.
        good: number of good outcomes.
        total: number of outcomes.
        at_least: ratio to reach.

    """

    says: str
    measure: str
    good: int
    total: int
    at_least: float

    @property
    def met(self) -> bool:
        """Return whether the ratio is reached."""
        return self.total > 0 and self.good / self.total >= self.at_least


class LoadClient(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of the machine that ran the test.

    Attributes:
        rate: connections that were tried per second; less than planned if this machine was too slow.
        lag: how late this machine ran what was due.
        distorts: whether it was so late that the times may be its own.
        files: number of files that the process may open, null if unknown.

    """

    rate: float | None
    lag: TimeStats
    distorts: bool
    files: int | None


class LoadComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since an earlier load test.

    Attributes:
        file: file of the earlier document.
        started: when the earlier test started.
        change: whether this test is better or worse.
        because: the reasons.
        limits: what makes the two tests hard to compare, as sentences.

    """

    file: str
    started: str
    change: Change
    because: list[Reason] = []
    limits: list[str] = []


class LoadTest(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage verify --connections``.

    Attributes:
        schema: name and version of the document.
        verdict: whether the service holds the load.
        why: the reason in one sentence.
        because: all reasons, as sentences.
        service: the service.
        host: host and port that were asked.
        socket: path of the WebSocket.
        health_path: path of the health check.
        token: whether a token was sent.
        started: when it started, RFC 3339.
        ended: when it ended, RFC 3339.
        rate: connections to open per second.
        seconds: seconds to hold them.
        events: the events that were waited for.
        ended_early: what ended it before the plan was done, null if nothing did.
        breaks_at: number of open connections from which on handshakes failed, null if they did not.
        degrades: whether readiness got worse with the load, null if that was not measured.
        connections: what became of the connections.
        messages: what was sent and received.
        health: the health checks by phase.
        metrics: the success metrics that this test measures.
        client: the limits of the machine that ran it.
        baseline: what changed since an earlier test, null without one.
        limits: what this test cannot show, as sentences.

    """

    schema: Literal["triage.load/1"] = "triage.load/1"
    verdict: ServiceVerdict
    why: str
    because: list[str]
    service: str
    host: str
    socket: str
    health_path: str
    token: bool
    started: str
    ended: str
    rate: float
    seconds: float
    events: list[str] = []
    ended_early: EarlyEnd | None = None
    breaks_at: int | None = None
    degrades: bool | None = None
    connections: LoadConnections
    messages: LoadMessages
    health: list[LoadHealth]
    metrics: list[LoadMetric]
    client: LoadClient
    baseline: LoadComparison | None = None
    limits: list[str] = []

    @property
    def partial(self) -> bool:
        """Return whether the user stopped it."""
        return self.ended_early in ("interrupted", "terminated")

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
