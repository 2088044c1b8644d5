"""The cause to act on ranks first, with its symptoms attached."""

from collections.abc import Callable
from itertools import permutations

from tests.diagnosis.scenarios import (
    MALFORMED,
    NEW,
    OLD,
    aborted_startup,
    broken_bridge,
    causes,
    crash,
    cut_off,
    failed_check,
    header_check,
)
from tests.runs.logs import (
    Log,
    diagnosis,
    request,
    validation,
)


def test_tiers_rank_crash_startup_check_gate_runtime() -> None:
    makers: list[Callable[..., list[Log]]] = [
        crash,
        aborted_startup,
        failed_check,
        header_check,
        broken_bridge,
    ]
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


def test_symptom_ranks_last() -> None:
    found = diagnosis(broken_bridge(0), cut_off(30))
    assert causes(found) == ["bridge-method-missing", "response-truncated"]
    found = diagnosis(crash(0), cut_off(30))
    assert causes(found) == ["missing-module"]
    exited, requests = found.incidents[0].symptoms
    assert exited.startswith("The container exited with code 3")
    assert requests == "1 failed request"


def test_symptoms_are_attached_and_cited() -> None:
    requests = [request(3 + n, "/", 503, MALFORMED) for n in range(7)]
    (incident,) = diagnosis(crash(0), requests).incidents
    assert incident.cause == "missing-module"
    assert len(incident.symptoms) == 2
    assert incident.symptoms[1] == "7 failed requests"
    assert MALFORMED[:40] in " ".join(line.message for line in incident.evidence)


def test_symptom_at_another_revision_is_its_own_incident() -> None:
    found = diagnosis(crash(0, revision=NEW), request(3, "/", 503, MALFORMED, revision=OLD))
    assert causes(found) == ["missing-module", "requests-failed"]


def test_primary_service_ranks_first() -> None:
    place = {"service": "netra-auth-service", "revision": "netra-auth-service-00001-abc"}
    found = diagnosis(broken_bridge(50), crash(0, **place))
    assert [(i.service, i.cause) for i in found.incidents] == [
        ("netra-backend-staging", "bridge-method-missing"),
        ("netra-auth-service", "missing-module"),
    ]


def test_deciding_revision_ranks_before_older_ones() -> None:
    found = diagnosis(crash(0, revision=OLD), failed_check(60, revision=NEW))
    assert [(i.cause, i.scope.revisions) for i in found.incidents] == [
        ("check-agent-supervisor", [NEW]),
        ("missing-module", [OLD]),
    ]


def test_recovered_incidents_rank_after_open_ones() -> None:
    found = diagnosis(crash(0), validation(60), broken_bridge(70))
    assert [(i.cause, i.recovered) for i in found.incidents] == [
        ("bridge-method-missing", False),
        ("missing-module", True),
    ]


def test_causes_that_supersede_each_other_are_kept() -> None:
    assert causes(diagnosis(crash(0), aborted_startup(60), failed_check(200)))[:3] == [
        "missing-module",
        "startup-database",
        "check-agent-supervisor",
    ]
