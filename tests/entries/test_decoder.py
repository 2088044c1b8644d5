"""Records of the API become entries."""

import json
from itertools import combinations
from typing import Any

import pytest

from tests.reading.logs import decode_entry, decode_gap, log, without_source
from triage.models import Audit, Entry, ErrorInfo, Http, Split

REQUEST = {
    "requestMethod": "GET",
    "requestUrl": "https://shop-api-abc.a.run.app/orders/7?token=abc#top",
    "status": 503,
    "latency": "3.786648988s",
    "userAgent": "curl/8",
}
AUDIT = {
    "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
    "methodName": "/Services.ReplaceService",
    "resourceName": "namespaces/shop-demo/revisions/shop-api-00042-abc",
    "status": {"message": "Ready condition status changed to True."},
}
NO_LABELS = {"type": "cloud_run_revision", "labels": {}}


def test_entry_has_every_field_of_the_log_entry() -> None:
    entry = decode_entry(log(5, trace="projects/shop-demo/traces/4f"))
    assert without_source(entry) == Entry(
        timestamp=1_772_352_005_001_234_000,
        receive_timestamp=1_772_352_005_250_000_125,
        severity="INFO",
        severity_source="entry",
        message='Order 5 of "café" {kept} at [5] \\o/ ✅',
        log_name="run.googleapis.com/stderr",
        service="shop-api",
        revision="shop-api-00042-abc",
        location="europe-west1",
        project="shop-demo",
        resource_type="cloud_run_revision",
        instance="00aa0002",
        logger="shop.orders.keeper",
        function="keep",
        line=105,
        trace="projects/shop-demo/traces/4f",
        labels={"instanceId": "00aa0002", "team": "blue"},
        insert_id="6a7b8c000005",
        source=without_source(entry).source,
    )
    assert json.loads(entry.raw)["jsonPayload"]["labels"]["line"] == "105"


def test_escaped_line_breaks_of_the_stderr_logger_are_line_breaks() -> None:
    payload = {"message": "Traceback:\\n  File x\\nKeyError", "labels": {"module": "shop"}}
    assert decode_entry(log(1, jsonPayload=payload)).message == "Traceback:\n  File x\nKeyError"
    without = {"message": "kept 'a\\n' as it is", "logger": "shop"}
    assert decode_entry(log(1, jsonPayload=without)).message == "kept 'a\\n' as it is"


def test_stdout_logger_record_has_a_logger_and_no_error() -> None:
    payload = {
        "message": "Loaded",
        "textPayload": "Loaded",
        "logger": "shop.loader",
        "error": {"type": "str", "message": "Missing field", "severity": "ERROR", "traceback": ""},
        "validation": {"severity": "WARNING", "message_length": 6.0},
    }
    line = log(1, jsonPayload=payload, severity=None)
    entry = decode_entry(line, ignored={("str", "Missing field")})
    assert (entry.message, entry.logger, entry.error) == ("Loaded", "shop.loader", None)
    assert decode_entry(line).error == ErrorInfo("str", "Missing field", "")
    assert (entry.severity, entry.severity_source) == ("WARNING", "payload")


def test_an_exception_beside_the_message_is_its_error() -> None:
    payload = {
        "message": "Failed",
        "error": {"type": "TimeoutError", "value": "after 25s", "traceback": "a\\nb"},
        "labels": {"module": "shop"},
    }
    assert decode_entry(log(1, jsonPayload=payload)).error == ErrorInfo("TimeoutError", "after 25s", "a\nb")


def test_an_exception_without_a_message_is_the_message() -> None:
    payload = {"message": "", "error": {"type": "TimeoutError", "value": "after 25s"}}
    assert decode_entry(log(1, jsonPayload=payload)).message == "TimeoutError: after 25s"


def test_request_without_text_has_the_request_line_as_message() -> None:
    entry = decode_entry(log(1, jsonPayload=None, httpRequest=REQUEST))
    assert entry.message == "GET /orders/7 503"
    assert entry.http == Http("GET", REQUEST["requestUrl"], "/orders/7", 503, 3.786648988, "curl/8")  # type: ignore[arg-type]
    assert not entry.payload_lost


def test_a_request_with_text_keeps_both() -> None:
    entry = decode_entry(log(1, jsonPayload=None, httpRequest=REQUEST, textPayload="The request failed"))
    assert entry.message == "The request failed"
    assert entry.http is not None


@pytest.mark.parametrize(
    ("url", "path"), [("https://x.app", "/"), ("/orders?a=1", "/orders"), ("", ""), ("https://x.app?a", "/")]
)
def test_the_path_of_a_request_is_without_its_query(url: str, path: str) -> None:
    http = decode_entry(
        log(1, jsonPayload=None, httpRequest={"requestMethod": "GET", "requestUrl": url})
    ).http
    assert http is not None
    assert http.path == path


@pytest.mark.parametrize("place", ["protoPayload", "jsonPayload", "protopayload_auditlog"])
def test_audit_entry_has_method_and_resource_as_message(place: str) -> None:
    fields: dict[str, Any] = {"jsonPayload": None, "resource": NO_LABELS, "logName": None, place: AUDIT}
    entry = decode_entry(log(1, **fields))
    assert (
        entry.message
        == f"{AUDIT['methodName']} {AUDIT['resourceName']}: Ready condition status changed to True."
    )
    assert entry.audit == Audit(
        "/Services.ReplaceService",
        "namespaces/shop-demo/revisions/shop-api-00042-abc",
        "Ready condition status changed to True.",
    )
    assert (entry.project, entry.revision, entry.service) == ("shop-demo", "shop-api-00042-abc", "")


def test_an_audit_entry_names_its_service_and_location() -> None:
    audit = AUDIT | {
        "resourceName": "projects/shop-demo/locations/europe-west1/services/shop-api",
        "status": {},
    }
    entry = decode_entry(log(1, jsonPayload=None, resource=NO_LABELS, protoPayload=audit))
    assert (entry.service, entry.location) == ("shop-api", "europe-west1")
    assert (
        entry.message
        == "/Services.ReplaceService projects/shop-demo/locations/europe-west1/services/shop-api"
    )


def test_the_text_gives_a_severity_only_where_the_entry_has_none() -> None:
    text = "[2026-03-01 08:00:53 +0000] [11] [ERROR] Worker failed"
    bare = decode_entry(log(1, jsonPayload=None, severity=None, textPayload=text))
    given = decode_entry(log(1, jsonPayload=None, severity="INFO", textPayload=text))
    none = decode_entry(log(1, jsonPayload=None, severity="DEFAULT", textPayload="Worker"))
    assert (bare.severity, bare.severity_source) == ("ERROR", "text")
    assert (given.severity, given.severity_source) == ("INFO", "entry")
    assert (none.severity, none.severity_source) == ("DEFAULT", "none")


def test_an_entry_without_payload_and_request_has_lost_its_payload() -> None:
    assert decode_entry(log(1, jsonPayload=None)).payload_lost
    assert decode_entry(log(1, jsonPayload={})).payload_lost
    assert decode_entry(log(1, jsonPayload=None, textPayload="")).payload_lost
    assert not decode_entry(log(1)).payload_lost


def test_receive_time_replaces_a_missing_time_and_is_uncertain() -> None:
    entry = decode_entry(log(1, timestamp=None))
    assert entry.timestamp == entry.receive_timestamp
    assert entry.time_uncertain


def test_unreadable_receive_time_is_ignored() -> None:
    entry = decode_entry(log(1, receiveTimestamp="yesterday"))
    assert (entry.timestamp, entry.receive_timestamp) == (decode_entry(log(1)).timestamp, None)
    assert decode_gap(log(1, timestamp=None, receiveTimestamp="yesterday")).kind == "broken_record"


def test_clock_difference_over_an_hour_makes_the_time_uncertain() -> None:
    assert decode_entry(log(1, timestamp="2026-03-02T08:00:00.000001Z")).time_uncertain
    assert not decode_entry(log(1, timestamp="2026-03-01T07:30:00.000001Z")).time_uncertain


def test_record_without_any_time_is_a_gap_with_its_position() -> None:
    gap = decode_gap(log(1, timestamp=None, receiveTimestamp=None))
    assert (gap.kind, gap.path, gap.position) == ("broken_record", "export.json", 7)
    assert gap.detail.startswith("no timestamp: '{")


@pytest.mark.parametrize("data", [b"", b"{", b'{"timestamp": ', b"[1]", b'"x"', b"17", b"null", b"text"])
def test_record_that_is_not_a_json_object_is_a_gap(data: bytes) -> None:
    assert decode_gap(data).kind == "broken_record"


def test_every_key_and_every_pair_of_keys_may_be_missing() -> None:
    entry = log(3, httpRequest=REQUEST, trace="t", textPayload="x")
    for keys in [*combinations(entry, 1), *combinations(entry, 2)]:
        less = {key: value for key, value in entry.items() if key not in keys}
        if set(keys) == {"timestamp", "receiveTimestamp"}:
            assert decode_gap(less)
        else:
            assert decode_entry(less).source.path == "export.json"


def test_part_has_its_split_entry_and_index() -> None:
    part = {"uid": "abc", "index": 1, "totalSplits": 3}
    assert decode_entry(log(1, split=part)).split == Split("abc", 1, 3)


def test_job_becomes_service_and_execution_becomes_revision() -> None:
    resource = {"type": "cloud_run_job", "labels": {"job_name": "orders-nightly", "project_id": "shop-demo"}}
    entry = decode_entry(
        log(1, resource=resource, labels={"run.googleapis.com/execution_name": "orders-nightly-x7"})
    )
    assert (entry.service, entry.revision) == ("orders-nightly", "orders-nightly-x7")


def test_folder_or_account_is_not_a_project() -> None:
    entry = decode_entry(
        log(1, resource=NO_LABELS, logName="folders/123/logs/cloudaudit.googleapis.com%2Factivity")
    )
    assert (entry.project, entry.log_name) == ("", "cloudaudit.googleapis.com/activity")
