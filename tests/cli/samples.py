"""Documents made of invented values, as screens get them."""

from triage.models import (
    Because,
    Coverage,
    Diagnosis,
    Evidence,
    Gap,
    Incident,
    Next,
    Noise,
    RuledOut,
    Run,
    Scope,
    ServiceState,
    Step,
    Timeline,
)

SERVICE = "orders-backend-staging"
REVISION = "orders-backend-staging-00041-abc"
INSTANCES = [f"0011aabbccdd{number:04d}" + "e" * 40 + f"{number:04d}" for number in range(1, 30)]

COVERAGE = Coverage(
    files=["boot-loop.json"],
    forms=["gcloud list"],
    first="2025-09-16T00:41:10.000100Z",
    last="2025-09-16T00:42:58.900000Z",
    records=1000,
    duplicate=2,
    entries=998,
    matched=532,
    unmatched=466,
    without_severity=175,
    limit_suspected=True,
    services={SERVICE: 998},
    gaps=[
        Gap(
            "limit_suspected",
            "boot-loop.json",
            "exactly 1000 entries over 1 min 47 s: older ones are missing",
        ),
        Gap("broken_record", "boot-loop.json", 'not JSON: \'{"textPayload": "cut\'', position=17),
    ],
)


def boot(number: int) -> Run:
    """Return a boot that ended in an import error, one of many alike."""
    minute, second = divmod(number * 4, 60)
    started = f"2025-09-16T00:{41 + minute}:{second:02d}.250000Z"
    return Run(
        id=f"boot-{number}",
        kind="boot",
        service=SERVICE,
        revision=REVISION,
        instance=INSTANCES[number],
        started=started,
        ended=f"2025-09-16T00:{41 + minute}:{second + 3:02d}.750000Z",
        elapsed=3.5,
        complete=number > 0,
        verdict="not_ready",
        environment="staging",
        condition="boot_failure",
        steps=[
            Step(step="instance_start", outcome="seen", at=started),
            Step(
                step="port_open", outcome="passed", at=f"2025-09-16T00:{41 + minute}:{second + 1:02d}.000500Z"
            ),
            Step(
                step="worker_boot",
                outcome="failed",
                at=f"2025-09-16T00:{41 + minute}:{second + 3:02d}.000000Z",
                elapsed=1.9995,
                reason="No module named 'orders_backend.app.services.monitoring'",
            ),
            Step(
                step="exit",
                outcome="failed",
                at=f"2025-09-16T00:{41 + minute}:{second + 3:02d}.750000Z",
                reason="exit(3)",
            ),
        ],
    )


VALIDATION = Run(
    id="validation-1",
    kind="validation",
    service=SERVICE,
    revision="orders-backend-staging-00040-xyz",
    instance=INSTANCES[0],
    started="2025-09-15T23:59:58.100000Z",
    ended="2025-09-16T00:00:01.712000Z",
    elapsed=3.612,
    complete=True,
    verdict="not_ready",
    environment="staging",
    failed_checks=["agent_supervisor"],
    noncritical_failed=["auth_validation"],
    tolerated=["redis"],
    first_failed="agent_supervisor",
    overlaps=True,
    steps=[
        Step(step="started", outcome="seen", at="2025-09-15T23:59:58.100000Z"),
        Step(
            step="check",
            check="database",
            phase=1,
            outcome="passed",
            at="2025-09-15T23:59:58.150000Z",
            elapsed=0.0,
        ),
        Step(
            step="check",
            check="redis",
            phase=1,
            outcome="tolerated",
            at="2025-09-15T23:59:58.650000Z",
            elapsed=0.5,
            reason="DEGRADED MODE - Redis connection delayed in staging",
        ),
        Step(
            step="check",
            check="auth_validation",
            phase=1,
            outcome="warned",
            at="2025-09-16T00:00:00.200000Z",
            elapsed=1.5,
            reason="Not ready after 1.50s, not critical",
        ),
        Step(
            step="check",
            check="agent_supervisor",
            phase=2,
            outcome="failed",
            at="2025-09-16T00:00:01.700000Z",
            elapsed=1.42,
            attempts=4,
            reason="Not ready after 1.42s (Agent supervisor and chat pipeline)",
        ),
        Step(step="check", check="websocket_bridge", phase=2, outcome="not_reached"),
        Step(step="check", check="websocket_integration", phase=3, outcome="not_reached"),
        Step(step="verdict", outcome="failed", at="2025-09-16T00:00:01.712000Z"),
    ],
)

TIMELINE = Timeline(coverage=COVERAGE, runs=[VALIDATION, *(boot(number) for number in range(29))])

BOOT_INCIDENT = Incident(
    id="7f3a",
    cause="module-missing",
    title="No worker can boot: the module orders_backend.app.services.monitoring is not in the image",
    service=SERVICE,
    check=None,
    condition="boot_failure",
    severity="P0",
    confidence="high",
    tier="crash",
    playbook="module-missing",
    because=["The worker could not import a module.", "All 29 boots ended so.", "No validation was reached."],
    reasons=[
        Because("The worker could not import a module of the service.", ["E1", "E2"]),
        Because("Each of 29 boots ended so, so that the port opened and closed again.", ["E1", "E3"]),
        Because("No readiness validation was reached.", []),
    ],
    scope=Scope(
        service=SERVICE,
        project="demo-project",
        location="us-central1",
        environment="staging",
        revisions=[REVISION],
        instances=INSTANCES,
        runs=[f"boot-{number}" for number in range(29)],
    ),
    first_seen="2025-09-16T00:41:13.250000Z",
    last_seen="2025-09-16T00:42:57.250000Z",
    count=29,
    evidence=[
        Evidence(
            id="E1",
            insert_id="68c8b1a900000001",
            timestamp="2025-09-16T00:41:13.250000Z",
            message="CRITICAL: Enhanced middleware setup failed: No module named 'orders_backend.app.services.monitoring'",
            severity="ERROR",
            count=29,
        ),
        Evidence(
            id="E2",
            insert_id="68c8b1a900000002",
            timestamp="2025-09-16T00:41:13.300000Z",
            message="[2025-09-16 00:41:13 +0000] [11] [ERROR] Reason: Worker failed to boot.\nsecond line",
            count=29,
        ),
        Evidence(
            id="E3",
            insert_id="68c8b1a900000003",
            timestamp="2025-09-16T00:41:13.750000Z",
            message="Container called exit(3).",
            severity="WARNING",
            count=29,
        ),
    ],
    ruled_out=[
        RuledOut(
            "database", "no database line failed in any boot; the connection stood in revision 00040", ["E3"]
        ),
        RuledOut("exit-3-from-startup", "the startup orchestrator never began", []),
    ],
    symptoms=["41 requests answered 503", "12 sockets closed with 1011"],
)

OTHER_INCIDENT = Incident(
    id="11c2",
    cause="supervisor-missing",
    title="A critical check failed: agent_supervisor was not ready",
    service=SERVICE,
    check="agent_supervisor",
    condition=None,
    severity="P0",
    confidence="medium",
    tier="check",
    playbook="supervisor-missing",
    because=["The check failed after 1.42 s."],
    scope=Scope(service=SERVICE),
    first_seen="2025-09-16T00:00:01.700000Z",
    last_seen="2025-09-16T00:00:01.700000Z",
    count=1,
    recovered=True,
)

NOT_READY = Diagnosis(
    verdict="not_ready",
    services=[
        ServiceState(
            service=SERVICE,
            verdict="not_ready",
            revision=REVISION,
            environment="staging",
            why="29 of 29 boots failed on orders-backend-staging-00041-abc",
            primary=True,
        ),
        ServiceState(service="orders-auth-staging", verdict="ready", why="its last boot became ready"),
    ],
    coverage=COVERAGE,
    limits=["A bypass logged at DEBUG only would not be seen in these logs."],
    incidents=[BOOT_INCIDENT, OTHER_INCIDENT],
    noise=[Noise("SERVICE_ID contained whitespace", 9), Noise("Sentry SDK not available", 2)],
)

INCONCLUSIVE = Diagnosis(
    verdict="inconclusive",
    services=[
        ServiceState(service=SERVICE, verdict="inconclusive", why="no run reached a verdict", primary=True)
    ],
    coverage=Coverage(files=["lost.json"], records=50, entries=50, without_payload=50, unmatched=50),
    next=Next(
        'resource.labels.service_name="orders-backend-staging" AND severity>=DEFAULT',
        "the payloads were lost",
    ),
)

READY = Diagnosis(
    verdict="ready",
    recovered=True,
    services=[
        ServiceState(
            service=SERVICE, verdict="ready", why="the last validation passed every check", primary=True
        )
    ],
    coverage=Coverage(files=["day.json"], records=300, entries=300, matched=120, unmatched=180),
    incidents=[OTHER_INCIDENT],
)

NO_DATA = Diagnosis(verdict="no_data", coverage=Coverage(files=["empty.json"]))
