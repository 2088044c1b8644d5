"""A request without a validation of its own is a gate run."""

import pytest

from tests.runs.logs import (
    MIDDLEWARE,
    SMD,
    Log,
    approved,
    log_line,
    rejected,
    runs,
    validation,
)
from triage.models import Run


def kinds(*logs: Log | list[Log]) -> list[tuple[str, str, str | None]]:
    """Return kind, verdict and condition of every run."""
    return [(run.kind, run.verdict, run.condition) for run in runs(*logs)]


def gates(*logs: Log | list[Log]) -> list[Run]:
    """Return the gate runs of an export."""
    return runs(*logs, kind="gate")


def plainly(seconds: float, state: str, failed: list[str], path: str = "/ws") -> Log:
    """Return the refusal of the older middleware, which names no error."""
    line = f"[U+1F6AB] Rejecting WebSocket connection - services not ready. State: {state}, Failed services: {failed}, Path: {path}"
    return log_line(seconds, line, MIDDLEWARE)


def started(environment: str = "production") -> Log:
    """Return the line with which the middleware begins."""
    line = f"Enhanced GCP WebSocket Readiness Middleware initialized (Issue #449) - Environment: {environment}, GCP: True"
    return log_line(-1, line, MIDDLEWARE)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_refusal_without_state_or_validation_is_the_header_check(environment: str) -> None:
    (run,) = runs(started(environment), rejected(0, path="/ws/health"))
    assert (run.kind, run.verdict, run.condition) == ("gate", "not_ready", "gate_rejected")
    assert (run.failed_checks, run.repeats, run.complete, run.environment) == ([], None, True, environment)


def test_header_check_during_a_validation_is_a_separate_run() -> None:
    passing = validation(0)
    validated, gate = runs([*passing, rejected(1.23, path="/ws/health")])
    assert (validated.kind, validated.verdict, validated.complete) == ("validation", "ready", True)
    assert (gate.kind, gate.condition) == ("gate", "gate_rejected")


def test_header_check_after_a_ready_verdict_is_a_separate_run() -> None:
    passing = validation(0)
    assert kinds([*passing, rejected(2.5, path="/ws/health")]) == [
        ("validation", "ready", None),
        ("gate", "not_ready", "gate_rejected"),
    ]


@pytest.mark.parametrize("refused", [rejected, None])
def test_refusal_after_a_failed_validation_is_its_last_step(refused: object) -> None:
    failed = validation(0, down=["redis"], environment="production")
    end = rejected(1.7, state="failed", failed=["redis"]) if refused else plainly(1.7, "failed", ["redis"])
    (run,) = runs([*failed, end])
    assert run.kind == "validation"
    assert [(step.step, step.outcome) for step in run.steps if step.step == "gate"] == [("gate", "failed")]


def test_cached_refusal_names_the_run_that_it_repeats() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejected(1.7, state="failed", failed=["redis"]),
    ]
    validated, first, second = runs([*failed, rejected(4), rejected(9)])
    assert (first.repeats, second.repeats) == (validated.id, validated.id)
    assert (first.verdict, first.condition, first.failed_checks) == ("not_ready", None, [])
    older = [*failed[:-1], plainly(1.7, "failed", ["redis"]), plainly(4, "unknown", [])]
    validated, cached = runs(older)
    assert cached.repeats == validated.id


def test_cached_verdict_expires_after_fifteen_seconds() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejected(1.7, state="failed", failed=["redis"]),
    ]
    (gate,) = gates([*failed, rejected(20)])
    assert (gate.repeats, gate.condition) == (None, "gate_rejected")


def test_only_gate_validations_are_cached() -> None:
    at_startup = [
        *validation(0, down=["agent_supervisor"]),
        log_line(2.5, "     FAIL:  GCP WebSocket readiness FAILED:", SMD),
    ]
    (gate,) = gates([*at_startup, rejected(6, path="/ws/health")])
    assert (gate.repeats, gate.condition) == (None, "gate_rejected")


def test_refusal_on_another_instance_repeats_nothing() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejected(1.7, state="failed", failed=["redis"]),
    ]
    (gate,) = gates([*failed, rejected(4, instance="i2")])
    assert gate.repeats is None


def test_cached_approval_repeats_the_degraded_verdict() -> None:
    passed, degraded = validation(0), validation(0, down=["redis"])
    for logs, verdict in ((passed, "ready"), (degraded, "degraded")):
        validated, gate = runs([*logs, approved(2.8), approved(3.5)])
        assert (validated.verdict, validated.steps[-1].step) == (verdict, "gate")
        assert (gate.verdict, gate.repeats, gate.condition) == (verdict, validated.id, None)


ALLOWED = "🔄 STAGING GRACEFUL DEGRADATION: Readiness check failed but allowing WebSocket connection in staging environment. Failed services: ['agent_supervisor']"


def test_admitted_connection_keeps_the_failed_verdict() -> None:
    failed = validation(0, down=["agent_supervisor"])
    logs = [*failed, log_line(2.5, ALLOWED, MIDDLEWARE), approved(2.51)]
    (run,) = runs(logs)
    assert (run.verdict, run.failed_checks) == ("not_ready", ["agent_supervisor"])
    validated, cached = runs([*logs, log_line(4, ALLOWED, MIDDLEWARE), approved(4.01)])
    assert (cached.kind, cached.verdict, cached.repeats) == ("gate", "not_ready", validated.id)
    validated, cached = runs([*logs, approved(4.01)])
    assert (cached.verdict, cached.repeats) == ("not_ready", validated.id)


def test_admitted_connection_without_its_validation_names_the_checks() -> None:
    (run,) = runs([log_line(0, ALLOWED, MIDDLEWARE), approved(0.01)])
    assert (run.kind, run.verdict, run.failed_checks) == ("gate", "not_ready", ["agent_supervisor"])


def test_refusal_without_its_validation_is_incomplete() -> None:
    for refusal in (rejected(0, state="failed", failed=["redis"]), plainly(0, "failed", ["redis"])):
        (run,) = runs(refusal)
        assert (run.kind, run.verdict, run.failed_checks, run.condition) == (
            "gate",
            "not_ready",
            ["redis"],
            None,
        )
        assert not run.complete


def test_pseudo_name_is_not_a_check() -> None:
    (run,) = runs(rejected(0, state="failed", failed=["startup_phase_timeout_with_queueing"]))
    assert (run.verdict, run.failed_checks) == ("not_ready", [])


BROKEN = log_line(0, "WebSocket readiness check error: State not there", MIDDLEWARE, severity="ERROR")


def test_exception_before_the_validation_is_one_gate_run() -> None:
    refused = rejected(0.01, error="State not there")
    assert kinds(BROKEN, refused) == [("gate", "not_ready", "validation_error")]
    assert kinds(refused) == [("gate", "not_ready", "validation_error")]


def test_exception_tolerated_in_staging_is_degraded() -> None:
    through = "🔄 STAGING ERROR RECOVERY: Exception during readiness check in staging, but allowing WebSocket connection for golden path: State not there"
    assert kinds(BROKEN, log_line(0.01, through, MIDDLEWARE), approved(0.02)) == [
        ("gate", "degraded", "validation_error")
    ]


def test_gate_timeout_differs_from_an_exception() -> None:
    timed_out = log_line(0, "WebSocket readiness check timed out (30.0s)", MIDDLEWARE)
    refused = rejected(0.01, error="readiness_check_timeout")
    assert kinds(timed_out, refused) == [("gate", "not_ready", "validation_timeout")]
    assert kinds(refused) == [("gate", "not_ready", "validation_timeout")]


def test_exception_after_a_validation_is_not_the_cached_verdict() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejected(1.7, state="failed", failed=["redis"]),
    ]
    later = [
        log_line(4, "WebSocket readiness check error: State not there", MIDDLEWARE),
        rejected(4.01, error="State not there"),
    ]
    (gate,) = gates([*failed, *later])
    assert (gate.repeats, gate.condition) == (None, "validation_error")


@pytest.mark.parametrize(
    "line",
    [
        "🚨 MIDDLEWARE STAGING BYPASS: WebSocket readiness validation bypassed in staging for remediation",
        "🚨 STAGING BYPASS ACTIVE: WebSocket readiness validation bypassed",
    ],
)
def test_bypass_is_degraded_with_one_run_per_request(line: str) -> None:
    logs = [log for n in range(3) for log in (log_line(n * 5, line, MIDDLEWARE), approved(n * 5 + 0.01))]
    assert kinds(logs) == [("gate", "degraded", "bypassed")] * 3


def test_bypass_does_not_apply_to_the_header_check() -> None:
    bypassed = [
        log_line(0, "🚨 MIDDLEWARE STAGING BYPASS: readiness validation bypassed", MIDDLEWARE),
        approved(0.01),
    ]
    assert kinds([*bypassed, rejected(5, path="/ws/health")])[1] == ("gate", "not_ready", "gate_rejected")


def test_approval_without_its_verdict_is_unknown() -> None:
    (run,) = runs(approved(0))
    assert (run.verdict, run.complete) == ("unknown", False)


def test_quoted_refusal_is_not_a_run() -> None:
    line = "Rejecting WebSocket connection (Issue #449 protection) - State: unknown, Failed services: [], Error: service_not_ready, Path: /ws"
    assert (
        runs(log_line(0, line, "netra_backend.app.chat"), log_line(1, f"support ticket:\n{line}", MIDDLEWARE))
        == []
    )
