"""Records that a Logging filter does not match are counted, not decoded."""

import json
from pathlib import Path

import pytest

from tests.entries.unusual_records import BARE, HEAD, SERVICE
from triage import pipeline
from triage.entries import QueryFilter
from triage.lql import matcher
from triage.lql.read_fields import read_fields
from triage.models import Skipped

QUIET = BARE + b'"q", "textPayload": "quiet", ' + SERVICE + b"}"
LOUD = QUIET.replace(b"INFO", b"ERROR")


def query_filter(text: str) -> QueryFilter:
    return QueryFilter(matcher(text), read_fields(text))


def test_records_that_do_not_match_are_counted_as_outside() -> None:
    kept, skipped = query_filter("severity=ERROR").filter_records("path", [QUIET, LOUD, QUIET])
    assert kept == [1]
    time = 1_773_754_200_250_000_000
    assert skipped == Skipped("path", {"INFO": 2}, time, time, 2, services_outside={"quiet": 2})


@pytest.mark.parametrize("text", ["severity=ERROR", 'NOT "quiet"'])
def test_lines_and_lists_are_filtered_as_blocks(text: str) -> None:
    tested = query_filter(text)
    records = [QUIET, LOUD, QUIET]
    _, skipped = tested.filter_records("path", records)
    kept = [(index, records[index]) for index in tested.filter_records("path", records)[0]]
    assert tested.filter_lines("path", b"\n".join(records)) == (3, kept, skipped)
    assert tested.filter_list("path", b",".join(records), b",") == (3, kept, skipped)


@pytest.mark.parametrize(
    "record",
    [
        b'{"timestamp": "2026-03-17T13:30:00Z", "severity": "INFO", "message": "another form"}',
        b"no JSON",
        HEAD + b'"lost", "severity": "INFO"}',
        HEAD + b'"audit", "protoPayload": {"methodName": "m"}}',
        HEAD + b'"no-url", "httpRequest": {"status": 200}}',
        QUIET.replace(b"2026-03-17T13:30:00.25Z", b"yesterday"),
        QUIET.replace(b'"INFO"', b'"info"'),
    ],
)
def test_records_whose_header_does_not_tell_are_kept(record: bytes) -> None:
    assert query_filter("severity=EMERGENCY").filter_records("path", [QUIET, record])[0] == [1]


def test_value_of_a_field_that_is_no_field_changes_nothing() -> None:
    named = QUIET.replace(b'"textPayload"', b'"matches": true, "": true, "textPayload"')
    assert query_filter("severity=ERROR").filter_records("path", [named])[0] == []


def test_matches_are_the_same_from_a_file_and_from_memory(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"\n".join([QUIET, LOUD.replace(b'"q"', b'"l"')]))
    found = list(pipeline.read_entries([path], pipeline.Selection(filter='severity>=WARNING AND "quiet"')))
    assert [json.loads(entry.raw)["insertId"] for entry in found] == ["l"]
