"""A request that was judged without a validation of its own is a gate run; one that ends a validation is none."""

import pytest

from tests.runs.logs import (
    MIDDLEWARE,
    SMD,
    Log,
    approved,
    rejecting,
    runs,
    said,
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
    return said(seconds, line, MIDDLEWARE)


def started(environment: str = "production") -> Log:
    """Return the line with which the middleware begins."""
    line = f"Enhanced GCP WebSocket Readiness Middleware initialized (Issue #449) - Environment: {environment}, GCP: True"
    return said(-1, line, MIDDLEWARE)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_refusal_without_a_state_and_without_a_validation_is_the_header_check(environment: str) -> None:
    (run,) = runs(started(environment), rejecting(0, path="/ws/health"))
    assert (run.kind, run.verdict, run.condition) == ("gate", "not_ready", "gate_rejected")
    assert (run.failed_checks, run.repeats, run.complete, run.environment) == ([], None, True, environment)


def test_a_header_check_while_a_validation_runs_is_none_of_its_lines() -> None:
    passing = validation(0)
    validated, gate = runs([*passing, rejecting(1.23, path="/ws/health")])
    assert (validated.kind, validated.verdict, validated.complete) == ("validation", "ready", True)
    assert (gate.kind, gate.condition) == ("gate", "gate_rejected")


def test_a_header_check_just_behind_a_ready_verdict_is_no_end_of_it() -> None:
    passing = validation(0)
    assert kinds([*passing, rejecting(2.5, path="/ws/health")]) == [
        ("validation", "ready", None),
        ("gate", "not_ready", "gate_rejected"),
    ]


@pytest.mark.parametrize("refused", [rejecting, None])
def test_the_refusal_that_ends_a_failed_validation_is_a_step_of_it(refused: object) -> None:
    failed = validation(0, down=["redis"], environment="production")
    end = rejecting(1.7, state="failed", failed=["redis"]) if refused else plainly(1.7, "failed", ["redis"])
    (run,) = runs([*failed, end])
    assert run.kind == "validation"
    assert [(step.step, step.outcome) for step in run.steps if step.step == "gate"] == [("gate", "failed")]


def test_a_cached_refusal_is_a_gate_run_that_points_to_the_run_it_repeats() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejecting(1.7, state="failed", failed=["redis"]),
    ]
    validated, first, second = runs([*failed, rejecting(4), rejecting(9)])
    assert (first.repeats, second.repeats) == (validated.id, validated.id)
    assert (first.verdict, first.condition, first.failed_checks) == ("not_ready", None, [])
    older = [*failed[:-1], plainly(1.7, "failed", ["redis"]), plainly(4, "unknown", [])]
    validated, cached = runs(older)
    assert cached.repeats == validated.id


def test_a_cache_is_over_after_fifteen_seconds() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejecting(1.7, state="failed", failed=["redis"]),
    ]
    (gate,) = gates([*failed, rejecting(20)])
    assert (gate.repeats, gate.condition) == (None, "gate_rejected")


def test_only_what_the_middleware_itself_validated_is_in_its_cache() -> None:
    at_startup = [
        *validation(0, down=["agent_supervisor"]),
        said(2.5, "     FAIL:  GCP WebSocket readiness FAILED:", SMD),
    ]
    (gate,) = gates([*at_startup, rejecting(6, path="/ws/health")])
    assert (gate.repeats, gate.condition) == (None, "gate_rejected")


def test_a_refusal_on_another_instance_repeats_nothing() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejecting(1.7, state="failed", failed=["redis"]),
    ]
    (gate,) = gates([*failed, rejecting(4, instance="i2")])
    assert gate.repeats is None


def test_an_approval_from_the_cache_repeats_the_verdict_with_its_reservations() -> None:
    passed, degraded = validation(0), validation(0, down=["redis"])
    for logs, verdict in ((passed, "ready"), (degraded, "degraded")):
        validated, gate = runs([*logs, approved(2.8), approved(3.5)])
        assert (validated.verdict, validated.steps[-1].step) == (verdict, "gate")
        assert (gate.verdict, gate.repeats, gate.condition) == (verdict, validated.id, None)


ALLOWED = "🔄 STAGING GRACEFUL DEGRADATION: Readiness check failed but allowing WebSocket connection in staging environment. Failed services: ['agent_supervisor']"


def test_a_connection_that_is_let_through_though_a_check_failed_leaves_the_verdict() -> None:
    failed = validation(0, down=["agent_supervisor"])
    logs = [*failed, said(2.5, ALLOWED, MIDDLEWARE), approved(2.51)]
    (run,) = runs(logs)
    assert (run.verdict, run.failed_checks) == ("not_ready", ["agent_supervisor"])
    validated, cached = runs([*logs, said(4, ALLOWED, MIDDLEWARE), approved(4.01)])
    assert (cached.kind, cached.verdict, cached.repeats) == ("gate", "not_ready", validated.id)
    validated, cached = runs([*logs, approved(4.01)])
    assert (cached.verdict, cached.repeats) == ("not_ready", validated.id)


def test_a_connection_that_is_let_through_for_a_validation_outside_the_logs_names_its_checks() -> None:
    (run,) = runs([said(0, ALLOWED, MIDDLEWARE), approved(0.01)])
    assert (run.kind, run.verdict, run.failed_checks) == ("gate", "not_ready", ["agent_supervisor"])


def test_a_refusal_that_names_a_check_whose_validation_is_outside_the_logs_is_incomplete() -> None:
    for refusal in (rejecting(0, state="failed", failed=["redis"]), plainly(0, "failed", ["redis"])):
        (run,) = runs(refusal)
        assert (run.kind, run.verdict, run.failed_checks, run.condition) == (
            "gate",
            "not_ready",
            ["redis"],
            None,
        )
        assert not run.complete


def test_a_pseudo_name_is_no_check() -> None:
    (run,) = runs(rejecting(0, state="failed", failed=["startup_phase_timeout_with_queueing"]))
    assert (run.verdict, run.failed_checks) == ("not_ready", [])


BROKEN = said(0, "WebSocket readiness check error: State not there", MIDDLEWARE, severity="ERROR")


def test_an_exception_before_the_validation_is_one_gate_run_that_says_so() -> None:
    refused = rejecting(0.01, error="State not there")
    assert kinds(BROKEN, refused) == [("gate", "not_ready", "validation_error")]
    assert kinds(refused) == [("gate", "not_ready", "validation_error")]


def test_an_exception_that_staging_lets_through_is_degraded() -> None:
    through = "🔄 STAGING ERROR RECOVERY: Exception during readiness check in staging, but allowing WebSocket connection for golden path: State not there"
    assert kinds(BROKEN, said(0.01, through, MIDDLEWARE), approved(0.02)) == [
        ("gate", "degraded", "validation_error")
    ]


def test_a_time_out_of_the_gate_is_told_from_an_exception() -> None:
    timed_out = said(0, "WebSocket readiness check timed out (30.0s)", MIDDLEWARE)
    refused = rejecting(0.01, error="readiness_check_timeout")
    assert kinds(timed_out, refused) == [("gate", "not_ready", "validation_timeout")]
    assert kinds(refused) == [("gate", "not_ready", "validation_timeout")]


def test_an_exception_after_a_validation_is_not_the_cached_verdict() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejecting(1.7, state="failed", failed=["redis"]),
    ]
    later = [
        said(4, "WebSocket readiness check error: State not there", MIDDLEWARE),
        rejecting(4.01, error="State not there"),
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
def test_a_bypass_is_degraded_and_every_request_is_a_run(line: str) -> None:
    logs = [log for n in range(3) for log in (said(n * 5, line, MIDDLEWARE), approved(n * 5 + 0.01))]
    assert kinds(logs) == [("gate", "degraded", "bypassed")] * 3


def test_the_bypass_does_not_reach_the_header_check() -> None:
    bypassed = [
        said(0, "🚨 MIDDLEWARE STAGING BYPASS: readiness validation bypassed", MIDDLEWARE),
        approved(0.01),
    ]
    assert kinds([*bypassed, rejecting(5, path="/ws/health")])[1] == ("gate", "not_ready", "gate_rejected")


def test_an_approval_whose_verdict_is_outside_the_logs_is_unknown() -> None:
    (run,) = runs(approved(0))
    assert (run.verdict, run.complete) == ("unknown", False)


def test_a_refusal_quoted_by_another_logger_or_in_a_second_line_is_no_run() -> None:
    line = "Rejecting WebSocket connection (Issue #449 protection) - State: unknown, Failed services: [], Error: service_not_ready, Path: /ws"
    assert (
        runs(said(0, line, "netra_backend.app.chat"), said(1, f"support ticket:\n{line}", MIDDLEWARE)) == []
    )
