"""What a client saw, beside what the service says of itself: which of the two decides, and what is said once."""

import pytest

from tests.diagnosis.scenes import NEW, OLD, crash, failed_check, header_check
from tests.runs.logs import Log, analysis, diagnosis, request, said, validation
from tests.runs.test_probe import line, probe
from triage import lql
from triage.models import Diagnosis, ServiceState

OPENED, CLOSED = (
    "socket /ws: 101 in 0.120s",
    "socket /ws: closed with code 1011 after 2 of 5 events in 0.410s",
)


def works(start: float, revision: str = "") -> list[Log]:
    return probe(start, OPENED, revision=revision)


def fails(start: float, revision: str = "") -> list[Log]:
    return probe(start, OPENED, CLOSED, verdict="not ready", revision=revision)


def by_headers(start: float, revision: str = "") -> list[Log]:
    refused = (
        "plain GET /ws/health: 503, error service_not_ready, state unknown, failed services [] in 0.003s"
    )
    decide = "headers decide on /ws/health: plain GET 503 with state unknown and no failed service, upgraded GET 403"
    return probe(start, refused, OPENED, decide, revision=revision)


def state(found: Diagnosis) -> ServiceState:
    (only,) = found.services
    return only


def causes(found: Diagnosis) -> list[str]:
    return [incident.cause for incident in found.incidents]


def test_a_probe_alone_decides() -> None:
    assert diagnosis(works(0)).verdict == "ready"
    assert diagnosis(fails(0)).verdict == "not_ready"
    assert diagnosis(probe(0, verdict="degraded", revision="")).verdict == "degraded"
    assert diagnosis(probe(0, verdict="unknown", revision="")).verdict == "inconclusive"


def test_the_later_of_a_validation_and_a_probe_decides() -> None:
    assert diagnosis(validation(0), fails(60)).verdict == "not_ready"
    assert diagnosis(fails(0), validation(60)).verdict == "ready"
    assert diagnosis(failed_check(0), works(60)).verdict == "ready"
    assert diagnosis(works(0), failed_check(60)).verdict == "not_ready"


def test_a_probe_that_cannot_tell_leaves_what_the_validation_said() -> None:
    assert diagnosis(validation(0), probe(60, verdict="unknown", revision="")).verdict == "ready"


def test_a_probe_that_works_after_a_failure_is_a_recovery() -> None:
    found = diagnosis(failed_check(0), works(60))
    assert found.recovered
    assert [incident.recovered for incident in found.incidents] == [True]
    again = diagnosis(fails(0), probe(60, OPENED, probe="0badcafe", revision=""))
    assert (again.verdict, again.recovered) == ("ready", True)
    assert [incident.recovered for incident in again.incidents] == [True]


def test_it_is_said_that_the_revision_which_answered_is_not_known() -> None:
    found = diagnosis(validation(0, revision=NEW), fails(60))
    assert state(found).revision == NEW
    assert state(found).why.endswith("; which revision answered is not in these logs")
    assert state(found).revisions == {NEW: "ready"}


def test_a_probe_that_an_older_revision_answered_says_nothing_of_the_newest() -> None:
    found = diagnosis(validation(0, revision=NEW), fails(60, revision=OLD))
    assert found.verdict == "ready"
    assert state(found).revisions == {NEW: "ready", OLD: "not_ready"}


def test_a_plain_get_that_is_refused_for_its_headers_never_makes_the_service_not_ready() -> None:
    found = diagnosis(by_headers(0))
    assert (found.verdict, causes(found)) == ("ready", ["client-header-check"])


def test_the_header_check_is_told_once_where_the_service_logs_it_too() -> None:
    found = diagnosis(
        by_headers(0), header_check(0.05, revision=NEW), request(0.05, "/ws/health", 503, revision=NEW)
    )
    assert (found.verdict, causes(found)) == ("ready", ["gate-header-check"])
    assert len(found.incidents[0].symptoms) == 2


def test_the_header_check_of_another_hour_is_not_that_of_the_client() -> None:
    found = diagnosis(by_headers(0), header_check(7200, revision=NEW))
    assert sorted(causes(found)) == ["client-header-check", "gate-header-check"]


def test_a_websocket_that_fails_goes_before_the_header_check() -> None:
    found = diagnosis(header_check(0, revision=NEW), fails(1))
    assert (found.verdict, causes(found)) == ("not_ready", ["client-socket-closed", "gate-header-check"])


def test_a_crash_in_the_log_goes_before_what_the_client_saw() -> None:
    refused = "socket /ws: 503 in 0.003s"
    found = diagnosis(crash(0, revision=NEW), probe(5, refused, verdict="not ready", revision=""))
    assert causes(found)[:2] == ["missing-module", "client-unavailable"]


def test_a_refused_handshake_and_the_same_request_in_the_log_are_one_incident() -> None:
    refused = probe(0, "socket /ws: 503 in 0.003s", verdict="not ready", revision="")
    found = diagnosis(refused, request(0.1, "/ws", 503, revision=NEW))
    assert causes(found) == ["client-unavailable"]
    assert found.incidents[0].symptoms == [
        "Requests on WebSocket paths were answered 503 by the application (1 lines)"
    ]


def traced(log: Log, trace: str) -> Log:
    return log | {"trace": trace}


@pytest.mark.parametrize("skew", [-1.0, 0.0, 1.0])
def test_the_own_lines_of_a_failing_request_are_cited_by_its_trace(skew: float) -> None:
    logs = fails(10)
    logs[2] = traced(logs[2], "abc123")
    inside = traced(
        said(10.1 + skew, "agent gave up", severity="ERROR", revision=NEW), "projects/demo/traces/abc123"
    )
    other = traced(
        said(10.1, "another user's trouble", severity="ERROR", revision=NEW), "projects/demo/traces/def"
    )
    incident = diagnosis(logs, inside, other).incidents[0]
    assert incident.cause == "client-socket-closed"
    last = incident.reasons[-1]
    assert last.says == "The service's own log has these lines of the same request"
    cited = [line.message for line in incident.evidence if line.id in last.evidence]
    assert cited == ["agent gave up"]


def test_only_requests_that_failed_are_looked_for_inside() -> None:
    logs = fails(10)
    logs.insert(1, traced(line(10.05, "plain GET /health: 200 in 0.003s", revision=""), "abc123"))
    inside = traced(said(10.1, "a trouble of another kind", severity="ERROR"), "projects/demo/traces/abc123")
    first = diagnosis(logs, inside).incidents[0]
    assert "a trouble of another kind" not in [evidence.message for evidence in first.evidence]


def test_what_a_client_saw_explains_no_symptom_that_it_does_not_name() -> None:
    found = diagnosis(fails(0, revision=NEW), request(5, "/ws", 404, revision=NEW))
    assert causes(found) == ["client-socket-closed", "socket-not-found"]


def test_a_request_that_went_well_has_no_lines_to_cite() -> None:
    logs = works(10)
    logs[1] = traced(logs[1], "abc123")
    inside = traced(said(10.1, "a trouble", severity="ERROR"), "projects/demo/traces/abc123")
    assert causes(diagnosis(logs, inside)) == ["unknown-error"]


def test_what_a_client_saw_is_found_in_no_log_of_the_cloud() -> None:
    incident = diagnosis(fails(0)).incidents[0]
    assert [line.link for line in incident.evidence] == [""] * len(incident.evidence)


def test_a_client_that_failed_before_the_log_began_is_not_answered_for_by_it() -> None:
    early = line(0, "ended: not ready", revision="")
    assert diagnosis([early], validation(60)).verdict == "ready"


def test_what_is_to_be_fetched_next_is_a_filter_that_asks_for_no_line_of_a_client() -> None:
    step = diagnosis(probe(0, verdict="unknown", revision="")).next
    assert step is not None
    assert lql.parse(step.filter).root
    assert "client probe" not in step.filter


def test_what_a_client_saw_is_no_error_that_the_service_logged() -> None:
    found = analysis(fails(0), said(1, "a trouble", severity="ERROR", revision=NEW))
    assert [error.example for error in found.errors] == ["a trouble"]
    assert [presence.revision for presence in found.activities] == [NEW]
