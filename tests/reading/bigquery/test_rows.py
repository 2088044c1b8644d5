"""Rows of a table become the original LogEntries."""

import json
from typing import Any

import pytest

from triage.errors import BadDataError
from triage.models import ExportFile, Record, Skipped, Traffic
from triage.reading.bigquery.rows import Row, records

PATH = "bigquery://demo-project.logs._AllLogs"


def entry(row: dict[str, Any], count: int = 1) -> Row:
    return ("entry", json.dumps(row), None, count, 0, 0, None)


def log_entry(row: dict[str, Any]) -> dict[str, Any]:
    record = next(iter(records([entry(row)], PATH)))
    assert isinstance(record, Record)
    said: dict[str, Any] = json.loads(record.data)
    return said


def test_a_row_of_log_analytics_gets_the_names_of_the_api() -> None:
    row: dict[str, Any] = {
        "insert_id": "a", "log_name": "projects/demo/logs/stderr", "timestamp": "2026-01-01T00:00:00Z",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "shop"}},
        "json_payload": {"user_id": None, "tags": []}, "labels": {"my_label": "x"}, "text_payload": None,
        "http_request": {"request_method": "GET", "latency": {"seconds": "1", "nanos": 5_000_000}, "remote_ip": None},
        "source_location": {"file": None, "line": None}, "trace_sampled": False,
        "proto_payload": None, "split": {"uid": "u", "index": 0, "total_splits": 2},
    }  # fmt: skip

    assert log_entry(row) == {
        "insertId": "a", "logName": "projects/demo/logs/stderr", "timestamp": "2026-01-01T00:00:00Z",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "shop"}},
        "jsonPayload": {"user_id": None, "tags": []}, "labels": {"my_label": "x"},
        "httpRequest": {"requestMethod": "GET", "latency": "1.005000000s"}, "traceSampled": False,
        "split": {"uid": "u", "index": 0, "totalSplits": 2},
    }  # fmt: skip


def test_empty_fields_of_a_sink_are_left_out() -> None:
    row: dict[str, Any] = {
        "insertId": "a", "timestamp": "2026-01-01T00:00:00Z", "textPayload": None,
        "jsonPayload": {"message": "said", "error": {"type": None}, "tags": [], "user_id": None},
        "httpRequest": {"status": 200, "latency": 0.25, "requestSize": None},
    }  # fmt: skip

    assert log_entry(row) == {
        "insertId": "a", "timestamp": "2026-01-01T00:00:00Z", "jsonPayload": {"message": "said"},
        "httpRequest": {"status": 200, "latency": "0.250000000s"},
    }  # fmt: skip


def test_execution_of_a_job_is_named_as_in_the_api() -> None:
    row = {
        "insertId": "a",
        "timestamp": "2026-01-01T00:00:00Z",
        "labels": {"run_googleapis_com_execution_name": "shop-bill-x1", "own_label": "x"},
    }

    assert log_entry(row)["labels"] == {"run.googleapis.com/execution_name": "shop-bill-x1", "own_label": "x"}


def test_payload_of_a_load_balancer_gets_the_names_of_the_api() -> None:
    row: dict[str, Any] = {
        "insertId": "a", "timestamp": "2026-01-01T00:00:00Z", "jsonPayload": None,
        "jsonpayload_type_loadbalancerlogentry": {"statusdetails": "client_disconnected_early", "proxystatus": None},
    }  # fmt: skip

    assert log_entry(row)["jsonPayload"] == {"statusDetails": "client_disconnected_early"}


@pytest.mark.parametrize(
    "payload",
    [
        {"protopayload_auditlog": {"methodName": "m", "resourceName": "services/shop", "status": None}},
        {"proto_payload": {"type": "x", "audit_log": {"method_name": "m", "resource_name": "services/shop"}}},
    ],
)
def test_audit_entry_is_restored(payload: dict[str, Any]) -> None:
    said = log_entry({"insert_id": "a", "timestamp": "2026-01-01T00:00:00Z", **payload})

    assert said["protoPayload"] == {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog", "methodName": "m", "resourceName": "services/shop",
    }  # fmt: skip


REQUESTED = {
    "type": "cloud_run_revision", "service": "shop", "revision": "shop-1", "region": "europe-west1", "status": "200",
    "path": "/orders/7/items",
}  # fmt: skip
TRAFFIC = Traffic(
    service="shop", revision="shop-1", path="/orders/*/items", status=200, count=2, last=8_000, location="europe-west1"
)  # fmt: skip


def test_counted_rows_keep_their_counts_times_and_requests() -> None:
    row = {"insert_id": "a", "timestamp": "2026-01-01T00:00:00Z"}
    rows: list[Row] = [
        entry(row, 2),
        ("outside", None, "INFO", 3, 1_000, 2_000, '{"service": "cart"}'),
        ("skipped", None, "DEFAULT", 4, 5, 6, '{"type": "cloud_run_revision"}'),
        ("skipped", None, "INFO", 2, 7, 8, json.dumps(REQUESTED)),
    ]

    first, second, *counted, file = records(rows, PATH)

    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.source.position, second.source.position) == (1, 2)
    assert counted == [
        Skipped(PATH, {"INFO": 3}, 1_000_000, 2_000_000, outside=3, services_outside={"cart": 3}),
        Skipped(PATH, {"": 4}, 5_000, 6_000, resource_types={"cloud_run_revision": 4}),
        Skipped(
            PATH, {"INFO": 2}, 7_000, 8_000, traffic=(TRAFFIC,), resource_types={"cloud_run_revision": 2}
        ),
    ]
    assert file == ExportFile(PATH, "BigQuery", 11, queried=True)


def test_table_without_log_entries_is_rejected() -> None:
    with pytest.raises(BadDataError, match="none of its columns is a LogEntry's"):
        list(records([entry({"timestamp": "2026-01-01T00:00:00Z", "price": 5})], PATH))
