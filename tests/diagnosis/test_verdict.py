"""The rules that settle doubts: whose verdict a document gives, what recovers it and what decides nothing."""

import pytest

from tests.runs.logs import (
    MIDDLEWARE,
    SMD,
    Log,
    approved,
    diagnosis,
    platform,
    printed,
    rejecting,
    request,
    said,
    said_plainly,
    validation,
)
from triage import pipeline
from triage.models import Diagnosis

OLD, NEW = "netra-backend-staging-00041-kqx", "netra-backend-staging-00042-abc"
READY = "Application startup complete."


def failed_boot(start: float, **place: str) -> list[Log]:
    """Return a boot that fails for a module."""
    return [
        platform(start, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic.", **place),
        said(start + 1, "CRITICAL: Core WebSocket components import failed: No module named 'billing'", "logging", severity="CRITICAL", **place),
        platform(start + 2, "Container called exit(3).", **place),
    ]  # fmt: skip


def good_boot(start: float, **place: str) -> list[Log]:
    """Return a boot that comes up."""
    born = platform(
        start, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic.", **place
    )
    return [born, printed(start + 3, READY, **place)]


def verdict(*logs: Log | list[Log]) -> str:
    return diagnosis(*logs).verdict


def test_an_export_without_entries_is_no_data() -> None:
    empty = diagnosis()
    assert (empty.verdict, empty.incidents, empty.next) == ("no_data", [], None)


def test_entries_that_are_all_outside_of_the_selection_are_no_data() -> None:
    from tests.runs.logs import PACKS, export, records

    selection = pipeline.Selection(service=("other",))
    assert (
        pipeline.analyse(
            iter(records(export(validation(0)))), packs=PACKS, selection=selection
        ).diagnosis.verdict
        == "no_data"
    )


def test_logs_without_a_run_are_inconclusive_and_say_what_to_fetch() -> None:
    found = diagnosis(good_boot(0))
    assert found.verdict == "inconclusive"
    assert found.next is not None
    assert "readiness validation does not stand in these logs" in " ".join(found.limits)


def test_boots_that_fail_before_it_never_reach_the_validation() -> None:
    said_of_it = " ".join(diagnosis(failed_boot(0)).limits)
    assert "readiness validation was never reached by the boots" in said_of_it


def test_the_latest_verdict_of_the_newest_revision_is_the_documents() -> None:
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


def test_a_revision_that_decides_nothing_took_no_part() -> None:
    found = diagnosis(
        validation(0, revision=OLD),
        said(60, "Loading unified configuration", "logging", revision=NEW),
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
def test_the_newest_revision_is_told_by_its_number_else_by_when_it_was_first_seen(
    older: str, newer: str
) -> None:
    old, new = validation(0, revision=older), validation(30, down=["agent_supervisor"], revision=newer)
    found = diagnosis(old, new, validation(60, revision=older))
    assert (found.verdict, found.services[0].revision) == ("not_ready", newer)
    assert not any("newer" in limit for limit in found.limits)


def test_other_services_stand_beside_the_primary_one() -> None:
    place = {"service": "netra-auth-service", "revision": "netra-auth-service-00001-abc"}
    down = [said_plainly(0, "AUTH DATABASE: Connection FAILED - no route", "auth", severity="ERROR", **place)]
    found = diagnosis(validation(0), down)
    assert found.verdict == "ready"
    assert {state.service: (state.verdict, state.primary) for state in found.services} == {
        "netra-backend-staging": ("ready", True),
        "netra-auth-service": ("not_ready", False),
    }
    assert [incident.cause for incident in found.incidents] == ["auth-database"]


def test_of_several_primary_services_the_worst_gives_the_verdict() -> None:
    other = validation(
        0,
        down=["redis"],
        environment="production",
        service="netra-backend-production",
        revision="netra-backend-production-00001-abc",
    )
    found = diagnosis(validation(10), other)
    assert (found.verdict, found.services[0].service) == ("not_ready", "netra-backend-production")


def test_a_pack_that_does_not_fit_is_said_and_crashes_are_diagnosed_all_the_same() -> None:
    found = diagnosis(
        failed_boot(0, service="shop", revision="shop-00001-abc"),
        printed(1.5, "[1] [ERROR] Reason: Worker failed to boot.", service="shop", revision="shop-00001-abc"),
    )
    assert found.verdict == "not_ready"
    assert any(limit.startswith("no readiness chain known for shop") for limit in found.limits)


# ---------------------------------------------------------------- recovered


def test_recovered_needs_a_later_ready_verdict() -> None:
    failing = validation(0, down=["agent_supervisor"])
    assert diagnosis(failing, validation(60)).recovered
    assert diagnosis(failing, validation(60, down=["redis"])).recovered
    assert not diagnosis(validation(60)).recovered
    assert not diagnosis(validation(0), validation(60, down=["agent_supervisor"])).recovered


def test_an_older_revision_that_goes_on_is_no_recovery_of_a_newer_one() -> None:
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


def test_what_recovered_is_told_and_comes_last() -> None:
    found = diagnosis(validation(0, down=["agent_supervisor"]), validation(60, down=["redis"]))
    assert [(incident.cause, incident.recovered) for incident in found.incidents] == [
        ("noncritical-check", False),
        ("check-agent-supervisor", True),
    ]


@pytest.mark.parametrize("after", [
    said(60, "Continuing without migrations", "netra_backend.app.startup_module"),
    said(60, "Enhanced GCP WebSocket Readiness Middleware initialized (Issue #449) - Environment: staging, GCP: True", MIDDLEWARE),
    platform(60, 'Default STARTUP TCP probe succeeded after 1 attempt for container "x-1" on port 8000.'),
    said(60, " PASS:  GCP WebSocket readiness VALIDATED", SMD),
    approved(60),
    rejecting(60, path="/ws/health"),
    request(60, "/health", 200),
])  # fmt: skip
def test_nothing_but_a_verdict_recovers(after: Log) -> None:
    found = diagnosis(validation(0, down=["agent_supervisor"]), after)
    assert (found.verdict, found.recovered) == ("not_ready", False)
    assert not found.incidents[0].recovered


def test_a_bypass_and_an_exception_that_was_let_through_recover_nothing() -> None:
    failing = validation(0, down=["agent_supervisor"])
    bypass = [
        said(60, "🚨 STAGING BYPASS ACTIVE: WebSocket readiness validation bypassed", MIDDLEWARE),
        approved(60.1),
    ]
    error = [
        said(60, "WebSocket readiness check error: no state", MIDDLEWARE),
        said(
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


def test_a_boot_that_comes_up_after_a_failed_one_leaves_it_open() -> None:
    found = diagnosis(failed_boot(0), good_boot(30))
    assert (found.verdict, found.recovered) == ("inconclusive", False)
    assert found.next is not None
    assert diagnosis(failed_boot(0), good_boot(30), validation(40)).recovered


def test_a_boot_that_came_up_before_the_failed_one_does_not_help() -> None:
    assert verdict(good_boot(0, instance="i1"), failed_boot(30, instance="i2")) == "not_ready"


def test_a_boot_that_comes_up_after_a_failed_validation_does_not_help_either() -> None:
    assert verdict(validation(0, down=["agent_supervisor"]), good_boot(30)) == "not_ready"


def test_verdicts_within_one_microsecond_are_told_apart_by_their_nanoseconds() -> None:
    first, second = validation(0, instance="i1"), validation(0, down=["agent_supervisor"], instance="i2")
    for number, log in enumerate(first):
        log["timestamp"] = f"2026-03-01T08:00:03.000{number:03d}Z"
    for number, log in enumerate(second):
        log["timestamp"] = f"2026-03-01T08:00:03.000{number + len(first) - len(second):03d}005Z"
    assert first[-1]["timestamp"][:-1] == second[-1]["timestamp"][:-4]
    assert verdict(first, second) == "not_ready"


# ---------------------------------------------------------------- what decides nothing


def test_a_request_refused_by_the_header_check_alone_is_inconclusive_and_the_incident_is_shown() -> None:
    found = diagnosis(rejecting(0, path="/ws/health"), request(0.001, "/ws/health", 503))
    assert (found.verdict, [incident.cause for incident in found.incidents]) == (
        "inconclusive",
        ["gate-header-check"],
    )
    assert (found.incidents[0].check, found.incidents[0].condition) == (None, "gate_rejected")


@pytest.mark.parametrize(
    ("down", "says"), [((), "ready"), (("redis",), "degraded"), (("agent_supervisor",), "not_ready")]
)
def test_a_header_check_beside_a_validation_leaves_its_verdict(down: tuple[str, ...], says: str) -> None:
    found = diagnosis(validation(0, down=down), rejecting(60, path="/ws/health"))
    assert found.verdict == says
    assert "gate-header-check" in [incident.cause for incident in found.incidents]


def test_a_cached_refusal_decides_nothing_of_its_own() -> None:
    failed = [
        *validation(0, down=["redis"], environment="production"),
        rejecting(1.7, state="failed", failed=["redis"]),
    ]
    found = diagnosis(failed, rejecting(5))
    assert found.incidents[0].cause == "check-redis"
    assert "gate-header-check" not in [incident.cause for incident in found.incidents]


def test_degraded_says_why() -> None:
    found = diagnosis(validation(0, down=["redis"]))
    assert (found.verdict, found.incidents[0].cause, found.incidents[0].check) == (
        "degraded",
        "noncritical-check",
        "redis",
    )
    assert "redis" in found.incidents[0].title


def test_a_payload_that_the_exporter_lost_is_inconclusive_and_said() -> None:
    lost = [{key: value for key, value in log.items() if key != "jsonPayload"} for log in validation(0)]
    found = diagnosis(lost)
    assert found.verdict == "inconclusive"
    assert found.next is not None
    assert "payload" in found.next.why
    assert any("payload" in limit for limit in found.limits)


def test_what_this_log_level_cannot_show_is_a_limit() -> None:
    assert any("DEBUG" in limit for limit in diagnosis(validation(0)).limits)


def test_a_run_whose_verdict_is_outside_the_logs_decides_nothing() -> None:
    assert verdict(validation(0)[:12]) == "inconclusive"
    assert verdict(validation(0, down=["agent_supervisor"]), validation(60)[:12]) == "not_ready"


def test_a_critical_check_that_failed_where_the_log_ends_is_an_incident() -> None:
    logs = validation(0, down=["agent_supervisor"])
    failing = next(n for n, log in enumerate(logs) if "CRITICAL FAIL" in log["jsonPayload"]["message"])
    found = diagnosis(logs[: failing + 1])
    assert (found.verdict, found.incidents[0].cause) == ("not_ready", "check-agent-supervisor")


def test_an_error_inside_a_run_that_no_cause_explains_is_a_lead() -> None:
    words = "    ❌ CRITICAL FAIL: agent_supervisor: Not ready after 1.42s (Agent supervisor and chat pipeline) - {}"
    opening = validation(0)[0]
    overlapping = [
        opening,
        {**opening, "timestamp": "2026-03-01T08:00:00.500000Z"},
        said(1, words, severity="ERROR"),
    ]
    found = diagnosis(overlapping)
    assert (found.verdict, [incident.cause for incident in found.incidents]) == (
        "inconclusive",
        ["unknown-error"],
    )


def test_the_diagnosis_of_a_document_is_the_same_type_for_every_input() -> None:
    assert all(isinstance(diagnosis(logs), Diagnosis) for logs in ([], validation(0), failed_boot(0)))
