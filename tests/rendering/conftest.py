"""Invented diagnoses and timelines to render."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from triage.models import (
    Because,
    Coverage,
    Diagnosis,
    Evidence,
    Gap,
    Incident,
    Next,
    Noise,
    Outcome,
    RuledOut,
    Run,
    Scope,
    ServiceState,
    Step,
    Timeline,
)

SERVICE = "orders-backend-staging"
NEW, OLD = f"{SERVICE}-00042-bqz", f"{SERVICE}-00041-kxw"
CHECKS = [
    "database",
    "redis",
    "auth_validation",
    "agent_supervisor",
    "websocket_bridge",
    "websocket_integration",
]
Document = tuple[Diagnosis, Timeline]
REFUSED = (
    "🚫 Rejecting WebSocket connection (Issue #449 protection) - State: unknown, Failed services: [], "
    "Error: service_not_ready, Path: /ws/health"
)


def evidence(number: int, message: str, **changes: Any) -> Evidence:
    fields: dict[str, Any] = {
        "id": f"E{number}",
        "insert_id": f"68c62ef80008{number:04d}",
        "timestamp": f"2026-03-17T14:01:59.1{number:02d}000Z",
        "message": message,
        "severity": "WARNING",
        "service": SERVICE,
        "revision": NEW,
        "instance": "0069c7a988c1ee3a5b9d465bb2ae",
        "rule": f"netra-readiness/rule-{number}",
        "filter": f'insertId="68c62ef80008{number:04d}"',
    }
    return Evidence(**(fields | changes))


def run(kind: str, number: int, verdict: str, **changes: Any) -> Run:
    fields: dict[str, Any] = {
        "id": f"{kind[0]}-{number}",
        "kind": kind,
        "service": SERVICE,
        "revision": NEW,
        "instance": f"0069c7a988c1ee3a5b9d465bb2{number:02d}",
        "started": f"2026-03-17T14:{number:02d}:00.000000Z",
        "ended": f"2026-03-17T14:{number:02d}:02.500000Z",
        "elapsed": 2.5,
        "complete": True,
        "verdict": verdict,
    }
    return Run(**(fields | changes))


def chain(*outcomes: Outcome) -> list[Step]:
    return [
        Step(
            step="check",
            check=check,
            outcome=outcome,
            phase=1,
            at="2026-03-17T14:00:01.000000Z",
            evidence=[f"id-{check}"],
        )
        for check, outcome in zip(CHECKS, outcomes, strict=True)
    ]


PASSED = chain("passed", "passed", "passed", "passed", "passed", "passed")


def incident(cause: str, title: str, **changes: Any) -> Incident:
    fields: dict[str, Any] = {
        "id": "7f3a19c0d2e4",
        "cause": cause,
        "title": title,
        "service": SERVICE,
        "check": None,
        "condition": None,
        "severity": "P0",
        "confidence": "high",
        "tier": "gate",
        "playbook": cause,
        "because": [],
        "scope": Scope(
            service=SERVICE,
            project="demo-project",
            location="us-central1",
            environment="staging",
            revisions=[NEW],
            instances=["0069c7a988c1ee3a5b9d465bb2ae"],
            runs=["g-5", "g-6"],
        ),
        "first_seen": "2026-03-17T14:01:59.101000Z",
        "last_seen": "2026-03-17T14:20:19.605000Z",
        "count": 16,
    }
    return Incident(**(fields | changes))


@pytest.fixture(scope="session")
def gate() -> Document:
    """Return the incident of a GET rejected by the header check, checks healthy."""
    lines = [
        evidence(1, "GET /ws/health 503", count=16),
        evidence(2, REFUSED, count=16),
        evidence(3, "an ordinary line"),
    ]
    found = incident(
        "gate-header-check",
        "The readiness middleware refused plain HTTP requests on WebSocket paths; no check was made",
        reasons=[
            Because("A plain request on /ws/health returned 503 from the application", ["E1"]),
            Because(
                "The middleware refused /ws/health with state unknown and no failed service", ["E2", "E1"]
            ),
        ],
        evidence=lines,
        ruled_out=[
            RuledOut("auth_validation", "a refusal by the header check makes no service check", ["E2"])
        ],
        symptoms=["Requests on WebSocket paths were answered 503 (16 lines)"],
        severity="P1",
    )
    coverage = Coverage(
        files=["exports/day.json"],
        entries=397,
        records=397,
        first="2026-03-17T13:05:00.000000Z",
        last="2026-03-17T14:27:25.353000Z",
    )
    runs = [
        run("boot", 1, "not_ready", revision=OLD, condition="startup_failure"),
        run("boot", 2, "ready", elapsed=11.25),
        run("validation", 3, "ready", steps=PASSED),
        run("gate", 5, "not_ready", condition="gate_rejected", elapsed=0.0),
        run("gate", 6, "not_ready", condition="gate_rejected", elapsed=0.0),
    ]
    state = ServiceState(
        service=SERVICE, verdict="ready", revision=NEW, why="its last validation passed", primary=True
    )
    diagnosis = Diagnosis(
        verdict="ready",
        open_incidents=1,
        services=[state],
        coverage=coverage,
        incidents=[found],
        limits=["Lines at DEBUG do not reach the log."],
    )
    return diagnosis, Timeline(coverage=coverage, runs=runs)


@pytest.fixture(scope="session")
def database(gate: Document) -> Document:
    """Return a failed check, an older ready revision, more incidents and gaps."""
    lines = [
        evidence(1, "Service database validation failed after 5 attempts"),
        evidence(2, "CRITICAL FAIL: database: Not ready"),
    ]
    first = incident(
        "check-database",
        "The database check failed",
        check="database",
        tier="check",
        reasons=[
            Because("The check gave up.", ["E1"]),
            Because("The critical check database was not ready.", ["E2"]),
        ],
        evidence=lines,
        scope=Scope(service=SERVICE, revisions=[NEW], instances=["a", "b"], runs=["v-8"]),
    )
    lead = incident(
        "unknown-error",
        "An error that no rule explains: [LEGACY MODE] it *broke*",
        because=["The line is logged as an error; no rule explains it. [E1]"],
        evidence=[evidence(1, "[LEGACY MODE] it *broke*")],
        confidence="low",
        severity="P2",
        tier="symptom",
        playbook="unknown-error",
    )
    coverage = Coverage(
        files=["a.json", "b.json"],
        entries=1000,
        records=1003,
        duplicate=2,
        broken=1,
        limit_suspected=True,
        gaps=[
            Gap("broken_record", "/home/someone/a.json", 'not JSON: "{"', position=17),
            Gap("limit_suspected", "b.json", "exactly 1000"),
        ],
    )
    runs = [
        run("validation", 7, "ready", revision=OLD, steps=PASSED),
        run(
            "validation",
            8,
            "not_ready",
            failed_checks=["database"],
            first_failed="database",
            steps=chain("failed", "passed", "warned", "not_reached", "not_reached", "not_reached"),
        ),
    ]
    state = ServiceState(
        service=SERVICE,
        verdict="not_ready",
        revision=NEW,
        why="its last validation failed",
        primary=True,
        revisions={NEW: "not_ready", OLD: "ready"},
    )
    diagnosis = Diagnosis(
        verdict="not_ready",
        services=[state],
        coverage=coverage,
        incidents=[first, *[lead] * 14],
        next=Next('resource.labels.service_name="orders-backend-staging"', "the log of Cloud SQL would tell"),
        noise=[Noise("Sentry SDK not available", 9)],
    )
    return diagnosis, Timeline(coverage=coverage, runs=runs)


@pytest.fixture(scope="session")
def poisoned() -> Callable[[Document, Callable[[str], str]], Document]:
    """Return a function that sets every field a log can fill."""

    def poison(document: Document, change: Callable[[str], str]) -> Document:
        diagnosis, timeline = document
        return msgspec.convert(_changed(diagnosis, change), Diagnosis), msgspec.convert(
            _changed(timeline, change), Timeline
        )

    return poison


#: Fields that the program fills with words of its own.
_OURS = {
    "schema", "verdict", "kind", "outcome", "severity", "confidence", "tier", "playbook", "id", "runs", "evidence", "timestamp", "started",
    "ended", "at", "first", "last", "first_seen", "last_seen", "link", "cause", "window_asked",
}  # fmt: skip

#: Verdicts by names that a log can fill.
_VERDICTS_BY_NAME = {"revisions", "regions"}


def _changed(noun: Any, change: Callable[[str], str], key: str = "") -> Any:
    if isinstance(noun, msgspec.Struct):
        return {name: _changed(getattr(noun, name), change, name) for name in noun.__struct_fields__}
    if isinstance(noun, dict):
        if key in _VERDICTS_BY_NAME:
            return {change(name): value for name, value in noun.items()}
        return {name: _changed(value, change, key) for name, value in noun.items()}
    if isinstance(noun, list):
        return [_changed(item, change, "" if isinstance(item, msgspec.Struct) else key) for item in noun]
    return change(noun) if isinstance(noun, str) and key not in _OURS else noun
