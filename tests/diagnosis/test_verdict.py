"""Which run gives the verdict, and what is a recovery."""

import pytest

from tests.runs.logs import (
    MIDDLEWARE,
    SMD,
    VALIDATOR,
    Log,
    approved,
    diagnosis,
    log_line,
    platform,
    rejected,
    request,
    text_line,
    unscrubbed_line,
    validation,
)
from triage import pipeline
from triage.diagnosis.service_tracker import DecisiveRun
from triage.models import Diagnosis

OLD, NEW = "netra-backend-staging-00041-kqx", "netra-backend-staging-00042-abc"
READY = "Application startup complete."


def failed_boot(start: float, **place: str) -> list[Log]:
    """Return a boot that fails for a module."""
    return [
        platform(start, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic.", **place),
        log_line(start + 1, "CRITICAL: Core WebSocket components import failed: No module named 'billing'", "logging", severity="CRITICAL", **place),
        platform(start + 2, "Container called exit(3).", **place),
    ]  # fmt: skip


def good_boot(start: float, **place: str) -> list[Log]:
    """Return a boot that comes up."""
    born = platform(
        start, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic.", **place
    )
    return [born, text_line(start + 3, READY, **place)]


def verdict(*logs: Log | list[Log]) -> str:
    return diagnosis(*logs).verdict


def test_export_without_entries_is_no_data() -> None:
    empty = diagnosis()
    assert (empty.verdict, empty.incidents, empty.next) == ("no_data", [], None)


def test_entries_outside_the_selection_are_no_data() -> None:
    from tests.runs.logs import PACKS, export, records

    selection = pipeline.Selection(service=("other",))
    assert (
        pipeline.analyze(
            iter(records(export(validation(0)))), packs=PACKS, selection=selection
        ).diagnosis.verdict
        == "no_data"
    )


def test_logs_without_a_run_are_inconclusive_and_suggest_a_query() -> None:
    found = diagnosis(good_boot(0))
    assert found.verdict == "inconclusive"
    assert found.next is not None
    assert "The logs read contain no readiness validation" in " ".join(found.limits)


def test_failed_boots_never_reach_the_validation() -> None:
    limits = " ".join(diagnosis(failed_boot(0)).limits)
    assert "No boot reached the readiness validation" in limits


def test_latest_verdict_of_the_newest_revision_is_the_verdict() -> None:
    assert verdict(validation(0, down=["redis"]), validation(60)) == "ready"
    assert verdict(validation(0), validation(60, down=["agent_supervisor"])) == "not_ready"
    assert (
        verdict(validation(0, revision=NEW), validation(60, down=["agent_supervisor"], revision=OLD))
        == "ready"
    )
    assert (
        verdict(validation(0, down=["agent_supervisor"], revision=NEW), validation(60, revision=OLD))
        == "not_ready"
    )


def test_revision_without_a_decision_is_skipped() -> None:
    found = diagnosis(
        validation(0, revision=OLD),
        log_line(60, "Loading unified configuration", "logging", revision=NEW),
        good_boot(70, revision=NEW),
    )
    assert (found.verdict, found.services[0].revision) == ("ready", OLD)
    assert found.services[0].revisions == {NEW: "inconclusive", OLD: "ready"}
    assert any(NEW in limit and OLD in limit for limit in found.limits)


@pytest.mark.parametrize(("older", "newer"), [
    ("netra-backend-staging-00099-abc", "netra-backend-staging-00100-abc"),
    ("netra-backend-staging-99999-abc", "netra-backend-staging-100000-abc"),
    ("netra-backend-staging-00100-zzz", "netra-backend-staging-00101-aaa"),
    ("netra-backend-staging-zebra", "netra-backend-staging-apple"),
    ("netra-backend-staging-00041-kqx", "netra-backend-staging-hotfix"),
    ("netra-backend-staging-hotfix", "netra-backend-staging-00042-kqx"),
])  # fmt: skip
def test_newest_revision_is_by_number_else_by_first_entry(older: str, newer: str) -> None:
    old, new = validation(0, revision=older), validation(30, down=["agent_supervisor"], revision=newer)
    found = diagnosis(old, new, validation(60, revision=older))
    assert (found.verdict, found.services[0].revision) == ("not_ready", newer)
    assert not any("newer" in limit for limit in found.limits)


def test_other_services_are_listed_after_the_primary_one() -> None:
    place = {"service": "netra-auth-service", "revision": "netra-auth-service-00001-abc"}
    down = [
        unscrubbed_line(0, "AUTH DATABASE: Connection FAILED - no route", "auth", severity="ERROR", **place)
    ]
    found = diagnosis(validation(0), down)
    assert found.verdict == "ready"
    assert {state.service: (state.verdict, state.primary) for state in found.services} == {
        "netra-backend-staging": ("ready", True),
        "netra-auth-service": ("not_ready", False),
    }
    assert [incident.cause for incident in found.incidents] == ["auth-database"]


def test_worst_primary_service_gives_the_verdict() -> None:
    other = validation(
        0,
        down=["redis"],
        environment="production",
        service="netra-backend-production",
        revision="netra-backend-production-00001-abc",
    )
    found = diagnosis(validation(10), other)
    assert (found.verdict, found.services[0].service) == ("not_ready", "netra-backend-production")


def test_service_without_a_chain_is_reported_and_crashes_are_diagnosed() -> None:
    found = diagnosis(
        failed_boot(0, service="shop", revision="shop-00001-abc"),
        text_line(
            1.5, "[1] [ERROR] Reason: Worker failed to boot.", service="shop", revision="shop-00001-abc"
        ),
    )
    assert found.verdict == "not_ready"
    assert any(limit.startswith("no readiness chain known for shop") for limit in found.limits)


# ---------------------------------------------------------------- recovered


def test_recovery_needs_a_later_ready_verdict() -> None:
    failing = validation(0, down=["agent_supervisor"])
    assert diagnosis(failing, validation(60)).recovered
    degraded = diagnosis(failing, validation(60, down=["redis"]))
    assert (degraded.verdict, degraded.open_incidents, degraded.recovered) == ("degraded", 1, False)
    assert [incident.recovered for incident in degraded.incidents] == [False, True]
    assert not diagnosis(validation(60)).recovered
    assert not diagnosis(validation(0), validation(60, down=["agent_supervisor"])).recovered


def test_serving_older_revision_is_no_recovery_of_a_newer_one() -> None:
    newer = "netra-backend-staging-00042-abc"
    failing = validation(50, down=["agent_supervisor"], revision=newer, instance="i2")
    goes_on = diagnosis(validation(0), failing, validation(100))
    assert (goes_on.verdict, goes_on.recovered) == ("not_ready", False)
    assert not goes_on.incidents[0].recovered
    replaced = diagnosis(
        validation(0, down=["agent_supervisor"]), validation(50, revision=newer, instance="i2")
    )
    assert (replaced.verdict, replaced.recovered) == ("ready", True)
    assert replaced.incidents[0].recovered


def test_recovered_incident_is_reported_last() -> None:
    found = diagnosis(validation(0, down=["agent_supervisor"]), validation(60, down=["redis"]))
    assert [(incident.cause, incident.recovered) for incident in found.incidents] == [
        ("noncritical-check", False),
        ("check-agent-supervisor", True),
    ]


@pytest.mark.parametrize("after", [
    log_line(60, "Continuing without migrations", "netra_backend.app.startup_module"),
    log_line(60, "Enhanced GCP WebSocket Readiness Middleware initialized (Issue #449) - Environment: staging, GCP: True", MIDDLEWARE),
    platform(60, 'Default STARTUP TCP probe succeeded after 1 attempt for container "x-1" on port 8000.'),
    log_line(60, " PASS:  GCP WebSocket readiness VALIDATED", SMD),
    approved(60),
    rejected(60, path="/ws/health"),
    request(60, "/health", 200),
])  # fmt: skip
def test_only_a_verdict_recovers(after: Log) -> None:
    found = diagnosis(validation(0, down=["agent_supervisor"]), after)
    assert (found.verdict, found.recovered) == ("not_ready", False)
    assert not found.incidents[0].recovered


def test_bypass_and_tolerated_exception_do_not_recover() -> None:
    failing = validation(0, down=["agent_supervisor"])
    bypass = [
        log_line(60, "🚨 STAGING BYPASS ACTIVE: WebSocket readiness validation bypassed", MIDDLEWARE),
        approved(60.1),
    ]
    error = [
        log_line(60, "WebSocket readiness check error: no state", MIDDLEWARE),
        log_line(
            60.01,
            "🔄 STAGING ERROR RECOVERY: Exception during readiness check in staging, allowing: no state",
            MIDDLEWARE,
        ),
        approved(60.1),
    ]
    for later in (bypass, error):
        found = diagnosis(failing, later)
        assert (found.verdict, found.recovered) == ("degraded", False)
        assert not any(incident.recovered for incident in found.incidents)


def test_successful_boot_after_a_failed_one_is_degraded() -> None:
    found = diagnosis(failed_boot(0), good_boot(30))
    assert (found.verdict, found.recovered) == ("degraded", False)
    assert found.next is not None
    assert diagnosis(failed_boot(0), good_boot(30), validation(40)).recovered


def test_successful_boot_before_a_failed_one_stays_not_ready() -> None:
    assert verdict(good_boot(0, instance="i1"), failed_boot(30, instance="i2")) == "not_ready"


def test_successful_boot_after_a_failed_validation_stays_not_ready() -> None:
    assert verdict(validation(0, down=["agent_supervisor"]), good_boot(30)) == "not_ready"


def test_verdicts_are_ordered_by_nanoseconds() -> None:
    at = 1_772_352_003_000_000_000
    earlier = DecisiveRun(at, "i1", "ready", "it passed", "validation")
    later = DecisiveRun(at + 1, "i2", "not_ready", "it failed", "validation")
    assert later.follows(earlier)
    assert not earlier.follows(later)


# ---------------------------------------------------------------- runs without a decision


def test_header_check_alone_is_degraded_with_an_incident() -> None:
    found = diagnosis(rejected(0, path="/ws/health"), request(0.001, "/ws/health", 503))
    assert (found.verdict, [incident.cause for incident in found.incidents]) == (
        "degraded",
        ["gate-header-check"],
    )
    assert (found.incidents[0].check, found.incidents[0].condition) == (None, "gate_rejected")


@pytest.mark.parametrize(
    ("down", "says"), [((), "ready"), (("redis",), "degraded"), (("agent_supervisor",), "not_ready")]
)
def test_header_check_keeps_the_validation_verdict(down: tuple[str, ...], says: str) -> None:
    found = diagnosis(validation(0, down=down), rejected(60, path="/ws/health"))
    assert found.verdict == says
    assert "gate-header-check" in [incident.cause for incident in found.incidents]


def test_cached_refusal_gives_no_verdict() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejected(1.7, state="failed", failed=["redis"]),
    ]
    found = diagnosis(failed, rejected(5))
    assert found.incidents[0].cause == "check-redis"
    assert "gate-header-check" not in [incident.cause for incident in found.incidents]


def test_degraded_verdict_has_a_reason() -> None:
    found = diagnosis(validation(0, down=["redis"]))
    assert (found.verdict, found.incidents[0].cause, found.incidents[0].check) == (
        "degraded",
        "noncritical-check",
        "redis",
    )
    assert "redis" in found.incidents[0].title


def test_lost_payload_is_inconclusive_and_reported() -> None:
    lost = [{key: value for key, value in log.items() if key != "jsonPayload"} for log in validation(0)]
    found = diagnosis(lost)
    assert found.verdict == "inconclusive"
    assert found.next is not None
    assert "payload" in found.next.why
    assert any("payload" in limit for limit in found.limits)


def test_log_level_is_reported_as_a_limit() -> None:
    assert any("DEBUG" in limit for limit in diagnosis(validation(0)).limits)


def test_run_without_a_verdict_decides_nothing() -> None:
    assert verdict(validation(0)[:12]) == "inconclusive"
    assert verdict(validation(0, down=["agent_supervisor"]), validation(60)[:12]) == "not_ready"


def test_failed_critical_check_at_the_end_of_the_log_is_an_incident() -> None:
    logs = validation(0, down=["agent_supervisor"])
    failing = next(n for n, log in enumerate(logs) if "CRITICAL FAIL" in log["jsonPayload"]["message"])
    found = diagnosis(logs[: failing + 1])
    assert (found.verdict, found.incidents[0].cause) == ("not_ready", "check-agent-supervisor")


def test_unexplained_error_inside_a_run_is_an_unknown_error() -> None:
    words = "    ❌ CRITICAL FAIL: agent_supervisor: Not ready after 1.42s (Agent supervisor and chat pipeline) - {}"
    opening = validation(0)[0]
    overlapping = [
        opening,
        {**opening, "timestamp": "2026-03-01T08:00:00.500000Z"},
        log_line(1, words, severity="ERROR"),
    ]
    found = diagnosis(overlapping)
    assert (found.verdict, [incident.cause for incident in found.incidents]) == (
        "inconclusive",
        ["unknown-error"],
    )


def test_every_input_gives_a_diagnosis() -> None:
    assert all(isinstance(diagnosis(logs), Diagnosis) for logs in ([], validation(0), failed_boot(0)))


# ---------------------------------------------------------------- instances, filters, shutdowns


def test_instance_that_never_recovers_makes_the_service_degraded() -> None:
    found = diagnosis(
        validation(0, down=["agent_supervisor"], instance="i1"),
        *(validation(10.0 * n, instance=f"i{n}") for n in range(2, 5)),
    )
    assert (found.verdict, found.recovered, found.incidents[0].recovered) == ("degraded", False, False)
    assert "3 of 4 instances ready" in found.services[0].why


def test_one_ready_instance_of_six_is_degraded_whatever_came_last() -> None:
    failing = [validation(60.0 * n, down=["agent_supervisor"], instance=f"i{n}") for n in range(5)]
    for ready in (0.0, 900.0):
        found = diagnosis(*failing, validation(ready, instance="last"))
        assert found.verdict == "degraded"
        assert "1 of 6 instances ready" in found.services[0].why


def test_instance_that_recovers_itself_is_ready() -> None:
    found = diagnosis(validation(0, down=["agent_supervisor"]), validation(60), validation(70, instance="i2"))
    assert (found.verdict, found.recovered) == ("ready", True)


def test_failed_boots_before_a_ready_instance_are_recovered() -> None:
    found = diagnosis(
        failed_boot(0, instance="i1"), good_boot(60, instance="i2"), validation(70, instance="i2")
    )
    assert (found.verdict, found.recovered) == ("ready", True)


def test_export_of_errors_only_limits_the_confidence() -> None:
    lines = [
        "    ❌ CRITICAL FAIL: agent_supervisor: Not ready after 1.44s (Agent supervisor and chat pipeline) - {}",
        "❌ Service group validation FAILED: 1/2 services ready. Failed services: ['agent_supervisor'].",
        "[U+1F534] GCP WebSocket readiness validation FAILED (2.03s)",
    ]
    found = diagnosis([log_line(n * 0.1, line, VALIDATOR, severity="ERROR") for n, line in enumerate(lines)])
    assert (found.verdict, found.incidents[0].confidence) == ("not_ready", "medium")
    assert any(
        "nothing below ERROR" in limit and "severity filter suspected" in limit for limit in found.limits
    )


def test_orderly_shutdown_of_gunicorn_is_no_incident() -> None:
    found = diagnosis(
        text_line(0, "[2026-03-01 08:00:00 +0000] [9] [INFO] Handling signal: term"),
        text_line(1, "[2026-03-01 08:00:01 +0000] [9] [ERROR] Worker (pid:12) was sent SIGTERM!"),
        text_line(1.1, "[2026-03-01 08:00:01 +0000] [9] [INFO] Shutting down: Master"),
    )
    assert (found.verdict, found.incidents) == ("inconclusive", [])


def test_failed_check_without_a_cause_of_its_own_is_named() -> None:
    words = [
        "🔍 GCP WebSocket readiness validation started (requested: 15.0s, optimized: 6.0s, environment: staging)",
        "    ❌ CRITICAL FAIL: vector_store: Not ready after 1.51s (Vector store) - {}",
        "[U+1F534] GCP WebSocket readiness validation FAILED (1.80s)",
    ]
    (incident,) = diagnosis([log_line(n * 0.1, line, VALIDATOR) for n, line in enumerate(words)]).incidents
    assert (incident.title, incident.check) == ("The readiness check vector_store failed", "vector_store")
    assert (incident.confidence, incident.severity) == ("high", "P0")
