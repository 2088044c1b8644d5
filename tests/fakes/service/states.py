"""The states that the service can be put into: how it answers plain requests, handshakes and messages.

The bodies are those of the readiness middleware (its keys are facts, the values are invented).
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

EVENTS = ("agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed")
#: What no ASGI server can be made to say: the bytes of a connection are then written by hand.
Raw = Literal["", "broken-http", "endless-headers", "hang-up"]


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. ``endless`` bodies never stop, ``slow`` ones wait that many seconds before the status."""

    status: int = 200
    body: bytes = b'{"status": "ok"}'
    headers: tuple[tuple[str, str], ...] = ()
    endless: bool = False
    slow: float = 0.0


@dataclass(frozen=True)
class State:
    """How the service is.

    ``plain`` answers plain GETs on /ws paths (but the ``first`` one), ``health`` those on /health; with ``echo`` plain
    answers repeat what was asked. ``handshake`` answers requests for a WebSocket on /ws (None: it is opened), ``other_handshake``
    those on other paths (None: closed before it is accepted, as Starlette does, which is a 403); ``token`` is what it
    takes to be let in. ``events`` are sent for a message, with ``pause`` seconds before each; ahead of them, or
    ``endless``ly in their place, goes ``message``. ``close`` is the code with which the service then closes, 0 for
    none, and with ``close_at_once`` before it hears anything. ``log`` is what the application writes of a plain request on a
    /ws path; ``raw`` needs no application, ``tls`` is a certificate that nobody vouches for.
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


def refusal(state: str, failed: list[str]) -> Reply:
    """Return what the readiness middleware answers."""
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
    "broken-http": State(raw="broken-http"),
    "endless-headers": State(raw="endless-headers"),
    "hang-up": State(raw="hang-up"),
}
