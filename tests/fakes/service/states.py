"""The states of the fake service: answers, handshakes and events.

The bodies have the form of the readiness middleware; their values are invented.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

EVENTS = ("agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed")
#: States that no ASGI server can show: the bytes of the connection are written directly.
Raw = Literal["", "broken-http", "endless-headers", "hang-up"]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer.

    Attributes:
        endless: whether the body never ends.
        slow: seconds before the status is sent.

    """

    status: int = 200
    body: bytes = b'{"status": "ok"}'
    headers: tuple[tuple[str, str], ...] = ()
    endless: bool = False
    slow: float = 0.0


@dataclass(frozen=True)
class State:
    """A state of the service.

    Attributes:
        plain: the answer to plain GETs on /ws paths.
        first: the answer to the first of them, if different.
        health: the answer to GETs on /health.
        handshake: the refusal of a WebSocket on /ws; None opens it.
        other_handshake: the refusal of a WebSocket on other paths; None closes it before it is accepted
            (403).
        token: a bearer token that is let in despite ``handshake``.
        events: the events sent for a message.
        pause: seconds before each event.
        close: the code with which the service closes afterwards; 0 for none.
        close_at_once: whether it closes before it receives anything.
        message: an event sent before the others.
        endless: whether ``message`` is sent forever.
        echo: whether plain answers repeat the request.
        log: the application's lines for a plain request on a /ws path.
        raw: the bytes to answer with, without an application.
        tls: whether it serves TLS with a self-signed certificate.
        capacity: most WebSockets at once, 0 for any number; further ones are refused with 503.
        collapses: whether beyond ``capacity`` it closes all with 1013, and its health check fails from then on.
        slows: seconds that each open WebSocket adds to the next handshake and to health checks.

    """

    plain: Reply = Reply()
    first: Reply | None = None
    health: Reply = Reply()
    handshake: Reply | None = None
    other_handshake: Reply | None = None
    token: str = ""
    events: tuple[str, ...] = EVENTS
    pause: float = 0.0
    close: int = 0
    close_at_once: bool = False
    message: str = ""
    endless: bool = False
    echo: bool = False
    log: tuple[str, ...] = ()
    raw: Raw = ""
    tls: bool = False
    capacity: int = 0
    collapses: bool = False
    slows: float = 0.0


def refusal(state: str, failed: list[str]) -> Reply:
    """Return the answer of the readiness middleware."""
    body: dict[str, Any] = {
        "error": "service_not_ready",
        "message": "WebSocket service is not ready.",
        "details": {"state": state, "failed_services": failed, "environment": "staging"},
    }
    return Reply(503, json.dumps(body).encode(), (("content-type", "application/json"),))


_FAILED = refusal("failed", ["agent_supervisor", "websocket_bridge"])
_REFUSES = "[🚫] Rejecting WebSocket connection (Issue #449 protection) - State: {state}, Failed services: {failed}, Error: service_not_ready, Path: {path}"

STATES: dict[str, State] = {
    "healthy": State(),
    "header-check": State(
        plain=refusal("unknown", []), log=(_REFUSES.replace("{state}", "unknown").replace("{failed}", "[]"),)
    ),
    "cached-refusal": State(first=_FAILED, plain=refusal("unknown", [])),
    "not-ready": State(plain=_FAILED, handshake=_FAILED),
    "401": State(plain=Reply(401), health=Reply(401), handshake=Reply(401, b"")),
    "403": State(handshake=Reply(403, b"")),
    "token": State(handshake=Reply(401, b""), token="let-me-in"),
    "404": State(plain=Reply(404, b"Not Found"), handshake=Reply(404, b"Not Found")),
    "408": State(handshake=Reply(408, b'{"error": "cloud_run_timeout"}')),
    "426": State(plain=Reply(426, b"Upgrade Required"), handshake=Reply(426, b"Upgrade Required")),
    "redirect": State(handshake=Reply(307, b"", (("location", "http://elsewhere.invalid/ws"),))),
    "plain-200": State(handshake=Reply(200)),
    "slow": State(plain=Reply(slow=60), health=Reply(slow=60), handshake=Reply(slow=60)),
    "slow-body": State(health=Reply(endless=True, slow=-1)),
    "upgrade-fails": State(other_handshake=Reply(500, b"")),
    "unhealthy": State(health=Reply(503, b'{"status": "down"}')),
    "endless": State(plain=Reply(endless=True)),
    "closes-1011": State(events=EVENTS[:2], close=1011),
    "closes-at-once": State(close=1011, close_at_once=True),
    "closes-1008": State(events=(), close=1008),
    "breaks-off": State(events=EVENTS[:1], close=1006),
    "events-missing": State(events=(EVENTS[0], EVENTS[1], EVENTS[4])),
    "events-out-of-order": State(events=(EVENTS[1], EVENTS[0], *EVENTS[2:])),
    "events-slow": State(pause=60),
    "chatty": State(endless=True),
    "huge-message": State(message="x" * (2 << 20)),
    "echo": State(echo=True),
    "self-signed": State(tls=True),
    "full": State(capacity=30),
    "collapsing": State(capacity=30, collapses=True),
    "slowing-down": State(slows=0.01),
    "broken-http": State(raw="broken-http"),
    "endless-headers": State(raw="endless-headers"),
    "hang-up": State(raw="hang-up"),
}
