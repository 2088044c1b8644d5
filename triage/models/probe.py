"""The plan and the result of a probe of a service from outside."""

import msgspec

from triage.models.pack_tables import ResponseKeys

#: Name of the shipped pack that knows the lines of a probe, which are not in Cloud Logging.
PROBE_PACK = "client-probe"
#: User-Agent of a probe, followed by a slash and the version.
PROBE_USER_AGENT = "triage-verify"


class ProbePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe sends to a service. Times are in seconds.

    Attributes:
        url: URL of the service.
        service: name of the service, "" to derive it from the host.
        project: project.
        paths: paths to request with and without upgrade headers.
        health: path of the health check.
        socket: path of the WebSocket, "" for none.
        events: events to wait for after ``message``; without any, nothing is sent.
        message: message to send on the WebSocket.
        response: keys of a JSON response.
        timeout: how long one request may take.
        patience: how long all events may take.

    """

    url: str
    service: str = ""
    project: str = ""
    paths: tuple[str, ...] = ()
    health: str = "/health"
    socket: str = ""
    events: tuple[str, ...] = ()
    message: str = ""
    response: ResponseKeys = ResponseKeys()
    timeout: float = 10.0
    patience: float = 30.0


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe returned.

    Attributes:
        service: the service.
        project: project.
        lines: LogEntry lines in the JSON of the API.
        began: start, nanoseconds since 1970.
        ended: end, nanoseconds since 1970.
        traces: traces of its requests.

    """

    service: str
    project: str
    lines: list[bytes]
    began: int
    ended: int
    traces: frozenset[str]
