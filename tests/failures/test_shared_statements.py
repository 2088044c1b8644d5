"""Statements beside the output of an instance: of client libraries, and errors of the platform."""

from tests.failures.entries import (
    Log,
    decoded,
    deployment,
    diagnose,
    log,
    packs,
    printed,
    request,
    started,
    system,
)
from tests.failures.test_incidents import EXIT, failed_start, only
from triage.models import Coverage
from triage.pipeline.analyzer import Analyzer

LOST = "Error: tariffs of region 9 are lost"


def through_the_api(seconds: float, text: str, trace: str = "") -> Log:
    return log(seconds, "python", jsonPayload={"message": text}, severity="ERROR", instance="", trace=trace)


def test_statement_with_the_trace_of_a_request_explains_it() -> None:
    said = [
        request(5, "/price", 500, latency=1, trace="a1"),
        through_the_api(5.5, LOST, "a1"),
        through_the_api(5.6, "Error: another region is lost", "b2"),
        printed(5.7, "Error: cache is cold"),
    ]
    for order in (said, said[::-1], said[2:] + said[:2]):
        incident = only(diagnose([*started(0), *order]))
        assert LOST in incident.title
        assert incident.confidence == "high"


def test_statement_that_names_no_service_explains_the_request_with_its_trace() -> None:
    said = through_the_api(5.5, LOST, "a1")
    said["resource"] = {"type": "global", "labels": {"project_id": "demo-project"}}
    failed = request(5, "/price", 500, latency=1, trace="a1")
    for order in ([failed, said], [said, failed]):
        assert LOST in only(diagnose([*started(0), *order])).title
    other = {**said, "trace": "projects/demo-project/traces/b2", "insertId": "other"}
    assert LOST not in diagnose([*started(0), failed, other]).incidents[0].title


def test_statement_at_the_time_of_a_request_is_near_where_its_instance_said_nothing() -> None:
    rows = [*started(0), request(5, "/price", 500, latency=1), through_the_api(5.5, LOST)]
    incident = only(diagnose(rows))
    assert LOST in incident.title
    assert incident.confidence == "medium"
    assert "spoilt" in only(diagnose([*rows, printed(5.6, "Error: spoilt")])).title
    assert LOST in only(diagnose([*rows, printed(5.6, "ERROR: Internal Server Error")])).title


def test_statement_before_an_exit_is_near_where_its_instance_said_nothing() -> None:
    assert LOST in only(diagnose(failed_start(0, through_the_api(2.9, LOST)))).title
    assert LOST not in only(diagnose(failed_start(300, through_the_api(2.9, LOST)))).title


def test_statement_of_another_revision_or_trace_explains_nothing() -> None:
    other = log(
        5.5, "python", jsonPayload={"message": LOST}, severity="ERROR", instance="", revision="shop-00001-old"
    )
    found = diagnose(
        [*started(0), request(5, "/price", 500, trace="a1"), other, through_the_api(5.1, LOST, "b2")]
    )
    assert all(LOST not in incident.title for incident in found.incidents if incident.severity != "P2")


def test_statement_is_found_again_where_not_all_entries_are_kept() -> None:
    rows = [*started(0), request(5, "/price", 500, trace="a1"), through_the_api(5.05, LOST, "a1")]
    analyzer = Analyzer(packs())
    analyzer.observe(map(decoded, rows))
    waiting = analyzer.neighborhoods
    entries = [decoded(row) for row in rows]
    kept = [e for e in entries if waiting.contains(e.timestamp, e.service, e.revision, e.instance)]
    analyzer.read_evidence(kept)
    incident = only(analyzer.build(lambda _: Coverage(records=4, entries=4)).diagnosis)
    assert LOST in incident.title


NOT_LISTENING = (
    "Ready condition status changed to False for Revision shop-00007-abc with message: The user-provided container failed to "
    "start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout."
)
NOT_MOUNTED = 'Volume "tariffs" was not mounted: 10.9.8.7 did not answer.'


def test_error_of_the_platform_that_no_rule_reads_explains_a_failed_start() -> None:
    said = system(2, NOT_MOUNTED, "ERROR")
    incident = only(diagnose([system(0, "Starting new instance."), said, deployment(5, NOT_LISTENING)]))
    assert "tariffs" in incident.title
    assert "tariffs" in only(diagnose(failed_start(0, said))).title
    assert (
        "tariffs" not in only(diagnose(failed_start(0, system(2, NOT_MOUNTED, "ERROR", instance="i2")))).title
    )


def test_output_of_the_instance_goes_before_an_error_of_the_platform() -> None:
    rows = failed_start(0, printed(2.5, LOST), system(2, NOT_MOUNTED, "ERROR"))
    assert LOST in only(diagnose(rows)).title


def test_error_of_the_platform_that_says_it_more_closely_goes_before_output() -> None:
    refused = printed(5.1, "Error: connect ECONNREFUSED /cloudsql/acme:europe-west9:tariffs/.s.PGSQL.5432")
    denied = "Cloud SQL connection failed: Error 403: The client is not authorized to make this request."
    rows = [*started(0), request(5, "/price", 500, latency=0.2), refused]
    assert "socket" in only(diagnose(rows)).title
    assert "not allowed to connect" in only(diagnose([*rows, system(5.05, denied, "ERROR")])).title
    other = system(5.05, "Something else is wrong with the tariffs", "ERROR")
    assert "socket" in only(diagnose([*rows, other])).title


def test_application_that_quotes_the_platform_reports_no_failure() -> None:
    quoted = "Your client does not have permission to get URL /price from this server."
    found = diagnose(
        [
            *started(0),
            request(5, "/", 200),
            printed(6, quoted),
            printed(7, "Container called exit(1).", "stdout"),
        ]
    )
    assert found.verdict == "ready"
    assert all(incident.severity == "P2" for incident in found.incidents)


def test_exit_without_any_statement_stays_unexplained() -> None:
    assert "after" not in only(diagnose([*started(0), system(9, EXIT, "WARNING")])).title
