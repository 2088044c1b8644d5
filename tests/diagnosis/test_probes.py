"""Probes and logs of a service: which one decides, and what is one incident."""

import pytest

from tests.diagnosis.scenarios import NEW, OLD, crash, failed_check, header_check
from tests.runs.logs import Log, analysis, diagnosis, log_line, request, validation
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


def test_probe_alone_gives_the_verdict() -> None:
    assert diagnosis(works(0)).verdict == "ready"
    assert diagnosis(fails(0)).verdict == "not_ready"
    assert diagnosis(probe(0, verdict="degraded", revision="")).verdict == "degraded"
    assert diagnosis(probe(0, verdict="unknown", revision="")).verdict == "inconclusive"


def test_later_of_validation_and_probe_gives_the_verdict() -> None:
    assert diagnosis(validation(0), fails(60)).verdict == "not_ready"
    assert diagnosis(fails(0), validation(60)).verdict == "ready"
    assert diagnosis(failed_check(0), works(60)).verdict == "ready"
    assert diagnosis(works(0), failed_check(60)).verdict == "not_ready"


def test_inconclusive_probe_keeps_the_validation_verdict() -> None:
    assert diagnosis(validation(0), probe(60, verdict="unknown", revision="")).verdict == "ready"


def test_passed_probe_after_a_failure_is_a_recovery() -> None:
    found = diagnosis(failed_check(0), works(60))
    assert found.recovered
    assert [incident.recovered for incident in found.incidents] == [True]
    again = diagnosis(fails(0), probe(60, OPENED, probe="0badcafe", revision=""))
    assert (again.verdict, again.recovered) == ("ready", True)
    assert [incident.recovered for incident in again.incidents] == [True]


def test_unknown_revision_of_a_probe_is_reported() -> None:
    found = diagnosis(validation(0, revision=NEW), fails(60))
    assert state(found).revision == NEW
    assert state(found).why.endswith("; no line names the revision that responded")
    assert state(found).revisions == {NEW: "ready"}


def test_probe_of_an_older_revision_does_not_affect_the_newest() -> None:
    found = diagnosis(validation(0, revision=NEW), fails(60, revision=OLD))
    assert found.verdict == "ready"
    assert state(found).revisions == {NEW: "ready", OLD: "not_ready"}


def test_header_check_alone_never_gives_not_ready() -> None:
    found = diagnosis(by_headers(0))
    assert (found.verdict, causes(found)) == ("ready", ["client-header-check"])


def test_header_check_in_probe_and_log_is_one_incident() -> None:
    found = diagnosis(
        by_headers(0), header_check(0.05, revision=NEW), request(0.05, "/ws/health", 503, revision=NEW)
    )
    assert (found.verdict, causes(found)) == ("ready", ["gate-header-check"])
    assert len(found.incidents[0].symptoms) == 2


def test_header_check_of_another_hour_is_a_separate_incident() -> None:
    found = diagnosis(by_headers(0), header_check(7200, revision=NEW))
    assert sorted(causes(found)) == ["client-header-check", "gate-header-check"]


def test_websocket_failure_ranks_before_header_check() -> None:
    found = diagnosis(header_check(0, revision=NEW), fails(1))
    assert (found.verdict, causes(found)) == ("not_ready", ["client-socket-closed", "gate-header-check"])


def test_crash_in_the_log_ranks_before_probe_failure() -> None:
    refused = "socket /ws: 503 in 0.003s"
    found = diagnosis(crash(0, revision=NEW), probe(5, refused, verdict="not ready", revision=""))
    assert causes(found)[:2] == ["missing-module", "client-unavailable"]


def test_refused_handshake_in_probe_and_log_is_one_incident() -> None:
    refused = probe(0, "socket /ws: 503 in 0.003s", verdict="not ready", revision="")
    found = diagnosis(refused, request(0.1, "/ws", 503, revision=NEW))
    assert causes(found) == ["client-unavailable"]
    assert found.incidents[0].symptoms == ["Requests on WebSocket paths returned 503 (once)"]


def traced(log: Log, trace: str) -> Log:
    return log | {"trace": trace}


@pytest.mark.parametrize("skew", [-1.0, 0.0, 1.0])
def test_failed_request_cites_lines_with_its_trace(skew: float) -> None:
    logs = fails(10)
    logs[2] = traced(logs[2], "abc123")
    inside = traced(
        log_line(10.1 + skew, "agent gave up", severity="ERROR", revision=NEW), "projects/demo/traces/abc123"
    )
    other = traced(
        log_line(10.1, "another user's trouble", severity="ERROR", revision=NEW), "projects/demo/traces/def"
    )
    incident = diagnosis(logs, inside, other).incidents[0]
    assert incident.cause == "client-socket-closed"
    last = incident.reasons[-1]
    assert last.says == "The service's own log has these lines of the same request"
    cited = [line.message for line in incident.evidence if line.id in last.evidence]
    assert cited == ["agent gave up"]


def test_only_failed_requests_cite_lines_by_trace() -> None:
    logs = fails(10)
    logs.insert(1, traced(line(10.05, "plain GET /health: 200 in 0.003s", revision=""), "abc123"))
    inside = traced(
        log_line(10.1, "a trouble of another kind", severity="ERROR"), "projects/demo/traces/abc123"
    )
    first = diagnosis(logs, inside).incidents[0]
    assert "a trouble of another kind" not in [evidence.message for evidence in first.evidence]


def test_probe_failure_explains_only_superseded_symptoms() -> None:
    found = diagnosis(fails(0, revision=NEW), request(5, "/ws", 404, revision=NEW))
    assert causes(found) == ["client-socket-closed", "socket-not-found"]


def test_successful_request_cites_no_lines() -> None:
    logs = works(10)
    logs[1] = traced(logs[1], "abc123")
    inside = traced(log_line(10.1, "a trouble", severity="ERROR"), "projects/demo/traces/abc123")
    assert causes(diagnosis(logs, inside)) == ["unknown-error"]


def test_probe_evidence_has_no_logs_explorer_link() -> None:
    incident = diagnosis(fails(0)).incidents[0]
    assert [line.link for line in incident.evidence] == [""] * len(incident.evidence)


def test_probe_before_the_log_is_not_explained_by_it() -> None:
    early = line(0, "ended: not ready", revision="")
    assert diagnosis([early], validation(60)).verdict == "ready"


def test_suggested_query_does_not_ask_for_probe_lines() -> None:
    step = diagnosis(probe(0, verdict="unknown", revision="")).next
    assert step is not None
    assert lql.parse(step.filter).root
    assert "client probe" not in step.filter


def test_probe_failure_is_not_counted_as_logged_error() -> None:
    found = analysis(fails(0), log_line(1, "a trouble", severity="ERROR", revision=NEW))
    assert [error.example for error in found.errors] == ["a trouble"]
    assert [presence.revision for presence in found.activities] == [NEW]
