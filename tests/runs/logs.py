"""LogEntries as Cloud Run writes them, and the lines of the validator, all invented."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tests.packs import load_engine_packs
from triage import pipeline
from triage.models import Diagnosis, Entry, Pack, Record, Run, Source, Timeline

Log = dict[str, Any]

SERVICE = "netra-backend-staging"
REVISION = "netra-backend-staging-00041-kqx"
VALIDATOR = "netra_backend.app.websocket_core.gcp_initialization_validator"
MIDDLEWARE = "netra_backend.app.middleware.gcp_websocket_readiness_middleware"
SMD = "netra_backend.app.smd"
PACKS = load_engine_packs()
EXPORT_START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

#: What the service's scrubber overwrites: the word after PASS, Auth or JWT.
_SCRUBBED = re.compile(r'(password|passwd|pwd|pass|auth|jwt)[\s:=]+"?([^"\s]+)"?', re.IGNORECASE)

PHASES = {
    1: (
        "dependencies (Database, Redis, Auth)",
        "Dependencies",
        ["database", "redis", "auth_validation"],
        1.5,
    ),
    2: (
        "services (Agent Supervisor, WebSocket Bridge)",
        "Services",
        ["agent_supervisor", "websocket_bridge"],
        1.0,
    ),
    3: ("WebSocket integration", "WebSocket integration", ["websocket_integration"], 0.5),
}
CHECKS = {
    "database": "Database session factory and connectivity",
    "redis": "Redis connection and caching system",
    "auth_validation": "Auth validation and JWT system",
    "agent_supervisor": "Agent supervisor and chat pipeline",
    "websocket_bridge": "AgentWebSocketBridge for real-time events",
    "websocket_integration": "Complete WebSocket integration and event delivery",
}
CRITICAL_IN_STAGING = {"agent_supervisor", "websocket_bridge"}
VERSIONS = ("beta-11", "beta-12", "beta-14", "beta-15")


def scrub(message: str) -> str:
    """Return a message as the service's scrubber writes it."""
    return _SCRUBBED.sub(r"\1=REDACTED", message)


def at(seconds: float) -> str:
    """Return a time in seconds after the start of the export, as the API writes it."""
    return (
        (EXPORT_START + timedelta(seconds=seconds)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    )


def envelope(
    seconds: float,
    *,
    instance: str = "i1",
    service: str = SERVICE,
    revision: str = REVISION,
    log: str = "run.googleapis.com%2Fstderr",
    severity: str | None = "INFO",
) -> Log:
    """Return a LogEntry without its payload."""
    entry: Log = {
        "timestamp": at(seconds),
        "severity": severity,
        "logName": f"projects/demo-project/logs/{log}",
        "labels": {"instanceId": instance},
        "resource": {
            "type": "cloud_run_revision",
            "labels": {"service_name": service, "revision_name": revision, "project_id": "demo-project"},
        },
    }
    if severity is None:
        del entry["severity"]
    if not instance:
        del entry["labels"]
    return entry


def log_line(seconds: float, message: str, logger: str = VALIDATOR, **place: Any) -> Log:
    """Return a line of the application in the scrubbed JSON payload of stderr."""
    labels = {"module": logger, "function": "run", "line": "7"}
    payload = {"message": scrub(message).replace("\n", "\\n"), "labels": labels}
    return envelope(seconds, **place) | {"jsonPayload": payload}


def unscrubbed_line(seconds: float, message: str, logger: str = VALIDATOR, **place: Any) -> Log:
    """Return the same line on stdout: stripped, not scrubbed, with a false error."""
    payload = {
        "message": message.strip(),
        "logger": logger,
        "error": {"type": "str", "message": "Missing field", "severity": "ERROR", "traceback": ""},
    }
    return envelope(seconds, log="run.googleapis.com%2Fstdout", **place) | {"jsonPayload": payload}


def text_line(seconds: float, text: str, **place: Any) -> Log:
    """Return a line of a process without a severity."""
    return envelope(seconds, **{"severity": None, **place}) | {"textPayload": text}


def platform(seconds: float, text: str, **place: Any) -> Log:
    """Return a line of Cloud Run itself."""
    return envelope(seconds, log="run.googleapis.com%2Fvarlog%2Fsystem", **place) | {"textPayload": text}


def request(seconds: float, path: str, status: int, text: str = "", **place: Any) -> Log:
    """Return a line of the request log."""
    severity = "ERROR" if status >= 500 else "WARNING" if status >= 400 else "INFO"
    http = {"requestMethod": "GET", "requestUrl": f"https://demo.example.com{path}", "status": status}
    entry = envelope(seconds, log="run.googleapis.com%2Frequests", severity=severity, **place)
    return entry | {"httpRequest": http | {"latency": "0.003s"}} | ({"textPayload": text} if text else {})


def validation(
    start: float,
    *,
    down: Sequence[str] = (),
    tolerated: Sequence[str] = (),
    version: str = "beta-15",
    environment: str = "staging",
    write: Any = log_line,
    **place: Any,
) -> list[Log]:
    """Return the lines of one validation in which the checks of ``down`` return False.

    The lines are 0.1 s apart, and the verdict has the real elapsed time.
    """
    words = ValidatorLines(version, environment)
    lines = [*words.opening()]
    failed: list[str] = []
    for number in PHASES:
        lines += words.phase(number, down, tolerated)
        failed = [check for check in PHASES[number][2] if check in down and words.critical(check)]
        if failed:
            break
    lines += words.verdict(failed, len(lines) * 0.1)
    return [write(start + index * 0.1, line, **place) for index, line in enumerate(lines)]


class ValidatorLines:
    """The lines of one version of the validator in one environment."""

    def __init__(self, version: str, environment: str) -> None:
        self.version, self.environment = version, environment

    def critical(self, check: str) -> bool:
        """Return whether a failure of the check ends the run."""
        if self.environment == "production" or check in CRITICAL_IN_STAGING:
            return True
        return self.version == "beta-11" and check == "auth_validation"

    def opening(self, phase: str = "complete") -> list[str]:
        """Return the lines up to the first check."""
        start = "GCP WebSocket readiness validation started"
        asked = f"(requested: 15.0s, optimized: 6.0s, environment: {self.environment})"
        if self.version == "beta-11":
            return [f"🔍 {start} (timeout: 15.0s)"]
        if self.version == "beta-12":
            return [
                f" SEARCH:  {start} {asked}",
                "Waiting for startup phase to reach 'services' (timeout: 2.0789999999999997s)",
                f"Startup phase '{phase}' reached minimum 'services' after 0.00s",
                " PASS:  Startup phase requirement met - proceeding with service validation",
                "✅ PASS: app_state readiness confirmed - services can be validated",
            ]
        waiting = (
            "WEBSOCKET STARTUP WAIT: Starting fixed-interval"
            if self.version == "beta-15"
            else "PHASE 1 PROGRESSIVE WAIT: Starting"
        )
        waited = (
            "WEBSOCKET READY: Fixed-interval" if self.version == "beta-15" else "PHASE 1 SUCCESS: Progressive"
        )
        debug = f"{{'app_state_available': True, 'startup_phase': '{phase}', 'startup_failed': False}}"
        return [
            f"🔍 {start} {asked} - Debug info: {debug}",
            "Cloud Run detected: Extended timeout to 10.0s for services phase",
            f"🔄 {waiting} startup phase wait for 'services' (timeout: 10.0s).",
            (
                f"✅ {waited} wait completed successfully! Startup phase '{phase}' reached minimum required "
                "'services' after 0.00s."
            ),
            " PASS:  Startup phase requirement met - proceeding with service validation",
            "✅ PASS: app_state readiness confirmed - services can be validated",
        ]

    def phase(self, number: int, down: Sequence[str], tolerated: Sequence[str]) -> list[str]:
        """Return the lines of one phase."""
        title, done, checks, limit = PHASES[number]
        mark = "📋" if self.version == "beta-11" else "[U+1F4CB]"
        lines = [f"{mark} Phase {number}: Validating {title}..."]
        grouped = self.version in ("beta-14", "beta-15")
        if grouped:
            lines.append(f"🔍 Validating service group: {checks} (timeout: {limit}s)")
        for check in checks:
            lines += self.check(check, up=check not in down, tolerated=check in tolerated)
        failed = [check for check in checks if check in down and self.critical(check)]
        ready = f"{len(checks) - len(set(checks) & set(down))}/{len(checks)} services ready"
        if failed:
            details = f"Failed services: {failed}. Detailed failures: {{'{failed[0]}': {{'elapsed_time': 1.XXXX-XXXX-XXXX-XXXX}}}}"
            return [*lines, *([f"❌ Service group validation FAILED: {ready}. {details}"] if grouped else [])]
        if grouped:
            lines.append(f"✅ Service group validation SUCCESS: {ready}")
        mark = "✅ Phase" if self.version == "beta-11" else " PASS:  Phase"
        return [*lines, f"{mark} {number} Complete: {done} ready"]

    def check(self, check: str, *, up: bool, tolerated: bool = False) -> list[str]:
        """Return the lines of one check."""
        described = f"({CHECKS[check]})"
        lines = []
        if tolerated:
            name = "WebSocket bridge" if check == "websocket_bridge" else "Redis"
            lines.append(f"{name} readiness: GRACEFUL DEGRADATION - it is accepted for basic chat")
        if self.version == "beta-11":
            mark = "   ✅" if up else "   ❌" if self.critical(check) else "   ⚠️ "
        else:
            mark = "    PASS: " if up else "    FAIL: " if self.critical(check) else "    WARNING: "
        if self.version in ("beta-11", "beta-12"):
            failed = described if self.critical(check) else "(non-critical)"
            return [*lines, f"{mark} {check}: {f'Ready {described}' if up else f'Failed {failed}'}"]
        if up:
            return [*lines, f"    ✅ PASS: {check}: Ready in 0.02s {described}"]
        lines.append(
            f"Service {check} validation failed after 4 attempts over 1.42s with exponential backoff"
        )
        if self.critical(check):
            return [
                *lines,
                f"    ❌ CRITICAL FAIL: {check}: Not ready after 1.42s {described} - {{'is_critical': True}}",
            ]
        return [*lines, f"    ⚠️ WARNING: {check}: Not ready after 1.42s {described} - Non-critical"]

    def verdict(self, failed: Sequence[str], elapsed: float) -> list[str]:
        """Return the verdict and its tail."""
        if failed:
            mark = "🔴" if self.version == "beta-11" else "[U+1F534]"
            return [
                f"{mark} GCP WebSocket readiness validation FAILED ({elapsed:.2f}s)",
                f"   Failed services: {', '.join(failed)}",
                "   WebSocket connections should be rejected to prevent 1011 errors",
            ]
        mark = "🟢" if self.version == "beta-11" else "[U+1F7E2]"
        return [
            f"{mark} GCP WebSocket readiness validation SUCCESS ({elapsed:.2f}s)",
            "   All critical services ready - WebSocket connections can be accepted",
        ]


def rejected(
    seconds: float, *, state: str = "unknown", failed: Sequence[str] = (), error: str = "service_not_ready",
    path: str = "/ws", **place: Any,
) -> Log:  # fmt: skip
    """Return the line of a request that the middleware refuses."""
    says = f"State: {state}, Failed services: {list(failed)}, Error: {error}, Path: {path}"
    line = f"[🚫] Rejecting WebSocket connection (Issue #449 protection) - {says}"
    return log_line(seconds, line, MIDDLEWARE, severity="WARNING", **place)


def approved(seconds: float, path: str = "/ws", **place: Any) -> Log:
    """Return the line of a request that the middleware admits."""
    return log_line(
        seconds, f"WebSocket connection approved for Cloud Run - Path: {path}", MIDDLEWARE, **place
    )


def export(*parts: Log | Iterable[Log]) -> list[Log]:
    """Return the entries of an export, each with its own insertId."""
    logs = [log for part in parts for log in ([part] if isinstance(part, dict) else part)]
    return [{"insertId": f"6a7b8c{number:06x}", **log} for number, log in enumerate(logs)]


def records(logs: Iterable[Log]) -> list[Record]:
    """Return the entries as records of a file."""
    return [Record(json.dumps(log).encode(), Source("export.json", n)) for n, log in enumerate(logs, 1)]


def analysis(*parts: Log | Iterable[Log], packs: Sequence[Pack] | None = None) -> pipeline.Analysis:
    """Return the analysis of an export."""
    return pipeline.analyze(iter(records(export(*parts))), packs=PACKS if packs is None else packs)


def timeline(*parts: Log | Iterable[Log], packs: Sequence[Pack] | None = None) -> Timeline:
    """Return the timeline of an export."""
    return analysis(*parts, packs=packs).timeline


def runs(*parts: Log | Iterable[Log], kind: str = "") -> list[Run]:
    """Return the runs of an export, of one kind if given."""
    return [run for run in timeline(*parts).runs if kind in ("", run.kind)]


def diagnosis(*parts: Log | Iterable[Log], packs: Sequence[Pack] | None = None) -> Diagnosis:
    """Return the diagnosis of an export."""
    return analysis(*parts, packs=packs).diagnosis


def entry(log: Log) -> Entry:
    """Return a decoded LogEntry."""
    from triage.entries import decode

    made = decode(records(export(log))[0])
    assert isinstance(made, Entry)
    return made


def to_plain_data(document: Timeline | Diagnosis) -> Any:
    """Return a document as plain data."""
    return msgspec.to_builtins(document)
