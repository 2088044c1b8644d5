"""Invented documents of load tests."""

from typing import Any

import msgspec

from triage.models import (
    LoadClient,
    LoadClose,
    LoadComparison,
    LoadConnections,
    LoadFailure,
    LoadHealth,
    LoadLevel,
    LoadMessages,
    LoadMetric,
    LoadTest,
    Reason,
    TimeStats,
)

SERVICE = "orders-backend-staging"
QUICK = TimeStats(count=100, median=0.004, p95=0.012, max=0.034)
SLOW = TimeStats(count=100, median=0.9, p95=1.4, max=2.25)
NONE = TimeStats(count=0)
REFUSAL = "503, error service_not_ready, state failed, failed services [agent_supervisor, websocket_bridge]"


def held(**changes: Any) -> LoadTest:
    """Return a test in which the service held 200 connections."""
    fields: dict[str, Any] = {
        "verdict": "ready",
        "why": "200 of 200 WebSocket connections opened; none closed by the service in 30 s",
        "because": [
            "200 of 200 WebSocket connections opened; none closed by the service in 30 s",
            "Health checks are as fast under load as before",
        ],
        "service": SERVICE,
        "host": "orders-backend-staging-123456789012.europe-west1.run.app",
        "socket": "/ws",
        "health_path": "/health",
        "token": False,
        "started": "2026-03-17T14:00:00.000000Z",
        "ended": "2026-03-17T14:00:45.000000Z",
        "rate": 20.0,
        "seconds": 30.0,
        "degrades": False,
        "connections": LoadConnections(
            planned=200,
            tried=200,
            opened=200,
            most=200,
            held=200,
            times=msgspec.structs.replace(QUICK, count=200),
            levels=[
                LoadLevel(first=1, last=100, tried=100, opened=100, open_at_end=100, times=QUICK),
                LoadLevel(first=101, last=200, tried=100, opened=100, open_at_end=200, times=QUICK),
            ],
        ),
        "messages": LoadMessages(sent=0, received=0, bytes=0, complete=None, pings=600, pongs=QUICK),
        "health": [
            LoadHealth(phase="before", requests=5, good=5, outcomes={}, times=QUICK),
            LoadHealth(phase="opening", requests=10, good=10, outcomes={}, times=QUICK),
            LoadHealth(phase="held", requests=30, good=30, outcomes={}, times=QUICK),
            LoadHealth(phase="after", requests=5, good=5, outcomes={}, times=QUICK),
        ],
        "metrics": [
            LoadMetric(
                says="95 % or more of the WebSocket handshakes return 101",
                measure="connections_opened",
                good=200,
                total=200,
                at_least=0.95,
            ),
            LoadMetric(
                says="Health checks return 2xx", measure="health_answered", good=50, total=50, at_least=1.0
            ),
        ],
        "client": LoadClient(
            rate=20.0,
            lag=TimeStats(count=900, median=0.0001, p95=0.0004, max=0.002),
            distorts=False,
            files=1024,
        ),
        "limits": [
            "All connections came from one client on one machine; Cloud Run may send them to few instances."
        ],
    }
    return LoadTest(**(fields | changes))


def broken(**changes: Any) -> LoadTest:
    """Return a test that was worse than the one before: refused, closed and slow connections."""
    why = "150 of 200 WebSocket connections opened; failures began with 150 open"
    test = held()
    fields: dict[str, Any] = {
        "verdict": "not_ready",
        "why": why,
        "because": [
            why,
            f"49 handshakes ended in: {REFUSAL} (and 1 other reason)",
            "The service closed 12 of 150 connections, from 9.5 s on, most with code 1013",
        ],
        "breaks_at": 150,
        "degrades": True,
        "ended_early": "interrupted",
        "events": ["agent_started"],
        "connections": msgspec.structs.replace(
            test.connections,
            planned=250,
            opened=150,
            most=150,
            held=138,
            times=SLOW,
            failures=[
                LoadFailure(
                    says=REFUSAL,
                    count=49,
                    open_at_first=150,
                ),
                LoadFailure(says="timed out", count=1, open_at_first=148),
            ],
            closes=[LoadClose(code=1013, count=12, open_at_first=150, after=9.5)],
            levels=[
                test.connections.levels[0],
                LoadLevel(first=101, last=200, tried=100, opened=50, open_at_end=138, times=SLOW),
            ],
        ),
        "messages": LoadMessages(sent=150, received=149, bytes=8000, complete=149, pings=0, pongs=NONE),
        "health": [
            *test.health[:2],
            LoadHealth(phase="held", requests=20, good=3, outcomes={"503": 16, "timed out": 1}, times=SLOW),
        ],
        "metrics": [msgspec.structs.replace(test.metrics[0], good=150), test.metrics[1]],
        "client": LoadClient(rate=12.0, lag=SLOW, distorts=True, files=None),
        "baseline": LoadComparison(
            file="before.json",
            started="2026-03-16T14:00:00.000000Z",
            change="worse",
            because=[Reason("150 of 200 connections were opened, not 200 of 200", "worse")],
            limits=["The time to hold them differs: 30 s before, 60 s now."],
        ),
    }
    return msgspec.structs.replace(test, **(fields | changes))


def unreachable() -> LoadTest:
    """Return a test in which nothing was answered, so that no connection was tried."""
    why = "No health check had a response (connection refused), so no connection was tried"
    return held(
        verdict="not_ready",
        why=why,
        because=[why],
        degrades=None,
        connections=LoadConnections(planned=200, tried=0, opened=0, most=0, held=0, times=NONE),
        messages=LoadMessages(sent=0, received=0, bytes=0, complete=None, pings=0, pongs=NONE),
        health=[
            LoadHealth(phase="before", requests=5, good=0, outcomes={"connection refused": 5}, times=NONE)
        ],
        client=LoadClient(rate=None, lag=NONE, distorts=False, files=None),
    )
