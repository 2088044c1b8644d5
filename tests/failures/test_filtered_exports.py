"""Exports of warnings and errors alone, which do not show what succeeded."""

from pathlib import Path

import pytest

from tests.failures.entries import (
    PROBE_FAILED,
    REVISION,
    UNAVAILABLE,
    Log,
    diagnose,
    export,
    log,
    packs,
    printed,
    request,
    started,
    system,
)
from tests.failures.test_incidents import EXIT, LOST, only
from tests.runs.logs import text_line, validation
from triage import pipeline


def test_what_a_filter_on_severity_hides_is_no_outage() -> None:
    rows = []
    for n in range(6):
        name = f"i{n}"
        rows += [request(20 * n, "/orders", 503, text=UNAVAILABLE, latency=4, instance=name)]
        rows += [system(20 * n + 4.1, "Memory limit of 512 MiB exceeded with 530 MiB used.", "ERROR", instance=name)]  # fmt: skip
    found = diagnose(rows)
    assert only(found).severity == "P1"
    assert found.verdict == "degraded"
    assert diagnose([system(-1, "Starting new instance."), *rows]).verdict == "not_ready"


def test_requests_that_fail_where_a_filter_hides_others_are_no_outage() -> None:
    rows = []
    for n in range(12):
        rows += [request(20 * n, "/orders", 500), printed(20 * n + 0.05, LOST, severity="ERROR")]
    assert only(diagnose(rows)).severity == "P1"
    assert only(diagnose([system(-1, "Starting new instance."), *rows])).severity == "P0"


def test_refusals_are_those_of_users_where_a_filter_leaves_only_warnings() -> None:
    rows = []
    for n in range(20):
        said = {"message": "login failed: wrong password", "severity": "WARNING"}
        rows += [request(10 + n, "/login", 401), printed(10.05 + n, said, severity="WARNING")]
    found = diagnose(rows)
    assert {incident.severity for incident in found.incidents} <= {"P2"}
    assert found.verdict in ("ready", "inconclusive")
    refused = diagnose([*started(0), *rows])
    assert only(refused).severity == "P1"


def test_output_alone_is_searched_for_complaints() -> None:
    rows = [
        printed(1, "reading tariffs"),
        printed(2, "option provided but not defined: -tariff"),
        printed(3, "Usage of shop:"),
    ]
    (incident,) = diagnose(rows).incidents
    assert "option provided but not defined" in incident.title
    assert (incident.severity, incident.confidence) == ("P2", "low")
    assert "option provided but not defined" in incident.evidence[0].message
    assert not diagnose([*rows, request(4, "/orders")]).incidents
    assert not diagnose([*started(0), *rows]).incidents


def test_complaint_that_comes_again_goes_first_where_only_output_is_known() -> None:
    rows = [printed(n, "cannot reach the tariff store") for n in (1, 5, 9)]
    found = diagnose(
        [*rows, printed(12, "the till has the wrong format"), printed(13, "the shop worker died")]
    )
    assert [incident.title for incident in found.incidents] == [
        "Unknown error: cannot reach the tariff store",
        "Unknown error: the till has the wrong format",
    ]


def test_lines_that_the_prefilter_skipped_show_that_no_filter_hides_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = []
    for n in range(12):
        rows += [request(20 * n, "/orders", 500), printed(20 * n + 0.05, LOST, severity="ERROR")]
        rows += [printed(20 * n + 1, f"job {n} is done"), printed(20 * n + 2, "idle", severity="INFO")]
    path = tmp_path / "export.jsonl"
    path.write_text("\n".join(export(rows)), encoding="utf-8")
    small = pipeline.analyze([path], packs=packs()).diagnosis
    monkeypatch.setattr("triage.pipeline.analysis_runner.is_small", lambda _sources: False)
    large = pipeline.analyze([path], packs=packs()).diagnosis
    assert large.coverage.skipped
    assert only(large).severity == only(small).severity == "P0"


def test_requests_that_the_prefilter_counts_are_more_than_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [printed(n, "cannot reach the tariff queue") for n in range(9)]
    path = tmp_path / "export.jsonl"
    monkeypatch.setattr("triage.pipeline.analysis_runner.is_small", lambda _sources: False)
    found = []
    for served in ([], [request(20 + n, "/orders") for n in range(9)]):
        path.write_text("\n".join(export([*rows, *served])), encoding="utf-8")
        found.append(pipeline.analyze([path], packs=packs()).diagnosis)
    assert [len(diagnosis.incidents) for diagnosis in found] == [1, 0]


def failed_rollout(at: float, ready: str) -> Log:
    """Return the audit entry of a service whose new revision is not ready; ``ready`` is the last that was."""
    text = f"Ready condition status changed to False for Service shop with message: Revision '{REVISION}' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable."
    names = {"latestCreatedRevisionName": REVISION, "latestReadyRevisionName": ready}
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "run.googleapis.com",
        "methodName": "/Services.ReplaceService",
        "resourceName": "namespaces/demo-project/services/shop",
        "status": {"code": 9, "message": text},
        "response": {"metadata": {"name": "shop"}, "status": names},
    }
    name = "cloudaudit.googleapis.com/system_event"
    return log(at, name, protoPayload=payload, severity="ERROR", instance="", revision="")


def test_audit_entry_says_that_an_older_revision_serves() -> None:
    start = [
        printed(2.9, LOST),
        system(3, EXIT, "WARNING"),
        system(3.1, PROBE_FAILED.format("CANCELLED"), "ERROR"),
    ]
    found = diagnose([*start, failed_rollout(5, "shop-00006-old")])
    assert (found.verdict, only(found).severity) == ("degraded", "P1")
    assert found.services[0].why.endswith("; shop-00006-old serves")
    first = diagnose([*start, failed_rollout(5, "")])
    assert (first.verdict, only(first).severity) == ("not_ready", "P0")
    unknown = diagnose([*start, failed_rollout(5, REVISION)])
    assert unknown.verdict == "not_ready"


def test_output_alone_is_not_searched_where_it_says_that_the_service_is_ready() -> None:
    complaints = [text_line(30 + n, "cannot reach the tariff store") for n in (0, 5, 9)]
    assert [incident.cause for incident in diagnose(complaints).incidents] == ["unknown-error"]
    found = diagnose([*validation(0), *complaints])
    assert (found.verdict, found.incidents) == ("ready", [])
