"""A filter matches the same entries in every export format."""

import json
from pathlib import Path

import pytest

from triage import pipeline
from triage.entries import api_form, decode
from triage.models import Entry, Record, Source

ENTRY = {
    "insertId": "a1",
    "timestamp": "2026-03-17T06:00:00.000001Z",
    "severity": "ERROR",
    "logName": "projects/demo-project/logs/run.googleapis.com%2Fstderr",
    "resource": {
        "type": "cloud_run_revision",
        "labels": {"service_name": "shop", "revision_name": "shop-00001-abc"},
    },
    "labels": {"instanceId": "00aa"},
    "jsonPayload": {"message": "it broke", "order": {"number": 7}},
}
SNAKE = {
    "insert_id": "a1",
    "timestamp": "2026-03-17T06:00:00.000001+00:00",
    "severity": "ERROR",
    "log_name": "projects/demo-project/logs/run.googleapis.com%2Fstderr",
    "resource": {
        "type": "cloud_run_revision",
        "labels": {"service_name": "shop", "revision_name": "shop-00001-abc"},
    },
    "labels": {"instanceId": "00aa"},
    "json_payload": '{"message": "it broke", "order": {"number": 7}}',
    "trace": None,
}


def decode_entry(value: object) -> Entry:
    entry = decode(Record(json.dumps(value).encode(), Source("export.json", 1)))
    assert isinstance(entry, Entry)
    return entry


@pytest.mark.parametrize(
    "text",
    [
        'insertId="a1"',
        'severity>=ERROR AND resource.labels.service_name="shop"',
        'jsonPayload.message:"broke" AND jsonPayload.order.number=7',
        'logName:"stderr" AND labels.instanceId="00aa"',
        'log_id("run.googleapis.com/stderr")',
        'timestamp>="2026-03-17T06:00:00Z" AND NOT textPayload:*',
    ],
)
@pytest.mark.parametrize("value", [ENTRY, SNAKE], ids=["camelCase", "snake_case"])
def test_filter_matches_in_every_key_style(tmp_path: Path, value: dict[str, object], text: str) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps([value]))
    assert len(list(pipeline.read_entries([path], pipeline.Selection(filter=text)))) == 1


def test_records_of_the_api_are_unchanged() -> None:
    assert api_form(decode_entry(ENTRY)) == ENTRY


def test_null_values_are_left_out() -> None:
    assert "trace" not in api_form(decode_entry(SNAKE))
    assert "trace" not in api_form(decode_entry({**ENTRY, "trace": None}))
