"""Incidents: every sentence with a line of the export, nothing that no line shows."""

import re

import pytest

from tests.diagnosis.scenes import (
    BORN,
    MALFORMED,
    NEW,
    OLD,
    SCENES,
    crash,
    failed_check,
    gave_up,
    header_check,
)
from tests.runs.logs import (
    PACKS,
    SMD,
    Log,
    diagnosis,
    export,
    platform,
    request,
    said,
    validation,
)


def test_alike_scenes_are_one_incident_with_their_number() -> None:
    (incident,) = diagnosis([log for n in range(15) for log in crash(n * 8, instance=f"i{n}")]).incidents
    assert (incident.count, len(incident.scope.instances), len(incident.scope.runs)) == (15, 15, 15)
    assert incident.first_seen < incident.last_seen
    assert next(line.count for line in incident.evidence if "No module" in line.message) == 15


def test_a_scope_of_many_instances_names_some_and_counts_all() -> None:
    (incident,) = diagnosis([log for n in range(50) for log in crash(n * 8, instance=f"i{n}")]).incidents
    assert (incident.count, len(incident.scope.instances)) == (50, 20)


def test_different_things_that_are_missing_are_different_incidents() -> None:
    found = diagnosis(crash(0, module="billing"), crash(60, module="mail"))
    assert sorted(i.title for i in found.incidents) == [
        "No worker can boot: the image has no module billing",
        "No worker can boot: the image has no module mail",
    ]


def test_a_fingerprint_is_that_of_the_cause_the_service_and_the_thing_whatever_its_numbers() -> None:
    unreachable = "Auth unreachable after {}s - preventing WebSocket timeout"
    first = diagnosis(said(0, unreachable.format("0.51"), "auth_probe", severity="ERROR")).incidents[0]
    later = diagnosis(
        said(9, unreachable.format("0.73"), "auth_probe", severity="ERROR", revision=NEW, instance="i9")
    ).incidents[0]
    assert first.id == later.id
    both = diagnosis(
        said(0, unreachable.format("0.51"), "auth_probe", severity="ERROR"),
        said(9, unreachable.format("0.73"), "auth_probe", severity="ERROR", revision=NEW),
    ).incidents
    assert [(incident.id, incident.count) for incident in both] == [(first.id, 2)]


def test_a_fingerprint_does_not_hang_on_what_was_measured() -> None:
    aborted = "DETERMINISTIC STARTUP FAILURE: the shelf gave way after {}s with pid {}"
    numbers = [("1.5", 20411), ("2.25", 31007)]
    one, two = (diagnosis(said(0, aborted.format(*pair), "startup")).incidents[0] for pair in numbers)
    assert one.id == two.id
    assert one.title != two.title


def test_a_fingerprint_is_another_for_another_cause_service_or_thing() -> None:
    scenes = [
        crash(0),
        crash(0, module="mail"),
        gave_up(0),
        crash(0, service="netra-auth-service"),
        failed_check(0),
    ]
    assert len({diagnosis(scene).incidents[0].id for scene in scenes}) == 5


def test_a_title_is_filled_by_the_lines_that_decide_it_not_by_its_neighbours() -> None:
    line = "DETERMINISTIC STARTUP FAILURE: name 'SessionStore' is not defined"
    later = "Redis readiness check failed: Error 111"
    boot = [
        platform(0, BORN),
        said(2, line, "startup", severity="CRITICAL"),
        said(2.1, later),
        platform(3, "Container called exit(3)."),
    ]
    detail = said(2.2, "Middleware setup failure details: KeyError: 'x'", "logging")
    (incident, *_) = diagnosis(boot, detail).incidents
    assert incident.title == "Startup aborted: name 'SessionStore' is not defined"


# ---------------------------------------------------------------- evidence


@pytest.mark.parametrize("name", SCENES)
def test_every_sentence_cites_evidence_that_is_in_the_export(name: str) -> None:
    logs = export(SCENES[name])
    said_in = {log["insertId"]: log for log in logs}
    for incident in diagnosis(SCENES[name]).incidents:
        numbers = [line.id for line in incident.evidence]
        assert len(set(numbers)) == len(numbers)
        assert all(line.insert_id in said_in for line in incident.evidence)
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
def test_a_reason_rests_on_lines_of_the_incidents_own_revision(name: str) -> None:
    for incident in diagnosis(SCENES[name]).incidents:
        lines = {line.id: line for line in incident.evidence}
        revisions = {lines[number].revision for reason in incident.reasons for number in reason.evidence}
        assert revisions <= {*incident.scope.revisions, ""}


def test_a_line_of_another_revision_is_no_reason() -> None:
    found = diagnosis(gave_up(0, revision=NEW)[:-1], platform(19, "Container called exit(1).", revision=OLD))
    incident = next(i for i in found.incidents if i.cause == "startup-database")
    assert {line.revision for line in incident.evidence} == {NEW}


def test_a_line_of_long_before_is_no_reason() -> None:
    requests = [request(0, "/", 503, MALFORMED)]
    (incident, *_) = diagnosis(requests, crash(3600)).incidents
    assert not any("Requests failed" in sentence for sentence in incident.because)


def test_evidence_tells_where_it_stands_and_links_to_it() -> None:
    (incident,) = diagnosis(failed_check(0)).incidents
    for line in incident.evidence:
        assert (line.service, line.revision, line.instance) == ("netra-backend-staging", OLD, "i1")
        assert line.link.startswith("https://console.cloud.google.com/")
        assert line.rule


def test_a_long_message_is_cut_in_the_evidence() -> None:
    (incident,) = diagnosis(said(0, "Cannot price: " + "x" * 9000, "shop", severity="ERROR")).incidents
    assert len(incident.evidence[0].message) < 1000


def test_entries_without_an_insert_id_are_evidence_too() -> None:
    logs = [
        {key: value for key, value in log.items() if key != "insertId"} for log in export(failed_check(0))
    ]
    from tests.runs.logs import records
    from triage import pipeline

    found = pipeline.analyse(iter(records(logs)), packs=PACKS)
    (incident,) = found.diagnosis.incidents
    assert [line.id for line in incident.evidence] == [f"E{n}" for n in range(1, len(incident.evidence) + 1)]
    assert found.timeline.runs[0].steps[0].evidence == ["@2026-03-01T08:00:00.000000Z"]


# ---------------------------------------------------------------- ruled out


def test_checks_that_passed_in_the_same_run_are_ruled_out() -> None:
    (incident,) = diagnosis(failed_check(0)).incidents
    cleared = {ruled.cause for ruled in incident.ruled_out}
    assert {"database", "redis", "auth_validation", "websocket_bridge"} <= cleared
    assert not {"agent_supervisor", "websocket_integration"} & cleared


def test_a_check_that_failed_in_another_run_of_the_incident_is_not_ruled_out() -> None:
    one = validation(0, down=["agent_supervisor"])
    two = validation(60, down=["agent_supervisor", "redis"])
    (incident,) = diagnosis(one, two).incidents
    assert "redis" not in {ruled.cause for ruled in incident.ruled_out}


def test_a_header_check_rules_out_the_checks_when_the_last_validation_passed() -> None:
    found = diagnosis(validation(0), header_check(30))
    assert "the service checks" in {ruled.cause for ruled in found.incidents[0].ruled_out}
    alone = diagnosis(header_check(30))
    assert "the service checks" not in {ruled.cause for ruled in alone.incidents[0].ruled_out}


def aborted_by_redis(start: float, *phases: str, **place: str) -> list[Log]:
    """Return a boot that ends in its last check, after some phases had passed."""
    error = (
        "GCP WebSocket readiness validation failed. Failed services: [redis]. State: failed. Elapsed: 6.98s."
    )
    passed = [said(start + 1, f" PASS:  PHASE COMPLETED: {phase} (0.1s)", SMD, **place) for phase in phases]
    return [platform(start, BORN, **place), *passed, said(start + 3, f" FAIL:  Error: {error}", SMD, **place)]


def test_a_phase_clears_its_own_dependency_only() -> None:
    (none,) = diagnosis(aborted_by_redis(0, "INIT", "CACHE")).incidents
    (cleared,) = diagnosis(aborted_by_redis(0, "INIT", "DATABASE")).incidents
    assert "database" not in {ruled.cause for ruled in none.ruled_out}
    assert "database" in {ruled.cause for ruled in cleared.ruled_out}


def test_the_phase_of_another_boot_clears_nothing() -> None:
    other = [
        platform(2, BORN, instance="i2"),
        said(3, " PASS:  PHASE COMPLETED: DATABASE (0.1s)", SMD, instance="i2"),
    ]
    (incident,) = diagnosis(aborted_by_redis(0), other).incidents
    assert "database" not in {ruled.cause for ruled in incident.ruled_out}
