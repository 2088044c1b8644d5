"""The plan and the result of a probe of a service from outside."""

import msgspec

#: Events that the service sends while an agent answers, in order.
EVENTS = ("agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed")
#: Message that makes an agent answer.
MESSAGE = '{"type": "user_message", "payload": {"content": "Deployment check: answer in one word."}}'
#: User-Agent of a probe, followed by a slash and the version.
PROBE_USER_AGENT = "triage-verify"


class ProbePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe sends to a service. Times are in seconds.

    Attributes:
        url: URL of the service.
        service: name of the service, "" to derive it from the host.
        project: project.
        socket: path of the WebSocket.
        events: events to wait for after ``message``; without any, nothing is sent.
        message: message to send on the WebSocket.
        timeout: how long one request may take.
        patience: how long all events may take.

    """

    url: str
    service: str = ""
    project: str = ""
    socket: str = "/ws"
    events: tuple[str, ...] = EVENTS
    message: str = MESSAGE
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
