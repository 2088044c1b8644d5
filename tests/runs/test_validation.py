"""A validation is one run in every service version, also with scrubbed names."""

from itertools import product

import pytest

from tests.runs.logs import (
    CHECKS,
    SMD,
    VALIDATOR,
    VERSIONS,
    Log,
    ValidatorLines,
    log_line,
    runs,
    text_line,
    unscrubbed_line,
    validation,
)
from triage.models import Run

OUTAGES: list[tuple[str, ...]] = [
    (),
    *((check,) for check in CHECKS),
    ("database", "redis", "auth_validation"),
    ("database", "agent_supervisor"),
    ("agent_supervisor", "websocket_bridge"),
]


def only(*logs: list[Log]) -> Run:
    """Return the one run of an export."""
    (run,) = runs(*logs)
    return run


def expected(down: tuple[str, ...], words: ValidatorLines) -> tuple[str, list[str], list[str], list[str]]:
    """Return what the validator itself would return.

    Verdict, failed and warned checks, and those not reached.
    """
    phases = [
        ["database", "redis", "auth_validation"],
        ["agent_supervisor", "websocket_bridge"],
        ["websocket_integration"],
    ]
    failed: list[str] = []
    warned: list[str] = []
    for number, phase in enumerate(phases):
        failed = [check for check in phase if check in down and words.critical(check)]
        warned += [check for check in phase if check in down and not words.critical(check)]
        if failed:
            return "not_ready", failed, warned, [check for later in phases[number + 1 :] for check in later]
    return "degraded" if warned else "ready", [], warned, []


@pytest.mark.parametrize("write", [log_line, unscrubbed_line], ids=["scrubbed", "unscrubbed"])
@pytest.mark.parametrize(("version", "environment"), list(product(VERSIONS, ["staging", "production"])))
def test_every_service_version_reports_failed_checks(version: str, environment: str, write: object) -> None:
    words = ValidatorLines(version, environment)
    for down in OUTAGES:
        run = only(validation(0, down=down, version=version, environment=environment, write=write))
        reached = [step.check for step in run.steps if step.outcome == "not_reached"]
        assert (run.verdict, run.failed_checks, run.noncritical_failed, reached) == expected(down, words), (
            down
        )
        assert [step.check for step in run.steps if step.step == "check"] == list(CHECKS)
        assert (run.kind, run.complete, run.overlaps, run.condition) == ("validation", True, False, None)
        assert run.environment == (None if version == "beta-11" else environment)


def test_scrubbed_name_is_resolved_by_position_in_the_group() -> None:
    opening = ValidatorLines("beta-15", "staging").opening()
    lines = [
        *opening,
        "🔍 Validating service group: ['database', 'redis', 'auth_validation'] (timeout: 1.5s)",
        "    ✅ PASS=REDACTED Ready in 0.01s (=REDACTED and connectivity)",
        "    ⚠️ WARNING: redis: Not ready after 1.51s (Redis connection and caching system) - Non-critical",
        "    ✅ PASS=REDACTED Ready in 0.01s (=REDACTED",
        "[U+1F7E2] GCP WebSocket readiness validation SUCCESS (0.90s)",
    ]
    run = only([log_line(index * 0.1, line) for index, line in enumerate(lines)])
    named = {step.check: step.outcome for step in run.steps if step.step == "check"}
    assert (named["database"], named["redis"], named["auth_validation"]) == ("passed", "warned", "passed")


def test_false_pass_of_the_startup_does_not_change_a_failure() -> None:
    failed = validation(0, down=["agent_supervisor"])
    claims = [
        "     FAIL:  GCP WebSocket readiness FAILED:",
        "       State: failed",
        "       Failed services: agent_supervisor",
        (
            " WARNING: [U+FE0F] BYPASSING GCP WebSocket readiness validation for STAGING - TODO: Fix failed "
            "services: agent_supervisor"
        ),
        "     PASS:  GCP WebSocket readiness VALIDATED",
        "       State: failed",
    ]
    run = only([*failed, *(log_line(2.6 + index / 100, line, SMD) for index, line in enumerate(claims))])
    assert (run.verdict, run.failed_checks) == ("not_ready", ["agent_supervisor"])
    assert [step.outcome for step in run.steps if step.step == "claim"] == ["seen"] * 5


def test_group_success_without_a_ready_service_is_not_a_pass() -> None:
    run = only(validation(0, down=["database", "redis", "auth_validation"]))
    assert run.verdict == "degraded"
    assert run.noncritical_failed == ["database", "redis", "auth_validation"]


@pytest.mark.parametrize("check", ["redis", "websocket_bridge"])
def test_check_passed_with_a_documented_exception_is_tolerated(check: str) -> None:
    for version in VERSIONS:
        run = only(validation(0, tolerated=[check], version=version))
        assert (run.verdict, run.tolerated, run.noncritical_failed) == ("degraded", [check], [])


def test_bypassed_database_check_is_tolerated() -> None:
    logs = validation(0)
    broke = log_line(
        0.55, "Database readiness check exception in staging (bypassed): pool is closed", severity="WARNING"
    )
    run = only([*logs, broke])
    assert (run.verdict, run.tolerated) == ("degraded", ["database"])
    (step,) = [step for step in run.steps if step.check == "database"]
    assert (step.outcome, step.reason) == ("tolerated", "pool is closed")


# ---------------------------------------------------------------- early endings: no line says FAILED

RACE = "🔴 RACE CONDITION DETECTED: Startup phase '{}' did not reach 'services' within {}s - {}"
QUEUED, BROKEN = (
    "WebSocket connections will be queued to prevent 1011 errors",
    "this would cause WebSocket 1011 errors",
)
TIMEOUT = "⏰ PHASE 1 TIMEOUT: Progressive wait timeout - phase 'services' not reached within 10.0s. Current phase: '{}' after 10.07s (93 iterations)."
ENDINGS = {
    "no app_state": (
        ["Cannot wait for startup phase - no app_state available", RACE.format("no_app_state", 3.5, QUEUED)],
        "startup_phase_timeout",
    ),
    "no app_state, beta-12": (
        ["Cannot wait for startup phase - no app_state available", RACE.format("no_app_state", 1.2, BROKEN)],
        "startup_phase_timeout",
    ),
    "stuck": ([TIMEOUT.format("database"), RACE.format("database", 3.5, QUEUED)], "startup_phase_timeout"),
    "stuck, circuit breaker": (
        ["🚨 PHASE 1 CIRCUIT BREAKER: too many tries", RACE.format("init", 3.5, QUEUED)],
        "startup_phase_timeout",
    ),
    "stuck, beta-12": (
        [
            (
                "Timeout waiting for startup phase 'services' - current phase: 'cache' after 2.14s (21 "
                "iterations)"
            ),
            RACE.format("cache", 2.1, BROKEN),
        ],
        "startup_phase_timeout",
    ),
    "startup failed": (
        ["Startup failed - aborting progressive phase wait", RACE.format("database", 8.6, QUEUED)],
        "startup_phase_timeout",
    ),
    "near ready": (
        [TIMEOUT.format("cache"), "🔄 NEAR-READY DEGRADATION: Phase 'cache' is close to services. Queueing."],
        "startup_phase_near_ready",
    ),
    "unknown": (
        [
            "🔄 ISSUE #919 FIX: GCP environment (staging) startup_phase stuck at 'unknown' - waiting",
            TIMEOUT.format("unknown"),
            "📋 QUEUEING FALLBACK: Startup phase still at 'unknown' after 15.0s. They will be queued.",
        ],
        "startup_phase_unknown",
    ),
    "app_state": (
        [
            "Timeout waiting for app_state readiness after 1.44s",
            "🔴 APP_STATE RACE CONDITION DETECTED: app_state not ready within 1.4s - this would cause errors",
        ],
        "app_state_timeout",
    ),
    "exception": (
        ["[U+1F534] GCP WebSocket readiness validation ERROR: no such key: 'x' (0.31s)"],
        "validation_error",
    ),
    "time-out": (["[U+1F534] GCP WebSocket readiness validation TIMEOUT (0.30s)"], "validation_timeout"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_early_end_ends_the_run_without_a_failing_check(name: str) -> None:
    lines, condition = ENDINGS[name]
    lines = [ValidatorLines("beta-15", "staging").opening(phase="database")[0], *lines]
    logs = [log_line(index * 0.1, line) for index, line in enumerate(lines)]
    first, second = runs(logs, validation(8), kind="validation")
    assert (first.verdict, first.condition, first.failed_checks) == ("not_ready", condition, [])
    assert [step.check for step in first.steps if step.outcome == "not_reached"] == list(CHECKS)
    assert (first.complete, first.overlaps) == (True, False)
    assert (second.verdict, second.overlaps) == ("ready", False)


def test_early_end_during_a_failing_run_has_no_failing_check() -> None:
    failing = validation(0, down=["redis"], environment="production")
    early = [
        log_line(0.35, ValidatorLines("beta-15", "production").opening("database")[0]),
        log_line(5.9, RACE.format("database", 3.5, QUEUED)),
    ]
    first, second = runs(failing, early)
    assert (first.condition, first.failed_checks) == (None, ["redis"])
    assert (second.condition, second.failed_checks) == ("startup_phase_timeout", [])


def test_skipped_validation_outside_the_cloud_is_ready() -> None:
    lines = [
        (
            " SEARCH:  GCP WebSocket readiness validation started (requested: 15.0s, optimized: 3.0s, "
            "environment: development)"
        ),
        "Non-GCP environment detected - skipping GCP-specific validation",
    ]
    run = only([log_line(index * 0.1, line) for index, line in enumerate(lines)])
    assert (run.verdict, run.environment, run.complete) == ("ready", "development", True)
    assert {step.outcome for step in run.steps if step.step == "check"} == {"not_reached"}


@pytest.mark.parametrize(
    ("line", "failed", "warned"),
    [
        ("❌ Service check configuration not found for: redis", ["redis"], []),
        ("❌ Service check not found: redis", ["redis"], []),
        ("    💥 EXCEPTION FAIL: redis: pool is closed - {'service': 'redis'}", ["redis"], []),
        ("    EXCEPTION WARNING: redis: pool is closed - Non-critical", [], ["redis"]),
    ],
)
def test_missing_or_broken_check_is_reported_by_its_own_line(
    line: str, failed: list[str], warned: list[str]
) -> None:
    words = ValidatorLines("beta-15", "production")
    lines = [*words.opening(), line, *words.verdict(failed, 0.7)]
    run = only([log_line(index * 0.1, line) for index, line in enumerate(lines)])
    assert (run.failed_checks, run.noncritical_failed) == (failed, warned)


# ---------------------------------------------------------------- cut heads and tails, silence


@pytest.mark.parametrize("down", [(), ("redis",), ("agent_supervisor",)])
@pytest.mark.parametrize("version", VERSIONS)
def test_run_without_its_start_is_one_incomplete_run(version: str, down: tuple[str, ...]) -> None:
    logs = validation(0, down=down, version=version)
    whole = only(logs)
    for cut in range(1, len(logs) - 1):
        run = only(logs[cut:])
        assert not run.complete
        assert not [step for step in run.steps if step.outcome == "not_reached"]
        if whole.verdict == "not_ready":
            assert (run.verdict, run.failed_checks) == (whole.verdict, whole.failed_checks), cut


def test_lines_after_a_lost_verdict_report_the_failed_check() -> None:
    refused = "GCP WebSocket readiness validation failed. Failed services: agent_supervisor. Queue available: False. Rejecting."
    guard = [log_line(0, refused), log_line(0.001, f"GCP WebSocket readiness guard error: {refused}")]
    claims = [
        "     FAIL:  GCP WebSocket readiness FAILED:",
        "       State: failed",
        "       Failed services: agent_supervisor",
    ]
    claims += ["     PASS:  GCP WebSocket readiness VALIDATED", "       State: failed"]
    startup = [log_line(index / 1000, line, SMD) for index, line in enumerate(claims)]
    for tail in (guard, startup):
        run = only(tail)
        assert (run.verdict, run.failed_checks, run.complete) == ("not_ready", ["agent_supervisor"], False)


def test_run_without_its_end_is_unknown_until_a_critical_check_fails() -> None:
    logs = validation(0, down=["agent_supervisor"])
    failing = next(n for n, log in enumerate(logs) if "CRITICAL FAIL" in log["jsonPayload"]["message"])
    before, after = only(logs[:failing]), only(logs[: failing + 1])
    assert (before.verdict, before.complete, before.failed_checks) == ("unknown", False, [])
    assert (after.verdict, after.complete, after.failed_checks) == ("not_ready", False, ["agent_supervisor"])
    assert not [step for step in before.steps if step.outcome == "not_reached"]


def test_silence_ends_a_run_but_a_known_wait_does_not() -> None:
    opening = ValidatorLines("beta-15", "staging").opening()
    waiting = [
        log_line(0, opening[0]),
        log_line(16, "📋 QUEUEING FALLBACK: Startup phase still at 'unknown' after 15.0s."),
    ]
    assert only(waiting).condition == "startup_phase_unknown"
    first, second = runs([log_line(0, opening[0])], validation(120))
    assert (first.verdict, first.complete, second.verdict) == ("unknown", False, "ready")
    assert not second.overlaps


# ---------------------------------------------------------------- several runs


# ---------------------------------------------------------------- forged lines


SUCCESS = "[U+1F7E2] GCP WebSocket readiness validation SUCCESS (0.52s)"


@pytest.mark.parametrize(
    "forged",
    [
        log_line(1.0, f"chat: {SUCCESS}", "netra_backend.app.chat"),
        log_line(1.0, SUCCESS, "netra_backend.app.chat"),
        log_line(1.0, f"hello\n{SUCCESS}", VALIDATOR),
        log_line(1.0, f"hello\r{SUCCESS}"),
        log_line(1.0, f"hello\x85{SUCCESS}"),
        log_line(1.0, f"hello\u2028{SUCCESS}"),
        unscrubbed_line(1.0, f"hello\n{SUCCESS}"),
        text_line(1.0, f"hello\n{SUCCESS}"),
        log_line(
            1.0, "    ✅ PASS: agent_supervisor: Ready in 0.00s (Agent supervisor and chat pipeline)", "chat"
        ),
        log_line(1.0, "[U+1F4CB] Phase 3: Validating WebSocket integration...", "chat"),
        log_line(1.0, "Redis readiness: GRACEFUL DEGRADATION - it is accepted", "chat"),
        log_line(1.0, " PASS:  Phase 1 Complete: Dependencies ready", "chat"),
    ],
    ids=range(12),
)
def test_quoted_line_is_not_a_step(forged: Log) -> None:
    honest = validation(0, down=["agent_supervisor"])
    assert runs([*honest, forged])[0].steps == runs(honest)[0].steps
    assert runs([forged]) == []


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "²", "1e999", "1.2.3", "-", "nan"])
def test_invalid_number_is_not_reported(number: str) -> None:
    lines = ValidatorLines("beta-15", "staging").opening()
    lines += [
        f"Service redis validation failed after {number} attempts over 1.42s with exponential backoff",
        (
            f"    ⚠️ WARNING: redis: Not ready after {number}s (Redis connection and caching system) - "
            "Non-critical"
        ),
        f"[U+1F7E2] GCP WebSocket readiness validation SUCCESS ({number}s)",
        "[U+1F7E2] GCP WebSocket readiness validation SUCCESS (0.90s)",
    ]
    for run in runs([log_line(index * 0.1, line) for index, line in enumerate(lines)]):
        for step in run.steps:
            assert step.elapsed is None or step.elapsed < 1e9
            assert step.attempts is None or step.attempts < 1e9


# ---------------------------------------------------------------- checks without a result, quotes


def test_mark_behind_the_outcome_word_does_not_hide_a_failed_check() -> None:
    line = "    WARNING: [U+FE0F]  redis: Failed (non-critical)"
    words = ValidatorLines("beta-15", "staging")
    run = only(
        [log_line(n * 0.1, text) for n, text in enumerate([*words.opening(), line, *words.verdict([], 0.7)])]
    )
    assert (run.verdict, run.noncritical_failed) == ("degraded", ["redis"])


def test_failed_attempts_without_a_result_are_a_failed_check_under_success() -> None:
    logs = [entry for entry in validation(0) if "(Database session factory" not in str(entry)]
    line = log_line(
        0.05, "Service database validation failed after 5 attempts over 1.44s with exponential backoff"
    )
    run = only([*logs, line])
    assert (run.verdict, run.noncritical_failed) == ("degraded", ["database"])


def test_success_with_a_check_that_has_no_result_is_not_ready() -> None:
    run = only([entry for entry in validation(0) if "(Complete WebSocket integration" not in str(entry)])
    assert (run.verdict, run.condition) == ("degraded", "checks_unreported")
    assert [step.check for step in run.steps if step.outcome == "not_reached"] == ["websocket_integration"]


def test_check_that_the_chain_does_not_know_is_a_failed_check() -> None:
    lines = [
        "🔍 GCP WebSocket readiness validation started (requested: 15.0s, optimized: 6.0s, environment: staging)",
        "🔍 Validating service group: ['database', 'vector_store'] (timeout: 1.5s)",
        "❌ Service group validation FAILED: 1/2 services ready. Failed services: ['vector_store'].",
        "[U+1F534] GCP WebSocket readiness validation FAILED (1.80s)",
    ]
    run = only([log_line(n * 0.1, line) for n, line in enumerate(lines)])
    assert run.failed_checks == ["vector_store"]
