"""Every key style and every dump decodes to the same entry."""

import json
from typing import Any

import pytest

from tests.reading.logs import Log, decode_entry, log, to_snake_case, without_source
from triage.entries import api_form
from triage.lql import LOG_ENTRY
from triage.models import Http

ENTRY = log(5, trace="projects/shop-demo/traces/4f")


def lower(value: Any) -> Any:
    """Return a payload as BigQuery stores it."""
    return {key.lower(): lower(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def strings(entry: Log) -> Log:
    """Return a row of Log Analytics whose JSON columns arrive as text."""
    return {
        key: json.dumps(value) if isinstance(value, dict) else value
        for key, value in to_snake_case(entry).items()
    }


def flat(value: Any, path: str = "") -> Log:
    if not isinstance(value, dict):
        return {path: value}
    return {
        key: inner
        for name in value
        for key, inner in flat(value[name], f"{path}.{name}" if path else name).items()
    }


STYLES: dict[str, Log] = {
    "snake_case": to_snake_case(ENTRY),
    "snake_case with nulls": to_snake_case(ENTRY)
    | {"text_payload": None, "http_request": None, "proto_payload": None},
    "BigQuery": ENTRY
    | {"jsonPayload": lower(ENTRY["jsonPayload"]), "timestamp": "2026-03-01 08:00:05.001234 UTC"},
    "BigQuery labels": ENTRY
    | {"labels": [{"key": key, "value": value} for key, value in ENTRY["labels"].items()]},
    "Log Analytics": strings(ENTRY),
    "dotted columns": flat(ENTRY),
    "severity as a number": ENTRY | {"severity": 200},
    "a line as a number": ENTRY
    | {"jsonPayload": ENTRY["jsonPayload"] | {"labels": ENTRY["jsonPayload"]["labels"] | {"line": 105}}},
    "a client's payload": {key: value for key, value in to_snake_case(ENTRY).items() if key != "json_payload"}
    | {"payload": ENTRY["jsonPayload"]},
    "a printed payload": {key: value for key, value in to_snake_case(ENTRY).items() if key != "json_payload"}
    | {"raw_payload": repr(ENTRY["jsonPayload"]), "raw_payload_type": "dict"},
    "a namedtuple's resource": ENTRY | {"resource": [ENTRY["resource"]["type"], ENTRY["resource"]["labels"]]},
    "a number among the labels' values": ENTRY | {"sourceLocation": {"line": 105.0, "function": "keep"}},
    "an offset": ENTRY | {"timestamp": "2026-03-01T09:00:05.001234+01:00"},
}


AUDIT = log(
    6,
    jsonPayload=None,
    logName="projects/shop-demo/logs/cloudaudit.googleapis.com%2Factivity",
    protoPayload={
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "methodName": "google.cloud.run.v1.Services.ReplaceService",
        "resourceName": "namespaces/shop-demo/services/shop-api",
        "status": {"code": 9, "message": "Ready condition status changed to False"},
    },
)
_BARE = to_snake_case({key: value for key, value in AUDIT.items() if key != "protoPayload"})
_LOGGED = {
    {"methodName": "method_name", "resourceName": "resource_name"}.get(key, key): value
    for key, value in AUDIT["protoPayload"].items()
}
AUDIT_LAYOUTS: dict[str, Log] = {
    "API": AUDIT,
    "Log Analytics": _BARE | {"proto_payload": {"type": _LOGGED["@type"], "audit_log": _LOGGED}},
    "Log Analytics as text": strings(
        _BARE | {"proto_payload": {"type": _LOGGED["@type"], "audit_log": _LOGGED}}
    ),
    "dotted columns": flat(_BARE) | flat(_LOGGED, "proto_payload.audit_log"),
    "a sink": _BARE | {"protopayload_auditlog": AUDIT["protoPayload"]},
}


@pytest.mark.parametrize("layout", AUDIT_LAYOUTS.values(), ids=AUDIT_LAYOUTS.keys())
def test_every_layout_of_an_audit_log_decodes_to_the_same_entry(layout: Log) -> None:
    entry = decode_entry(layout)
    assert entry.audit == decode_entry(AUDIT).audit
    assert api_form(entry, LOG_ENTRY)["protoPayload"]["methodName"] == AUDIT["protoPayload"]["methodName"]


@pytest.mark.parametrize("pairs", [[["instanceId", "00aa"]], [{"key": "instanceId", "value": "00aa"}]])
def test_labels_may_be_a_list_of_pairs(pairs: list[Any]) -> None:
    assert decode_entry(log(1, labels=pairs)).instance == "00aa"


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_every_key_style_decodes_to_the_same_entry(style: Log) -> None:
    assert without_source(decode_entry(style)) == without_source(decode_entry(ENTRY))


def test_the_client_dump_of_a_request_is_a_request() -> None:
    http = {
        "method": "GET",
        "url": "https://x.app/ready",
        "status": 503,
        "user_agent": "probe",
        "latency": "1.5s",
    }
    entry = decode_entry(to_snake_case(log(1, jsonPayload=None)) | {"http_request": http})
    assert entry.http == Http("GET", "https://x.app/ready", "/ready", 503, 1.5, "probe")
    assert entry.message == "GET /ready 503"


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"msg": "other key"}, "other key"),
        ({"message": None, "event": "started"}, "started"),
        ({"Message": "capital"}, "capital"),
        ({"message": {"b": 1, "a": [2]}}, '{"a":[2],"b":1}'),
        ({"message": 42}, "42"),
        ({"order": 7, "kept": True}, '{"kept":true,"order":7}'),
        ({"message": "", "level": "error"}, ""),
    ],
)
def test_message_is_found_under_other_keys(payload: Log, message: str) -> None:
    assert decode_entry(log(1, jsonPayload=payload)).message == message


@pytest.mark.parametrize("payload", ["just text", "{not json", "[1, 2]", "17"])
def test_text_in_a_json_payload_is_the_message(payload: str) -> None:
    entry = decode_entry(log(1, jsonPayload=payload))
    assert entry.message == payload
    assert not entry.payload_lost


def test_text_error_is_the_error_message() -> None:
    error = decode_entry(log(1, jsonPayload={"message": "Failed", "error": "no route"})).error
    assert error is not None
    assert error.message == "no route"


def test_value_of_unexpected_type_leaves_the_field_empty() -> None:
    odd = log(
        1, resource="gone", labels=["x"], httpRequest=7, sourceLocation=[1], split="no", severity={"a": 1}
    )
    entry = decode_entry(odd)
    assert (entry.service, entry.labels, entry.http, entry.split) == ("", {}, None, None)
    assert entry.severity_source == "none"


def test_label_keys_with_dots_are_kept() -> None:
    entry = decode_entry(
        {
            "timestamp": "2026-03-01T08:00:00Z",
            "textPayload": "x",
            "labels.run.googleapis.com/job": "7",
            "insertId": "1",
        }
    )
    assert entry.labels == {"run.googleapis.com/job": "7"}


def test_record_of_time_severity_and_message_is_decoded() -> None:
    entry = decode_entry(
        {"timestamp": "2026-03-01T08:00:00Z", "severity": "ERROR", "message": "failed", "service": "shop-api"}
    )
    assert (entry.message, entry.severity, entry.service) == ("failed", "ERROR", "shop-api")


def test_printed_payload_is_never_executed() -> None:
    code = "{'message': __import__('os').getcwd()}"
    assert decode_entry(to_snake_case(log(1, jsonPayload=None)) | {"raw_payload": code}).message == code


@pytest.mark.parametrize("text", ["{'a': " * 3000, "{'" + "a" * 100])
def test_invalid_printed_payload_is_text(text: str) -> None:
    assert decode_entry(to_snake_case(log(1, jsonPayload=None)) | {"raw_payload": text}).message == text
