"""A filter matches the same entries in every export format."""

import json
from pathlib import Path

import pytest

from triage import pipeline
from triage.entries import api_form, decode
from triage.lql import LOG_ENTRY
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
    assert api_form(decode_entry(ENTRY), LOG_ENTRY) == ENTRY


def test_null_values_are_left_out() -> None:
    assert "trace" not in api_form(decode_entry(SNAKE), LOG_ENTRY)
    assert "trace" not in api_form(decode_entry({**ENTRY, "trace": None}), LOG_ENTRY)


@pytest.mark.parametrize("record", [ENTRY, SNAKE], ids=["camelCase", "snake_case"])
def test_seconds_of_a_sink_table_are_a_duration(tmp_path: Path, record: dict[str, object]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(record | {"httpRequest": {"status": 200, "latency": 0.25}}))
    for text, count in (('httpRequest.latency>"200ms"', 1), ('httpRequest.latency>"0.3s"', 0)):
        assert len(list(pipeline.read_entries([path], pipeline.Selection(filter=text)))) == count


@pytest.mark.parametrize("indices", [(0, 1), (1,)])
def test_joined_entry_is_found_by_the_uid_of_its_parts(tmp_path: Path, indices: tuple[int, ...]) -> None:
    path = tmp_path / "export.jsonl"
    parts = [
        ENTRY | {"insertId": f"a{index}", "split": {"uid": "u1", "index": index, "totalSplits": 2}}
        for index in indices
    ]
    path.write_text("\n".join(map(json.dumps, parts)))
    for text, count in (("split.uid=u1", 1), ("split.uid=u2", 0), ("NOT split.uid:*", 0)):
        assert len(list(pipeline.read_entries([path], pipeline.Selection(filter=text)))) == count


REDUCED = {
    "projection": json.dumps(
        [
            {
                "timestamp": "2026-03-17T06:00:00Z",
                "textPayload": "slow",
                "labels": {"team": "shop"},
                "spanId": "00f1",
                "traceSampled": True,
                "operation": {"id": "import-7"},
                "httpRequest": {"status": 200, "remoteIp": "192.0.2.7", "responseSize": "20480"},
                "sourceLocation": {"file": "app.py", "line": "12"},
            }
        ]
    ),
    "download": "timestamp,textPayload,labels.team,spanId,traceSampled,operation.id,httpRequest.status,"
    "httpRequest.remoteIp,httpRequest.responseSize,sourceLocation.file,sourceLocation.line\n"
    "2026-03-17T06:00:00Z,slow,shop,00f1,true,import-7,200,192.0.2.7,20480,app.py,12\n",
    "snake_case": json.dumps(
        {
            "timestamp": "2026-03-17T06:00:00Z",
            "text_payload": "slow",
            "labels": {"team": "shop"},
            "span_id": "00f1",
            "trace_sampled": True,
            "operation": {"id": "import-7"},
            "http_request": {"status": 200, "remote_ip": "192.0.2.7", "response_size": 20480},
            "source_location": {"file": "app.py", "line": 12},
        }
    ),
    "lower case": json.dumps(
        {
            "timestamp": "2026-03-17 06:00:00 UTC",
            "textpayload": "slow",
            "labels": [{"key": "team", "value": "shop"}],
            "spanid": "00f1",
            "tracesampled": True,
            "operation": {"id": "import-7"},
            "httprequest": {"status": 200, "remoteip": "192.0.2.7", "responsesize": 20480},
            "sourcelocation": {"file": "app.py", "line": 12},
        }
    ),
}


@pytest.fixture(params=REDUCED)
def reduced(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / ("export.csv" if request.param == "download" else "export.json")
    path.write_text(REDUCED[request.param])
    return path


@pytest.mark.parametrize(
    "text",
    [
        "spanId=00f1",
        "traceSampled=true",
        "operation.id=import-7",
        'httpRequest.remoteIp="192.0.2.7"',
        "httpRequest.responseSize>20000",
        "labels.team=shop",
        'sourceLocation.file="app.py" AND sourceLocation.line=12',
        'timestamp>="2026-03-17T06:00:00Z"',
    ],
)
def test_every_field_of_a_reduced_form_can_be_asked_for(reduced: Path, text: str) -> None:
    def count(filter_text: str) -> int:
        return len(list(pipeline.read_entries([reduced], pipeline.Selection(filter=filter_text))))

    assert (count(text), count(f"NOT ({text})")) == (1, 0)


def test_explanation_shows_the_fields_of_a_reduced_form(reduced: Path) -> None:
    (entry,) = pipeline.read_entries([reduced])
    explained = pipeline.explain_filter("operation.id=import-7", entry)
    assert (explained.held, explained.found) == (True, '"import-7"')


def test_labels_of_a_reduced_resource_keep_their_names() -> None:
    labels = {"service_name": "shop", "cluster_name": "one", "app.kubernetes.io/part": "web"}
    for record in (
        {**SNAKE, "resource": {"type": "k8s_container", "labels": labels}},
        {**SNAKE, "resource": ["k8s_container", labels]},
        {**SNAKE, "resource": None, "resource.type": "k8s_container"}
        | {f"resource.labels.{name}": value for name, value in labels.items()},
    ):
        found = api_form(decode_entry(record), LOG_ENTRY)
        assert found["resource"] == {"type": "k8s_container", "labels": labels}
