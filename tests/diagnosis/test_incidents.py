"""Incidents: the cause before its symptoms, every sentence with a line of the export, nothing that no line shows."""

import re
from collections.abc import Callable, Iterator
from itertools import permutations

import pytest

from tests.runs.logs import (
    MIDDLEWARE,
    PACKS,
    SMD,
    Log,
    approved,
    diagnosis,
    export,
    platform,
    printed,
    rejecting,
    request,
    said,
    validation,
)
from triage.models import Diagnosis, Incident

BORN = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."
OLD, NEW = "netra-backend-staging-00041-kqx", "netra-backend-staging-00042-abc"
MALFORMED = "The request failed because either the HTTP response was malformed or connection to the instance had an error."


def crash(start: float, module: str = "billing", **place: str) -> list[Log]:
    """Return a boot that cannot import a module."""
    failed = f"CRITICAL: Core WebSocket components import failed: No module named '{module}'"
    return [
        platform(start, BORN, **place),
        said(start + 1, failed, "logging", severity="CRITICAL", **place),
        printed(start + 1.5, "[1] [ERROR] Reason: Worker failed to boot.", **place),
        platform(start + 2, "Container called exit(3).", **place),
    ]


def gave_up(start: float, limit: float = 18.0, **place: str) -> list[Log]:
    """Return a boot whose database does not answer."""
    error = f"Database initialization timeout after {limit}s in staging environment."
    return [
        platform(start, BORN, **place),
        said(start + 18, f" FAIL:  PHASE FAILED: DATABASE - {error}", SMD, severity="ERROR", **place),
        said(start + 18.1, f"DETERMINISTIC STARTUP FAILURE: CRITICAL STARTUP FAILURE: {error}", "logging", severity="CRITICAL", **place),
        platform(start + 19, "Container called exit(3).", **place),
    ]  # fmt: skip


def failed_check(start: float, **place: str) -> list[Log]:
    return validation(start, down=["agent_supervisor"], **place)


def header_check(start: float, **place: str) -> list[Log]:
    return [rejecting(start, path="/ws/health", **place)]


def broken_bridge(start: float, **place: str) -> list[Log]:
    line = (
        "AgentBridgeHandler error for user u-17: 'AgentWebSocketBridge' object has no attribute 'send_event'"
    )
    return [said(start, line, "netra_backend.app.websocket_ssot", severity="ERROR", **place)]


def cut_off(start: float, **place: str) -> list[Log]:
    return [platform(start, "Truncated response body. Usually implies that the request timed out.", **place)]


def causes(found: Diagnosis) -> list[str]:
    return [incident.cause for incident in found.incidents]


# ---------------------------------------------------------------- rank


def test_a_crash_outranks_a_failed_startup_then_a_check_a_gate_and_what_runs() -> None:
    makers: list[Callable[..., list[Log]]] = [crash, gave_up, failed_check, header_check, broken_bridge]
    ranked = [
        "missing-module",
        "startup-database",
        "check-agent-supervisor",
        "gate-header-check",
        "bridge-method-missing",
    ]
    for order in list(permutations(range(5)))[::17]:
        logs = [
            log
            for place, number in enumerate(order)
            for log in makers[number](place * 100, instance=f"i{number}")
        ]
        assert causes(diagnosis(logs)) == ranked, order


def test_a_symptom_alone_stands_last_and_below_what_explains_it() -> None:
    found = diagnosis(broken_bridge(0), cut_off(30))
    assert causes(found) == ["bridge-method-missing", "response-truncated"]
    found = diagnosis(crash(0), cut_off(30))
    assert causes(found) == ["missing-module"]
    assert found.incidents[0].symptoms == ["Responses were cut off (1 lines)"]


def test_symptoms_are_attached_to_their_cause_and_cited() -> None:
    requests = [request(3 + n, "/", 503, MALFORMED) for n in range(7)]
    (incident,) = diagnosis(crash(0), requests).incidents
    assert incident.cause == "missing-module"
    assert len(incident.symptoms) == 1
    assert MALFORMED[:40] in " ".join(line.message for line in incident.evidence)


def test_a_symptom_at_another_revision_stands_for_itself() -> None:
    found = diagnosis(crash(0, revision=NEW), request(3, "/", 503, MALFORMED, revision=OLD))
    assert causes(found) == ["missing-module", "requests-failed"]


def test_the_primary_service_comes_before_others() -> None:
    place = {"service": "netra-auth-service", "revision": "netra-auth-service-00001-abc"}
    found = diagnosis(broken_bridge(50), crash(0, **place))
    assert [(i.service, i.cause) for i in found.incidents] == [
        ("netra-backend-staging", "bridge-method-missing"),
        ("netra-auth-service", "missing-module"),
    ]


def test_the_revision_that_decides_comes_before_older_ones() -> None:
    found = diagnosis(crash(0, revision=OLD), failed_check(60, revision=NEW))
    assert [(i.cause, i.scope.revisions) for i in found.incidents] == [
        ("check-agent-supervisor", [NEW]),
        ("missing-module", [OLD]),
    ]


def test_what_recovered_comes_after_what_holds() -> None:
    found = diagnosis(crash(0), validation(60), broken_bridge(70))
    assert [(i.cause, i.recovered) for i in found.incidents] == [
        ("bridge-method-missing", False),
        ("missing-module", True),
    ]


def test_causes_that_outrank_each_other_in_a_circle_are_not_lost() -> None:
    assert causes(diagnosis(crash(0), gave_up(60), failed_check(200)))[:3] == [
        "missing-module",
        "startup-database",
        "check-agent-supervisor",
    ]


# ---------------------------------------------------------------- one incident


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


def scenes() -> Iterator[tuple[str, list[Log]]]:
    """Yield exports in which something is wrong."""
    yield "crash", [*crash(0), request(3, "/", 503, MALFORMED)]
    yield "loop", [log for n in range(9) for log in crash(n * 8, instance=f"i{n}")]
    yield "startup", gave_up(0)
    yield (
        "check",
        [
            *validation(0, down=["redis", "database"], environment="production"),
            rejecting(2, state="failed", failed=["redis"]),
        ],
    )
    yield "noncritical", validation(0, down=["redis", "database"])
    yield "tolerated", validation(0, tolerated=["websocket_bridge"])
    yield "header", [*validation(0), *header_check(30), request(30.002, "/ws/health", 503)]
    yield (
        "bypass",
        [
            said(0, "🚨 STAGING BYPASS ACTIVE: WebSocket readiness validation bypassed", MIDDLEWARE),
            approved(0.1),
        ],
    )
    yield (
        "many",
        [
            *crash(0),
            *gave_up(60, instance="i2"),
            *failed_check(200),
            *header_check(300),
            *broken_bridge(310),
            *cut_off(320),
        ],
    )
    yield (
        "unknown",
        [said(n, f"Cannot price order {n}: KeyError", "shop", severity="ERROR") for n in range(5)],
    )
    yield (
        "around",
        [
            said(
                0,
                "Redis initial connection successful: redis://10.0.0.3:6379/0",
                "redis_manager",
                instance="i1",
            ),
            *gave_up(1, instance="i2"),
            *validation(30, down=["redis"], environment="production", instance="i1"),
        ],
    )


SCENES = dict(scenes())


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


# ---------------------------------------------------------------- what is left


def test_errors_that_no_rule_knows_are_leads_grouped_by_shape_the_newest_revision_first() -> None:
    old = [
        said(n, f"Cannot price order {n}: KeyError", "shop", severity="ERROR", revision=OLD) for n in range(5)
    ]
    new = [
        said(60 + n, f"Tax table {n} is empty", "shop", severity="CRITICAL", revision=NEW) for n in range(2)
    ]
    ready = validation(90, revision=NEW)
    found = diagnosis(old, new, ready)
    assert [(i.cause, i.confidence, i.count, i.scope.revisions) for i in found.incidents] == [
        ("unknown-error", "low", 2, [NEW]),
        ("unknown-error", "low", 5, [OLD]),
    ]
    assert found.verdict == "ready"


def test_leads_come_after_every_cause_and_are_bounded() -> None:
    words = [f"{a}{b}" for a in "abcdefghijklmnopqrst" for b in "abcdefghijklmnopqrstuvwxyz"]
    unknown = [
        said(n / 100, f"Cannot {word} the order", "shop", severity="ERROR") for n, word in enumerate(words)
    ]
    found = diagnosis(unknown, broken_bridge(30), cut_off(40))
    assert causes(found)[:2] == ["bridge-method-missing", "response-truncated"]
    assert set(causes(found)[2:]) == {"unknown-error"}
    assert len(found.incidents) < 40


def test_noise_is_counted_and_never_an_incident_whatever_its_severity() -> None:
    noise = [
        said(n, "Session access failed (middleware not installed?): SessionMiddleware must be installed to access request.session", "logging", severity="CRITICAL")
        for n in range(11)
    ]  # fmt: skip
    found = diagnosis(noise, validation(30))
    assert (found.verdict, found.incidents) == ("ready", [])
    assert [entry.count for entry in found.noise] == [11]


def test_warnings_and_requests_that_no_rule_knows_are_no_leads() -> None:
    found = diagnosis(
        said(0, "The cache is cold", "shop", severity="WARNING"), request(1, "/nothing", 404), validation(2)
    )
    assert found.incidents == []


@pytest.mark.parametrize("name", SCENES)
def test_what_to_fetch_next_is_a_logging_filter(name: str) -> None:
    from triage.lql import parse

    following = diagnosis(SCENES[name]).next
    if following is not None:
        assert parse(following.filter)
        assert following.why


def test_every_filter_of_every_pack_is_a_logging_filter() -> None:
    from triage.lql import parse

    for pack in PACKS:
        assert parse(pack.filter)
        for cause in pack.causes:
            assert cause.settle is None or parse(cause.settle.filter)


def test_a_name_that_holds_a_quote_does_not_break_the_filter() -> None:
    from triage.lql import parse

    following = diagnosis(platform(0, BORN, service='netra-backend-" OR true OR "')).next
    assert following is not None
    assert parse(following.filter)


def test_without_packs_everything_is_unknown_and_nothing_breaks() -> None:
    from triage.lql import parse

    found = diagnosis(failed_check(0), packs=[])
    assert found.verdict == "inconclusive"
    assert {incident.cause for incident in found.incidents} == {"unknown-error"} or not found.incidents
    assert found.next is not None
    assert parse(found.next.filter)


def test_incidents_are_the_same_whatever_the_order_of_the_export() -> None:
    logs = export(SCENES["many"])
    assert diagnosis(logs) == diagnosis(logs[::-1]) == diagnosis(logs[1::2], logs[::2])


def incident_of(name: str) -> Incident:
    return diagnosis(SCENES[name]).incidents[0]


def test_no_check_is_blamed_that_the_evidence_clears() -> None:
    assert {name: incident_of(name).check for name in ("crash", "startup", "check", "header", "bypass")} == {
        "crash": None,
        "startup": "database",
        "check": "database",
        "header": None,
        "bypass": None,
    }
