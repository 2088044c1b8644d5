"""What a probe asks of a service as a client would, and how long it waits."""

import msgspec

#: What the service tells a client while an agent answers, in this order.
EVENTS = ("agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed")
#: What a client says to set an agent to work.
MESSAGE = '{"type": "user_message", "payload": {"content": "Deployment check: answer in one word."}}'
#: The name that a probe gives itself, before a slash and its version.
AGENT = "triage-verify"


class ProbePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the service at ``url``. ``service`` names it where its host does not.

    ``socket`` is the path of the WebSocket; ``message`` is sent on it, and then the ``events`` are waited for (without
    any, nothing is sent). ``timeout`` is how long a request may take, ``patience`` how long the events, in seconds.
    """

    url: str
    service: str = ""
    project: str = ""
    socket: str = "/ws"
    events: tuple[str, ...] = EVENTS
    message: str = MESSAGE
    timeout: float = 10.0
    patience: float = 30.0


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a probe: its LogEntry lines in the API's JSON, when it ran (nanoseconds), and its traces."""

    service: str
    project: str
    lines: list[bytes]
    began: int
    ended: int
    traces: frozenset[str]
