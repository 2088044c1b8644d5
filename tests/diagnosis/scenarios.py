"""Log lines of failing services."""

from collections.abc import Iterator

from tests.runs.logs import (
    MIDDLEWARE,
    SMD,
    Log,
    approved,
    log_line,
    platform,
    rejected,
    request,
    text_line,
    validation,
)
from triage.models import Diagnosis

BORN = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."
OLD, NEW = "netra-backend-staging-00041-kqx", "netra-backend-staging-00042-abc"
MALFORMED = "The request failed because either the HTTP response was malformed or connection to the instance had an error."


def crash(start: float, module: str = "billing", **place: str) -> list[Log]:
    """Return a boot that cannot import a module."""
    failed = f"CRITICAL: Core WebSocket components import failed: No module named '{module}'"
    return [
        platform(start, BORN, **place),
        log_line(start + 1, failed, "logging", severity="CRITICAL", **place),
        text_line(start + 1.5, "[1] [ERROR] Reason: Worker failed to boot.", **place),
        platform(start + 2, "Container called exit(3).", **place),
    ]


def aborted_startup(start: float, limit: float = 18.0, **place: str) -> list[Log]:
    """Return a boot whose database does not answer."""
    error = f"Database initialization timeout after {limit}s in staging environment."
    return [
        platform(start, BORN, **place),
        log_line(start + 18, f" FAIL:  PHASE FAILED: DATABASE - {error}", SMD, severity="ERROR", **place),
        log_line(start + 18.1, f"DETERMINISTIC STARTUP FAILURE: CRITICAL STARTUP FAILURE: {error}", "logging", severity="CRITICAL", **place),
        platform(start + 19, "Container called exit(3).", **place),
    ]  # fmt: skip


def failed_check(start: float, **place: str) -> list[Log]:
    return validation(start, down=["agent_supervisor"], **place)


def header_check(start: float, **place: str) -> list[Log]:
    return [rejected(start, path="/ws/health", **place)]


def broken_bridge(start: float, **place: str) -> list[Log]:
    line = (
        "AgentBridgeHandler error for user u-17: 'AgentWebSocketBridge' object has no attribute 'send_event'"
    )
    return [log_line(start, line, "netra_backend.app.websocket_ssot", severity="ERROR", **place)]


def cut_off(start: float, **place: str) -> list[Log]:
    return [platform(start, "Truncated response body. Usually implies that the request timed out.", **place)]


def causes(found: Diagnosis) -> list[str]:
    return [incident.cause for incident in found.incidents]


def scenarios() -> Iterator[tuple[str, list[Log]]]:
    """Yield exports of failing services, with a name each."""
    yield "crash", [*crash(0), request(3, "/", 503, MALFORMED)]
    yield "loop", [log for n in range(9) for log in crash(n * 8, instance=f"i{n}")]
    yield "startup", aborted_startup(0)
    yield (
        "check",
        [
            *validation(0, down=["redis", "database"], environment="production"),
            rejected(2, state="failed", failed=["redis"]),
        ],
    )
    yield "noncritical", validation(0, down=["redis", "database"])
    yield "tolerated", validation(0, tolerated=["websocket_bridge"])
    yield "header", [*validation(0), *header_check(30), request(30.002, "/ws/health", 503)]
    yield (
        "bypass",
        [
            log_line(0, "🚨 STAGING BYPASS ACTIVE: WebSocket readiness validation bypassed", MIDDLEWARE),
            approved(0.1),
        ],
    )
    yield (
        "many",
        [
            *crash(0),
            *aborted_startup(60, instance="i2"),
            *failed_check(200),
            *header_check(300),
            *broken_bridge(310),
            *cut_off(320),
        ],
    )
    yield (
        "unknown",
        [log_line(n, f"Cannot price order {n}: KeyError", "shop", severity="ERROR") for n in range(5)],
    )
    yield (
        "around",
        [
            log_line(
                0,
                "Redis initial connection successful: redis://10.0.0.3:6379/0",
                "redis_manager",
                instance="i1",
            ),
            *aborted_startup(1, instance="i2"),
            *validation(30, down=["redis"], environment="production", instance="i1"),
        ],
    )


SCENES = dict(scenarios())
