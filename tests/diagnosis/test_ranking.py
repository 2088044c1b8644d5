"""The cause to act on first comes first, and its symptoms stand under it."""

from collections.abc import Callable
from itertools import permutations

from tests.diagnosis.scenes import (
    MALFORMED,
    NEW,
    OLD,
    broken_bridge,
    causes,
    crash,
    cut_off,
    failed_check,
    gave_up,
    header_check,
)
from tests.runs.logs import (
    Log,
    diagnosis,
    request,
    validation,
)


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
