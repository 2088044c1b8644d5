"""LogEntry messages become the JSON lines of the REST API."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from google.cloud.audit.audit_log_pb2 import AuditLog
from google.cloud.logging_v2.types import LogEntry
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.fetching.record import to_line

Message = LogEntry.pb(LogEntry()).__class__

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**53), 2**53)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
stamps = st.integers(0, 4_000_000_000), st.integers(0, 999_999_999)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an entry in the REST API's JSON."""
    whole = draw(stamps[0])
    stamp = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{draw(stamps[1]):09d}Z"
    payload = draw(
        st.fixed_dictionaries({"jsonPayload": st.dictionaries(texts, values, max_size=4)})
        | st.fixed_dictionaries({"textPayload": texts})
        | st.just({})
    )
    extra = {
        "severity": st.sampled_from(["ERROR", "INFO", "EMERGENCY"]),
        "labels": st.dictionaries(texts, texts, min_size=1, max_size=2),
        "split": st.just({"uid": "u", "index": 1, "totalSplits": 2}),
        "httpRequest": st.just({"status": 503, "requestSize": "12", "latency": "0.004300310s"}),
        "sourceLocation": st.just({"file": "a.py", "line": "149", "function": "f"}),
        "traceSampled": st.sampled_from([True]),
        "resource": st.just({"type": "cloud_run_revision", "labels": {"service_name": "shop"}}),
    }
    return {"timestamp": stamp, **payload, **draw(st.fixed_dictionaries({}, optional=extra))}


@settings(deadline=None)
@given(documents())
def test_lines_equal_protobuf_json(document: dict[str, Any]) -> None:
    message = ParseDict(document, Message())
    expected = MessageToDict(message)
    assert msgspec.json.decode(to_line(message)) == expected


@settings(deadline=None)
@given(documents())
def test_equal_entries_give_equal_lines(document: dict[str, Any]) -> None:
    turned = dict(reversed(document.items()))
    assert to_line(ParseDict(document, Message())) == to_line(ParseDict(turned, Message()))


def line(document: dict[str, Any]) -> str:
    return to_line(ParseDict(document, Message())).decode()


def test_nanoseconds_and_split_are_kept() -> None:
    document = {
        "timestamp": "2025-09-16T00:00:00.123456789Z",
        "split": {"uid": "u", "index": 1, "totalSplits": 2},
    }
    assert msgspec.json.decode(line(document)) == document


def test_whole_numbers_stay_whole() -> None:
    assert (
        line({"jsonPayload": {"length": 71, "large": 1e300}})
        == '{"jsonPayload":{"large":1e300,"length":71}}\n'
    )


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_number_that_json_does_not_know_becomes_its_name(number: str) -> None:
    message = Message()
    message.json_payload.update({"rate": float(number)})
    names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    assert msgspec.json.decode(to_line(message)) == {"jsonPayload": {"rate": names[number]}}


def test_an_audit_entry_is_read() -> None:
    message = Message()
    message.proto_payload.Pack(
        AuditLog(method_name="ReplaceService", resource_name="namespaces/demo/services/shop")
    )
    payload = msgspec.json.decode(to_line(message))["protoPayload"]
    assert payload["@type"] == "type.googleapis.com/google.cloud.audit.AuditLog"
    assert payload["methodName"] == "ReplaceService"


@pytest.mark.parametrize("kind", ["acme.Unknown", "google.cloud.audit.AuditLog"])
def test_an_unreadable_payload_is_kept_as_bytes(kind: str) -> None:
    message = Message()
    message.proto_payload.type_url = f"type.googleapis.com/{kind}"
    message.proto_payload.value = b"\xff\xff"
    expected = {"@type": f"type.googleapis.com/{kind}", "value": "//8="}
    assert msgspec.json.decode(to_line(message)) == {"protoPayload": expected}
