"""Write export.json, before.json and after.json, in the format of gcloud.

The format is that of `gcloud logging read --format=json` for netra-backend-staging. export.json is an afternoon: a
revision whose database did not answer, the revision that fixed it, and then the incident: plain GETs of /ws/health
and /websocket that the readiness middleware refuses although every check is ready. before.json is an evening on which
a deployment does not become ready while the old revision refuses the same GETs. after.json is the hour after both
were fixed. The forms of the lines are the service's own; ids, addresses, times and names are invented. Running it
again writes the same bytes:

    python -m examples.make_example
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path

from examples.log_writer import PROJECT, SERVICE, Instance, Log

OLD, NEW = f"{SERVICE}-00041-kxw", f"{SERVICE}-00042-bqz"
BAD, FIXED = f"{SERVICE}-00043-vtp", f"{SERVICE}-00044-hdz"
NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
EVENING = datetime(2026, 3, 19, 18, tzinfo=UTC)
EXPORT, BEFORE, AFTER = (Path(__file__).with_name(f"{name}.json") for name in ("export", "before", "after"))
MINIMUM = "MANUAL_OR_CUSTOMER_MIN_INSTANCE - Instance started because of customer-configured min-instances."
AUTOSCALING = "AUTOSCALING - Instance started due to configured scaling factors or no existing capacity."

APP = "netra_backend.app"
SMD = f"{APP}.smd"
VALIDATOR = f"{APP}.websocket_core.gcp_initialization_validator"
MIDDLEWARE = f"{APP}.middleware.gcp_websocket_readiness_middleware"
STANDARD = "logging.callHandlers:1706"
WORKER = f"{APP}.services.agent_queue.submit:88"

CURL, TESTS, BROWSER = "curl/8.9.1", "python-httpx/0.28.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)"
FAILED_REQUEST = (
    "The request failed because either the HTTP response was malformed or connection to the instance had an error. "
    "Additional troubleshooting documentation can be found at: "
    "https://cloud.google.com/run/docs/troubleshooting#malformed-response-or-connection-error"
)
DATABASE_TIMEOUT = (
    "Database initialization timeout after 25.0s in staging environment. This may indicate Cloud SQL connection "
    "issues. Check POSTGRES_HOST configuration and Cloud SQL instance accessibility."
)

# Lines of an instance before its startup sequence: seconds since its start, logger, message.
IMPORTS = [
    (2.38, "logging", "Built database URL from POSTGRES_* environment variables"),
    (2.40, "logging", "Enhanced RedisManager initialized with automatic recovery"),
    (2.41, f"{APP}.websocket_core", "WebSocket SSOT loaded - Factory pattern available"),
    (
        2.43,
        f"{APP}.websocket_core.websocket_manager",
        "SSOT WARNING: Found other WebSocket Manager classes: ['WebSocketManagerFactory', 'WebSocketManagerMode']",
    ),
    (2.88, f"{APP}.core.unified_id_manager", "UnifiedIDManager initialized"),
    (3.12, "logging", "ErrorRecoveryManager initialized"),
    (3.13, "logging", "BackgroundTaskManager initialized"),
    (3.15, "shared.logging.unified_logging_ssot", "Creating StagingConfig for environment: staging"),
    (3.16, "logging", "Loaded SERVICE_ID from environment"),
    (3.17, "logging", "SERVICE_ID configured: True"),
    (
        3.18,
        "shared.logging.unified_logging_ssot",
        "SERVICE_ID contained whitespace - sanitized from 'demo-backend\\n' to 'demo-backend'",
    ),
    (3.20, "logging", "Validating configuration requirements for staging environment (readiness verified)"),
    (3.21, "logging", "PASS:  All configuration requirements validated for staging"),
    (3.22, "shared.logging.unified_logging_ssot", "Configuration loaded and cached for environment: staging"),
]
MIDDLEWARES = [
    (3.61, "OpenTelemetry automatic instrumentation initialized for netra-backend-staging in staging"),
    (3.62, "Sentry SDK not available - install sentry-sdk[fastapi] to enable error tracking"),
    (3.63, "Starting enhanced middleware setup with WebSocket exclusion support..."),
    (3.66, "AuthClientCache initialized with default TTL: 300s and user isolation"),
    (3.67, "AuthServiceClient initialized - Service ID: demo-backend, Service Secret=REDACTED True"),
    (3.70, "uvicorn-compatible SessionMiddleware installed (Issue #449)"),
    (
        3.72,
        "Enhanced GCP WebSocket readiness middleware added for staging environment (Issue #449, timeout: 90.0s)",
    ),
    (
        3.79,
        "   WARNING:  OAuth=REDACTED URI mismatch (non-critical in staging): https://a.example vs https://b.example",
    ),
]
# The startup sequence: phase, seconds, title, steps.
PHASES = [
    ("INIT", 0.31, "Foundation", ["1: Logging initialized", "2: Environment validated"]),
    ("DEPENDENCIES", 0.92, "Core Services", ["4: Key manager initialized", "5: LLM manager initialized"]),
    ("DATABASE", 1.84, "Database Setup", ["7: Database connected", "8: Database schema validated"]),
    ("CACHE", 0.22, "Redis Setup", ["9: Redis connected"]),
    (
        "SERVICES",
        2.37,
        "Chat Pipeline & Critical Services",
        [
            "10: AgentWebSocketBridge created",
            "12: Agent supervisor created with bridge",
            "14: Health service initialized",
        ],
    ),
    (
        "WEBSOCKET",
        0.64,
        "WebSocket Integration",
        ["16: WebSocket manager initialized", "17: Bridge integration completed"],
    ),
    ("FINALIZE", 0.48, "Validation & Optional Services", ["24: Critical path validation completed"]),
]
# The validator's phases: title, checks, how many, and for each check its description and its seconds.
GROUPS = [
    (
        "1: Validating dependencies (Database, Redis, Auth)...",
        "['database', 'redis', 'auth_validation'] (timeout: 1.5s)",
        "1 Complete: Dependencies ready",
        [
            ("(Database session factory and connectivity)", 0.01),
            ("(Redis connection and caching system)", 0.51),
            ("(Auth=REDACTED and JWT=REDACTED", 0.0),
        ],
    ),
    (
        "2: Validating services (Agent Supervisor, WebSocket Bridge)...",
        "['agent_supervisor', 'websocket_bridge'] (timeout: 1.0s)",
        "2 Complete: Services ready",
        [("(Agent supervisor and chat pipeline)", 0.0), ("(AgentWebSocketBridge for real-time events)", 0.0)],
    ),
    (
        "3: Validating WebSocket integration...",
        "['websocket_integration'] (timeout: 0.5s)",
        "3 Complete: WebSocket integration ready",
        [("(Complete WebSocket integration and event delivery)", 0.0)],
    ),
]


def log_boot(instance: Instance, reason: str) -> float:
    """Log the start of an instance; return when its startup sequence begins."""
    probe = f'Default STARTUP TCP probe succeeded after 1 attempt for container "{SERVICE}-1" on port 8000.'
    features = "Environment: staging, GCP: True, Cloud Run: True, Timeout: 90.0s, uvicorn-compatible: True"
    instance.platform(0, f"Starting new instance. Reason: {reason}")
    instance.gunicorn(1.31, 12, "Starting gunicorn 23.0.0")
    instance.gunicorn(1.31, 12, "Listening at: http://0.0.0.0:8000 (12)")
    instance.gunicorn(1.31, 12, "Using worker: uvicorn.workers.UvicornWorker")
    instance.platform(1.32, probe)
    instance.gunicorn(1.33, 13, "Booting worker with pid: 13")
    instance.text(
        1.40, "Backend Service: Running in staging - skipping .env file loading (using GSM)", "stdout"
    )
    for seconds, logger, message in IMPORTS:
        instance.printed(seconds, logger, message)
    for seconds, message in MIDDLEWARES:
        instance.line(seconds, STANDARD, message)
    instance.line(3.80, "logging.handle:978", "Started server process [13]")
    instance.line(3.80, "logging.handle:978", "Waiting for application startup.")
    initialized = f"Enhanced GCP WebSocket Readiness Middleware initialized (Issue #449) - {features}"
    instance.line(3.85, f"{MIDDLEWARE}.__init__:83", initialized)
    instance.line(3.90, f"{SMD}.initialize_system:158", "DETERMINISTIC STARTUP SEQUENCE INITIATED")
    return 3.91


def log_startup(instance: Instance, begun: float, *, database: bool) -> float:
    """Log the startup sequence, which may fail at the database; return its end."""
    seconds = begun
    step22, end = f"{SMD}._validate_gcp_websocket_readiness", f"{SMD}._mark_startup_complete"
    for number, (phase, took, title, steps) in enumerate(PHASES, 1):
        instance.line(seconds, f"{SMD}._set_current_phase:116", f" CYCLE:  PHASE TRANSITION  ->  {phase}")
        instance.line(seconds, f"{SMD}._phase{number}:201", f"PHASE {number}: {phase} - {title}")
        if phase == "DATABASE" and not database:
            return log_database_failure(instance, begun, seconds + 25.02)
        for place, step in enumerate(steps, 1):
            at = seconds + took * place / (len(steps) + 1)
            instance.line(at, f"{SMD}._phase{number}:208", f"  [U+2713] Step {step}")
        ended = seconds + took
        if phase == "WEBSOCKET":
            instance.line(ended, f"{step22}:1822", "  Step 22: Validating GCP WebSocket readiness...")
            ended = (
                log_validation(instance, ended, "requested: 90.0s, optimized: 6.0s", phase="websocket") + 0.01
            )
            instance.line(ended, f"{step22}:1863", "     PASS=REDACTED WebSocket readiness VALIDATED")
            instance.line(ended, f"{step22}:1864", "       State: websocket_ready")
        instance.line(
            ended, f"{SMD}._complete_phase:133", f" PASS=REDACTED COMPLETED: {phase} ({ended - seconds:.3f}s)"
        )
        seconds = ended
    instance.line(seconds, f"{end}:1990", "[U+1F680] DETERMINISTIC STARTUP SEQUENCE COMPLETED SUCCESSFULLY")
    instance.line(seconds, f"{end}:1992", f" PASS=REDACTED Time: {seconds - begun:.3f}s")
    instance.line(seconds, f"{end}:2006", "[U+1F7E2] CHAT FUNCTIONALITY: FULLY OPERATIONAL")
    instance.line(seconds + 0.02, "logging.handle:978", "Application startup complete.")
    return seconds + 0.02


def log_database_failure(instance: Instance, begun: float, seconds: float) -> float:
    """Log a database timeout and the end of the instance; return its end."""
    socket = f"/cloudsql/{PROJECT}:us-central1:demo-postgres/.s.PGSQL.5432"
    closed = f'connection to server on socket "{socket}" failed: server closed the connection unexpectedly'
    migrations = f"{APP}.startup_module._handle_migration_error"
    migration_error = f"Failed to run migrations: (psycopg2.OperationalError) {closed}"
    instance.line(seconds - 10.2, f"{migrations}:477", migration_error, "ERROR")
    instance.line(seconds - 10.2, f"{migrations}:480", "Continuing without migrations", "WARNING")
    instance.line(seconds, f"{SMD}._initialize_database:1017", DATABASE_TIMEOUT, "ERROR")
    instance.line(
        seconds, f"{SMD}._fail_phase:149", f" FAIL:  PHASE FAILED: DATABASE - {DATABASE_TIMEOUT}", "ERROR"
    )
    for message in (
        "[U+1F4A5] DETERMINISTIC STARTUP SEQUENCE FAILED",
        " FAIL:  Failed at Phase: DATABASE",
        f" FAIL:  Time Elapsed: {seconds - begun:.3f}s",
        f" FAIL:  Error: {DATABASE_TIMEOUT}",
        "[U+1F534] CRITICAL: CHAT FUNCTIONALITY IS BROKEN",
        "[U+1F534] SERVICE CANNOT START - DETERMINISTIC FAILURE",
    ):
        instance.line(seconds + 0.01, f"{SMD}._handle_startup_failure:2040", message, "CRITICAL")
    instance.line(seconds + 0.13, "logging.handle:978", "Application startup failed. Exiting.", "ERROR")
    instance.gunicorn(seconds + 0.15, 13, "Worker exiting (pid: 13)")
    instance.gunicorn(seconds + 0.92, 12, "Worker (pid:13) exited with code 3", "ERROR")
    instance.gunicorn(seconds + 0.93, 12, "Shutting down: Master", "ERROR")
    instance.gunicorn(seconds + 0.93, 12, "Reason: Worker failed to boot.", "ERROR")
    instance.platform(seconds + 1.2, "Container called exit(3).", "WARNING")
    return seconds + 1.2


def log_validation(instance: Instance, begun: float, limits: str, *, phase: str) -> float:
    """Log a validation in which every check is ready; return its end."""
    whole = f"{VALIDATOR}.validate_gcp_readiness_for_websocket"
    wait = f"{VALIDATOR}._wait_for_startup_phase_completion_with_progressive_delays"
    group = f"{VALIDATOR}._validate_service_group"
    debug = (
        "{'app_state_available': True, 'environment': 'staging', 'is_gcp_environment': True, 'is_cloud_run': True, "
        f"'validation_start_timestamp': {instance.at(begun).timestamp()}, 'app_state_attributes': [], "
        f"'startup_phase': '{phase}', 'startup_complete': {phase == 'complete'}, 'startup_failed': False}}"
    )
    started = f"🔍 GCP WebSocket readiness validation started ({limits}, environment: staging) - Debug info: {debug}"
    waiting = (
        "🔄 WEBSOCKET STARTUP WAIT: Starting fixed-interval startup phase wait for 'services' (timeout: 10.0s, "
        "interval: 0.1s, cloud_run: True, environment: staging). Fixed timing eliminates race condition variance."
    )
    waited = (
        f"✅ WEBSOCKET READY: Fixed-interval wait completed successfully! Startup phase '{phase}' reached minimum "
        "required 'services' after 0.00s (0 iterations @ 0.1s each). Cloud Run environment: True. WebSocket "
        "connections now have consistent timing."
    )
    instance.line(begun, f"{whole}:1132", started)
    instance.line(begun, f"{wait}:959", "Cloud Run detected: Extended timeout to 10.0s for services phase")
    instance.line(begun, f"{wait}:977", waiting)
    instance.line(begun, f"{wait}:1005", waited)
    met = " PASS=REDACTED phase requirement met - proceeding with service validation"
    instance.line(begun, f"{whole}:1271", met)
    instance.line(begun, f"{whole}:1300", "✅ PASS=REDACTED readiness confirmed - services can be validated")
    seconds = begun
    for title, checks, complete, descriptions in GROUPS:
        count = len(descriptions)
        instance.line(seconds, f"{whole}:1304", f"[U+1F4CB] Phase {title}")
        instance.line(seconds, f"{group}:1433", f"🔍 Validating service group: {checks}")
        for description, took in descriptions:
            seconds += took
            instance.line(
                seconds, f"{group}:1457", f"    ✅ PASS=REDACTED Ready in {took:.2f}s {description}"
            )
        success = f"✅ Service group validation SUCCESS: {count}/{count} services ready"
        instance.line(seconds, f"{group}:1510", success)
        instance.line(seconds, f"{whole}:1332", f" PASS=REDACTED {complete}")
    verdict = f"[U+1F7E2] GCP WebSocket readiness validation SUCCESS ({seconds - begun:.2f}s)"
    instance.line(seconds, f"{whole}:1378", verdict)
    accepted = "   All critical services ready - WebSocket connections can be accepted"
    instance.line(seconds, f"{whole}:1379", accepted)
    return seconds


def log_connection(instance: Instance, seconds: float) -> None:
    """Log a WebSocket connection that the middleware admits."""
    name = f"main_{instance.log.hex(8)}"
    instance.request(seconds, "/ws", 101, 312.4, agent=BROWSER)
    ended = log_validation(instance, seconds + 0.02, "requested: 3.0s, optimized: 3.5s", phase="complete")
    admitted = f"✅ WebSocket readiness validated - connection {name} can proceed"
    instance.line(ended, f"{VALIDATOR}.gcp_websocket_readiness_guard:1747", admitted)
    duplicate = "['Multiple manager instances for user demo-user-001 - potential duplication']"
    where = f"{APP}.websocket_core.ssot_validation_enhancer.validate_manager_creation:137"
    instance.line(ended + 0.4, where, f"SSOT validation issues (non-blocking): {duplicate}")


def log_refusal(instance: Instance, seconds: float, path: str, agent: str) -> None:
    """Log the incident: a plain GET that the middleware refuses before any check."""
    latency = instance.log.random.uniform(0.0026, 0.0041)
    refusal = (
        "🚫 Rejecting WebSocket connection (Issue #449 protection) - State: unknown, Failed services: []"
    )
    where = f"{MIDDLEWARE}._reject_websocket_connection_cloud_run_compatible:504"
    instance.request(seconds, path, 503, latency, agent=agent)
    instance.line(seconds + 0.002, where, f"{refusal}, Error: service_not_ready, Path: {path}", "WARNING")


def log_health_check(instance: Instance, seconds: float) -> None:
    """Log a health check; /health always answers the same."""
    instance.request(seconds, "/health", 200, instance.log.random.uniform(0.004, 0.011), agent="GoogleHC/1.0")
    instance.text(seconds + 0.01, '169.254.169.126:49090 - "GET /health HTTP/1.1" 200', "stdout")


def log_request(instance: Instance, seconds: float, path: str, status: int) -> None:
    """Log an ordinary API request."""
    instance.request(seconds, path, status, instance.log.random.uniform(0.01, 0.3), agent=BROWSER)


def log_serving_hour(instance: Instance, ready: float) -> None:
    """Log an hour of a ready instance: health checks, requests, refused GETs."""
    refuse, request = partial(log_refusal, instance), partial(log_request, instance)
    happens: list[tuple[float, Callable[[float], None]]] = [
        *((at, partial(log_connection, instance)) for at in (212.0, 2011.0)),
        *((ready + 5 + 60 * n, partial(log_health_check, instance)) for n in range(48)),
        *((ready + 86 + 240 * n, partial(request, path="/api/threads", status=200)) for n in range(12)),
        *((ready + 458 + 900 * n, partial(request, path="/api/agents", status=401)) for n in range(3)),
        *((1310.0 + 157 * n, partial(refuse, path="/ws/health", agent=CURL)) for n in range(8)),
        *((1311.5 + 157 * n, partial(refuse, path="/websocket", agent=TESTS)) for n in range(8)),
    ]
    for seconds, happen in sorted(happens, key=itemgetter(0)):
        happen(seconds)


def build_afternoon() -> Log:
    """Return the log of export.json."""
    log = Log()
    log.deployment(NOON + timedelta(minutes=65), OLD, 62.41)
    born = NOON + timedelta(minutes=65, seconds=8.3)
    for reason in (MINIMUM, AUTOSCALING):
        instance = Instance(log, OLD, born)
        instance.request(19.2, "/health", 503, 12.631, agent="GoogleHC/1.0", text=FAILED_REQUEST)
        instance.request(24.7, "/api/threads", 503, 7.164, agent=BROWSER, text=FAILED_REQUEST)
        ended = log_startup(instance, log_boot(instance, reason), database=False)
        born = instance.at(ended + 8.0)
    log.deployment(NOON + timedelta(minutes=100), NEW, 41.93)
    serving = Instance(log, NEW, NOON + timedelta(minutes=100, seconds=9.1))
    ready = log_startup(serving, log_boot(serving, MINIMUM), database=True)
    log_serving_hour(serving, ready)
    return log


def log_work(instance: Instance, ready: float, error: str, often: int, *, fixed: bool) -> None:
    """Log forty minutes of a ready instance: GETs of /ws/health, and some errors."""
    happens: list[tuple[float, Callable[[float], None]]] = [
        *((ready + 30 + 120 * n, partial(log_health_check, instance)) for n in range(18)),
        *(
            (ready + 95 + 200 * n, partial(log_request, instance, path="/ws/health", status=200))
            if fixed
            else (ready + 95 + 200 * n, partial(log_refusal, instance, path="/ws/health", agent=CURL))
            for n in range(12)
        ),
        *(
            (ready + 300 + 130 * n, partial(instance.line, where=WORKER, message=error, severity="ERROR"))
            for n in range(often)
        ),
    ]
    for seconds, happen in sorted(happens, key=itemgetter(0)):
        happen(seconds)


def build_evening() -> Log:
    """Return the log of before.json: the new revision does not become ready."""
    log = Log(seed=450)
    serving = Instance(log, NEW, EVENING)
    ready = log_startup(serving, log_boot(serving, AUTOSCALING), database=True)
    log_connection(serving, ready + 20)
    queue = "Agent run was not queued: connection to 10.20.0.7:6379 refused"
    log_work(serving, ready, queue, 15, fixed=False)
    log.deployment(EVENING + timedelta(minutes=12), BAD, 58.2)
    for minute in (12.2, 19.5, 28.1):
        instance = Instance(log, BAD, EVENING + timedelta(minutes=minute))
        log_startup(instance, log_boot(instance, MINIMUM), database=False)
    return log


def build_fixed_hour() -> Log:
    """Return the log of after.json: two ready instances and one new, harmless error."""
    log = Log(seed=451)
    log.deployment(EVENING + timedelta(minutes=70), FIXED, 39.6)
    for minute, reason, often in ((70.2, MINIMUM, 2), (74.9, AUTOSCALING, 0)):
        instance = Instance(log, FIXED, EVENING + timedelta(minutes=minute))
        ready = log_startup(instance, log_boot(instance, reason), database=True)
        log_connection(instance, ready + 20)
        log_work(instance, ready, "Usage report was not sent: 429 Too Many Requests", often, fixed=True)
    return log


def main() -> None:
    """Write the exports beside this module, newest first, as gcloud prints them."""
    for path, log in ((EXPORT, build_afternoon()), (BEFORE, build_evening()), (AFTER, build_fixed_hour())):
        entries = sorted(log.entries, key=itemgetter("timestamp", "insertId"), reverse=True)
        path.write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
