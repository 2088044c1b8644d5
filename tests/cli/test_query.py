"""Filters at the terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
STDERR = "projects/demo/logs/run.googleapis.com%2Fstderr"
ENTRIES = [
    {"insertId": "b", "severity": "INFO", "timestamp": "2025-09-16T18:00:01Z", "textPayload": "ready"},
    {"insertId": "a", "severity": "ERROR", "timestamp": "2025-09-16T18:00:00.000001Z", "logName": STDERR,
     "textPayload": "no answer from db, told ops@example.com"},
    {"insertId": "c", "severity": "ERROR", "timestamp": "2025-09-16T18:00:02Z", "jsonPayload": {"message": "pool timed out"}},
]  # fmt: skip


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(ENTRIES, indent=2), encoding="utf-8")
    return file


@pytest.fixture
def one(tmp_path: Path) -> Path:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(ENTRIES[1]), encoding="utf-8")
    return file


def test_what_matches_is_printed_raw_in_order_of_time_one_per_line(call: Call, export: Path) -> None:
    called = call("query", "match", 'severity>=ERROR timestamp>="2025-09-16"', export)
    assert called.status == 0
    assert [json.loads(line) for line in called.out.splitlines()] == [ENTRIES[1], ENTRIES[2]]
    assert called.err == "2 of 3 entries match\n"


def test_several_exports_are_searched_together_and_quietly(call: Call, export: Path, one: Path) -> None:
    called = call("query", "match", "-q", 'insertId=("a" OR "b")', export, one)
    assert [json.loads(line)["insertId"] for line in called.out.splitlines()] == ["a", "b"]
    assert called.err == ""


def test_nothing_that_matches_is_an_answer(call: Call, export: Path) -> None:
    called = call("query", "match", "insertId=z", export)
    assert (called.status, called.out) == (0, "")


def test_what_could_not_be_read_is_told(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(f"{json.dumps(ENTRIES[0])}\n{{oops\n", encoding="utf-8")
    called = call("query", "match", "ready", file)
    assert called.out.count("\n") == 1
    assert "gap: broken record" in called.err


def test_a_filter_that_cannot_mean_what_it_says_is_told_before_the_answer(call: Call, export: Path) -> None:
    called = call("query", "match", "severity>=WARN", export)
    assert called.status == 0
    assert called.out == ""
    assert called.err.startswith("1:11: error (impossible-value): 'WARN' is no severity")


@pytest.mark.parametrize(
    "words",
    [("match", "insertId = a:b", "EXPORT"), ("lint", "insertId = a:b"), ("explain", "insertId = a:b")],
)
def test_a_bad_filter_is_one_line_with_its_place(call: Call, export: Path, words: tuple[str, ...]) -> None:
    called = call("query", *(export if word == "EXPORT" else word for word in words))
    assert called.status == 2
    assert called.out == ""
    assert called.err == (
        "triage: Unparseable filter: syntax error at line 1, column 13, token ':' (near: insertId = a^:b); "
        'put text with special characters in double quotes: "a:b"\n'
    )


def test_what_only_the_service_knows_is_refused(call: Call, export: Path) -> None:
    called = call("query", "match", "sample(insertId, 0.5)", export)
    assert called.status == 2
    assert "known to Cloud Logging only" in called.err


def test_a_clean_filter_is_ok(call: Call) -> None:
    called = call("query", "lint", 'severity=ERROR timestamp>="2025-09-16"')
    assert (called.status, called.out) == (0, "ok: nothing found\n")


def test_findings_are_told_with_place_and_mend(call: Call) -> None:
    called = call("query", "lint", "textPayload:'x'\nAND jsonPayload.a!=b")
    assert called.status == 2
    assert "1:13: error (single-quotes): " in called.out
    assert '\n    write: "x"\n' in called.out
    assert "2:5: warning (missing-field): " in called.out


def test_warnings_and_notes_alone_are_no_failure(call: Call) -> None:
    called = call("query", "lint", "severity>=ERROR")
    assert called.status == 0
    assert "note (severity-floor)" in called.out
    assert "warning (no-time-bound)" in called.out


def test_fix_prints_the_filter_mended(call: Call) -> None:
    called = call("query", "lint", "--fix", "severity>=WARN and textPayload:'x'")
    assert (called.status, called.out) == (0, 'severity>=WARNING AND textPayload:"x"\n')
    assert "(operator-case)" in called.err


def test_fix_still_fails_for_what_only_the_writer_can_mend(call: Call) -> None:
    assert call("query", "lint", "--fix", "severity>=LOUD").status == 2


def test_a_filter_is_explained_in_words(call: Call) -> None:
    called = call("query", "explain", "severity>=ERROR -insertId=a")
    assert called.out.splitlines() == [
        "all of these hold:",
        '  severity is at least "ERROR"',
        "  this does not hold:",
        '    insertId is "a"',
    ]


def test_for_an_entry_it_is_told_which_part_held_with_secrets_masked(call: Call, one: Path) -> None:
    called = call("query", "explain", "severity>=ERROR textPayload:pool", one)
    assert called.status == 0
    assert called.out.splitlines() == [
        "no   all of these hold:",
        'yes    severity is at least "ERROR"   ["ERROR"]',
        'no     textPayload contains "pool"   ["no answer from db, told <email-1>"]',
    ]


def test_an_entry_to_explain_is_exactly_one(call: Call, export: Path, tmp_path: Path) -> None:
    several = call("query", "explain", "x", export)
    assert (several.status, "more than one LogEntry" in several.err) == (2, True)
    empty = tmp_path / "empty.json"
    empty.write_text("[]", encoding="utf-8")
    none = call("query", "explain", "x", empty)
    assert (none.status, "no LogEntry" in none.err) == (65, True)
    assert call("query", "explain", "x", tmp_path / "absent.json").status == 74


def test_a_filter_that_begins_with_a_minus_stands_behind_two(call: Call, export: Path) -> None:
    called = call("query", "match", "-q", "--", "-severity=ERROR", export)
    assert [json.loads(line)["insertId"] for line in called.out.splitlines()] == ["b"]
