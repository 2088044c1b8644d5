"""Every sentence of an incident cites a line of the export."""

import json
import re

import msgspec
import pytest

from tests.diagnosis.scenarios import (
    BORN,
    MALFORMED,
    NEW,
    OLD,
    SCENES,
    aborted_startup,
    crash,
    failed_check,
    header_check,
)
from tests.release.gate.scenarios import boot
from tests.runs.logs import (
    PACKS,
    SMD,
    Log,
    diagnosis,
    export,
    log_line,
    platform,
    request,
    validation,
)
from triage.models import FailedShare


def test_similar_runs_are_one_incident_with_a_count() -> None:
    (incident,) = diagnosis([log for n in range(15) for log in crash(n * 8, instance=f"i{n}")]).incidents
    assert (incident.count, len(incident.scope.instances), len(incident.scope.runs)) == (15, 15, 15)
    assert incident.first_seen < incident.last_seen
    assert next(line.count for line in incident.evidence if "No module" in line.message) == 15


def test_share_counts_the_runs_of_the_same_kind() -> None:
    crashes = [log for n in range(3) for log in crash(n * 8, instance=f"i{n}")]
    (incident,) = diagnosis(crashes, boot(60, instance="i9")).incidents
    assert incident.share == FailedShare(failed=3, total=4, of="boots")
    assert incident.occurrences == "3 of 4 boots failed"
    (alone,) = diagnosis(crash(0)).incidents
    assert alone.share is None


def test_share_of_refusals_counts_the_requests() -> None:
    requests = [request(0.1, "/ws/health", 503), request(1, "/", 200), request(2, "/", 200)]
    (refused,) = diagnosis(header_check(0), requests).incidents
    assert refused.cause == "gate-header-check"
    assert refused.share == FailedShare(failed=1, total=3, of="requests")
    (alone,) = diagnosis(header_check(0)).incidents
    assert alone.share is None


def test_share_is_unknown_where_only_errors_were_exported() -> None:
    crashes = [log for n in range(6) for log in crash(n * 8, instance=f"i{n}")]
    (incident,) = diagnosis(crashes, boot(60, instance="i9")).incidents
    assert incident.share == FailedShare(failed=6, total=7, of="boots")
    errors = [log for log in crashes if log.get("severity") == "ERROR" or "[ERROR]" in json.dumps(log)]
    (incident,) = diagnosis(errors).incidents
    assert (incident.count, incident.share) == (6, None)


def test_scope_names_first_instances_and_counts_all() -> None:
    (incident,) = diagnosis([log for n in range(50) for log in crash(n * 8, instance=f"i{n}")]).incidents
    assert (incident.count, len(incident.scope.instances)) == (50, 20)


def test_different_missing_modules_are_different_incidents() -> None:
    found = diagnosis(crash(0, module="billing"), crash(60, module="mail"))
    assert sorted(i.title for i in found.incidents) == [
        "No worker can boot: the image has no module billing",
        "No worker can boot: the image has no module mail",
    ]


def test_fingerprint_ignores_measured_numbers_in_the_title() -> None:
    unreachable = "Auth unreachable after {}s - preventing WebSocket timeout"
    first = diagnosis(log_line(0, unreachable.format("0.51"), "auth_probe", severity="ERROR")).incidents[0]
    later = diagnosis(
        log_line(9, unreachable.format("0.73"), "auth_probe", severity="ERROR", revision=NEW, instance="i9")
    ).incidents[0]
    assert first.id == later.id
    both = diagnosis(
        log_line(0, unreachable.format("0.51"), "auth_probe", severity="ERROR"),
        log_line(9, unreachable.format("0.73"), "auth_probe", severity="ERROR", revision=NEW),
    ).incidents
    assert [(incident.id, incident.count) for incident in both] == [(first.id, 2)]


def test_fingerprint_is_independent_of_measurements() -> None:
    aborted = "DETERMINISTIC STARTUP FAILURE: the shelf gave way after {}s with pid {}"
    numbers = [("1.5", 20411), ("2.25", 31007)]
    one, two = (diagnosis(log_line(0, aborted.format(*pair), "startup")).incidents[0] for pair in numbers)
    assert one.id == two.id
    assert one.title != two.title


def test_fingerprint_differs_by_cause_service_and_title() -> None:
    exports = [
        crash(0),
        crash(0, module="mail"),
        aborted_startup(0),
        crash(0, service="netra-auth-service"),
        failed_check(0),
    ]
    assert len({diagnosis(export).incidents[0].id for export in exports}) == 5


def test_title_is_filled_from_deciding_lines_only() -> None:
    line = "DETERMINISTIC STARTUP FAILURE: name 'SessionStore' is not defined"
    later = "Redis readiness check failed: Error 111"
    boot = [
        platform(0, BORN),
        log_line(2, line, "startup", severity="CRITICAL"),
        log_line(2.1, later),
        platform(3, "Container called exit(3)."),
    ]
    detail = log_line(2.2, "Middleware setup failure details: KeyError: 'x'", "logging")
    (incident, *_) = diagnosis(boot, detail).incidents
    assert incident.title == "Startup aborted: name 'SessionStore' is not defined"


# ---------------------------------------------------------------- evidence


@pytest.mark.parametrize("name", SCENES)
def test_every_reason_cites_evidence_of_the_export(name: str) -> None:
    logs = export(SCENES[name])
    log_by_id = {log["insertId"]: log for log in logs}
    for incident in diagnosis(SCENES[name]).incidents:
        numbers = [line.id for line in incident.evidence]
        assert len(set(numbers)) == len(numbers)
        assert all(line.insert_id in log_by_id for line in incident.evidence)
        assert incident.because
        for sentence in incident.because:
            cited = re.search(r" \[(E\d+(?:, E\d+)*)\]$", sentence)
            assert cited is not None, sentence
            assert set(cited[1].split(", ")) <= set(numbers), sentence
            assert "(not in the log)" not in sentence
        for ruled in incident.ruled_out:
            assert ruled.evidence
            assert set(ruled.evidence) <= set(numbers), ruled


@pytest.mark.parametrize("name", SCENES)
def test_reason_cites_lines_of_its_own_revision(name: str) -> None:
    for incident in diagnosis(SCENES[name]).incidents:
        lines = {line.id: line for line in incident.evidence}
        revisions = {lines[number].revision for reason in incident.reasons for number in reason.evidence}
        assert revisions <= {*incident.scope.revisions, ""}


def test_line_of_another_revision_is_not_cited() -> None:
    found = diagnosis(
        aborted_startup(0, revision=NEW)[:-1], platform(19, "Container called exit(1).", revision=OLD)
    )
    incident = next(i for i in found.incidents if i.cause == "startup-database")
    assert {line.revision for line in incident.evidence} == {NEW}


def test_distant_line_is_not_cited() -> None:
    requests = [request(0, "/", 503, MALFORMED)]
    (incident, *_) = diagnosis(requests, crash(3600)).incidents
    assert not any("Requests failed" in sentence for sentence in incident.because)


def test_evidence_has_position_and_link() -> None:
    (incident,) = diagnosis(failed_check(0)).incidents
    for line in incident.evidence:
        assert (line.service, line.revision, line.instance) == ("netra-backend-staging", OLD, "i1")
        assert line.link.startswith("https://console.cloud.google.com/")
        assert line.rule


def test_long_message_is_cut_in_evidence() -> None:
    (incident,) = diagnosis(log_line(0, "Cannot price: " + "x" * 9000, "shop", severity="ERROR")).incidents
    assert len(incident.evidence[0].message) < 1000


def test_entry_without_insert_id_is_evidence() -> None:
    logs = [
        {key: value for key, value in log.items() if key != "insertId"} for log in export(failed_check(0))
    ]
    from tests.runs.logs import records
    from triage import pipeline

    found = pipeline.analyze(iter(records(logs)), packs=PACKS)
    (incident,) = found.diagnosis.incidents
    assert [line.id for line in incident.evidence] == [f"E{n}" for n in range(1, len(incident.evidence) + 1)]
    assert found.timeline.runs[0].steps[0].evidence == ["@2026-03-01T08:00:00.000000Z"]


# ---------------------------------------------------------------- ruled out


def test_passed_checks_of_the_same_run_are_ruled_out() -> None:
    (incident,) = diagnosis(failed_check(0)).incidents
    cleared = {ruled.cause for ruled in incident.ruled_out}
    assert {"database", "redis", "auth_validation", "websocket_bridge"} <= cleared
    assert not {"agent_supervisor", "websocket_integration"} & cleared


def test_check_that_failed_in_another_run_is_not_ruled_out() -> None:
    one = validation(0, down=["agent_supervisor"])
    two = validation(60, down=["agent_supervisor", "redis"])
    (incident,) = diagnosis(one, two).incidents
    assert "redis" not in {ruled.cause for ruled in incident.ruled_out}


def test_header_check_rules_out_checks_after_a_passed_validation() -> None:
    found = diagnosis(validation(0), header_check(30))
    assert "the service checks" in {ruled.cause for ruled in found.incidents[0].ruled_out}
    alone = diagnosis(header_check(30))
    assert "the service checks" not in {ruled.cause for ruled in alone.incidents[0].ruled_out}


def aborted_by_redis(start: float, *phases: str, **place: str) -> list[Log]:
    """Return a boot that ends in its last check, after some phases had passed."""
    error = (
        "GCP WebSocket readiness validation failed. Failed services: [redis]. State: failed. Elapsed: 6.98s."
    )
    passed = [
        log_line(start + 1, f" PASS:  PHASE COMPLETED: {phase} (0.1s)", SMD, **place) for phase in phases
    ]
    return [
        platform(start, BORN, **place),
        *passed,
        log_line(start + 3, f" FAIL:  Error: {error}", SMD, **place),
    ]


def test_passed_phase_rules_out_its_own_dependency_only() -> None:
    (none,) = diagnosis(aborted_by_redis(0, "INIT", "CACHE")).incidents
    (cleared,) = diagnosis(aborted_by_redis(0, "INIT", "DATABASE")).incidents
    assert "database" not in {ruled.cause for ruled in none.ruled_out}
    assert "database" in {ruled.cause for ruled in cleared.ruled_out}


def test_phase_of_another_boot_rules_out_nothing() -> None:
    other = [
        platform(2, BORN, instance="i2"),
        log_line(3, " PASS:  PHASE COMPLETED: DATABASE (0.1s)", SMD, instance="i2"),
    ]
    (incident,) = diagnosis(aborted_by_redis(0), other).incidents
    assert "database" not in {ruled.cause for ruled in incident.ruled_out}


def test_occurrences_name_the_share_that_failed() -> None:
    (incident,) = diagnosis(crash(0)).incidents
    for count, share, says in (
        (1, None, "1 time"),
        (1_200, None, "1,200 times"),
        (1, FailedShare(failed=1, total=1, of="requests"), "1 of 1 request failed"),
        (5, FailedShare(failed=2, total=4_000, of="instances"), "5 times: 2 of 4,000 instances failed"),
    ):
        assert msgspec.structs.replace(incident, count=count, share=share).occurrences == says
