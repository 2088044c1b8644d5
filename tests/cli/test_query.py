"""``triage query`` on the command line."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

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


def test_matches_are_printed_raw_in_order_of_time(call: Call, export: Path) -> None:
    called = call("query", "match", 'severity>=ERROR timestamp>="2025-09-16"', export)
    assert called.status == 0
    assert [json.loads(line) for line in called.out.splitlines()] == [ENTRIES[1], ENTRIES[2]]
    assert called.err == "2 of 3 entries match\n"


def test_several_exports_are_searched_together(call: Call, export: Path, one: Path) -> None:
    called = call("query", "match", "-q", 'insertId=("a" OR "b")', export, one)
    assert [json.loads(line)["insertId"] for line in called.out.splitlines()] == ["a", "b"]
    assert called.err == ""


def test_no_match_is_not_a_failure(call: Call, export: Path) -> None:
    called = call("query", "match", "insertId=z", export)
    assert (called.status, called.out) == (0, "")


def test_gaps_are_reported(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(f"{json.dumps(ENTRIES[0])}\n{{oops\n", encoding="utf-8")
    called = call("query", "match", "ready", file)
    assert called.out.count("\n") == 1
    assert "gap: broken record" in called.err


def test_filter_that_a_shell_cut_is_noticed(call: Call, export: Path) -> None:
    called = call("query", "match", "severity", export)
    assert called.status == 0
    assert "in a shell the whole filter stands in single quotes" in called.err


def test_filter_errors_are_reported_before_the_matches(call: Call, export: Path) -> None:
    called = call("query", "match", "severity>=WARN", export)
    assert called.status == 0
    assert called.out == ""
    assert called.err.startswith("1:11: error (impossible-value): 'WARN' is no severity")


@pytest.mark.parametrize(
    "words",
    [("match", "insertId = a:b", "EXPORT"), ("lint", "insertId = a:b"), ("explain", "insertId = a:b")],
)
def test_invalid_filter_is_reported_with_its_position(
    call: Call, export: Path, words: tuple[str, ...]
) -> None:
    called = call("query", *(export if word == "EXPORT" else word for word in words))
    assert called.status == 2
    assert called.out == ""
    assert called.err == (
        "triage: Unparseable filter: syntax error at line 1, column 13, token ':' (near: insertId = a^:b); "
        'put text with special characters in double quotes: "a:b"\n'
    )


def test_filters_that_need_the_service_are_rejected(call: Call, export: Path) -> None:
    called = call("query", "match", "sample(insertId, 0.5)", export)
    assert called.status == 2
    assert "known to Cloud Logging only" in called.err


def test_valid_filter_is_ok(call: Call) -> None:
    called = call("query", "lint", 'severity=ERROR timestamp>="2025-09-16"')
    assert (called.status, called.out) == (0, "ok: nothing found\n")


def test_findings_have_a_position_and_a_fix(call: Call) -> None:
    called = call("query", "lint", "textPayload:'x'\nAND jsonPayload.a!=b")
    assert called.status == 0
    assert "1:13: warning (single-quotes): " in called.out
    assert '\n    write: "x"\n' in called.out
    assert "2:5: warning (missing-field): " in called.out


def test_warnings_and_notes_are_not_failures(call: Call) -> None:
    called = call("query", "lint", "severity>=ERROR")
    assert called.status == 0
    assert "note (severity-floor)" in called.out
    assert "warning (no-time-bound)" in called.out


def test_filter_of_a_sink_needs_no_time_bound(call: Call) -> None:
    called = call("query", "lint", "--for", "sink", "severity=ERROR")
    assert (called.status, called.out) == (0, "ok: nothing found\n")
    assert call("query", "lint", "--for", "report", "severity=ERROR").status == 2


def test_fix_prints_the_fixed_filter(call: Call) -> None:
    called = call("query", "lint", "--fix", "severity>=WARN and textPayload:'x'")
    assert (called.status, called.out) == (0, 'severity>=WARNING AND textPayload:"x"\n')
    assert "(operator-case)" in called.err


def test_fix_fails_for_errors_without_a_fix(call: Call) -> None:
    assert call("query", "lint", "--fix", "severity>=LOUD").status == 2


def test_filter_is_explained_in_words(call: Call) -> None:
    called = call("query", "explain", "severity>=ERROR -insertId=a")
    assert called.out.splitlines() == [
        "all of these hold:",
        '  severity is at least "ERROR"',
        "  this does not hold:",
        '    insertId is "a"',
    ]


def test_entry_shows_which_parts_match_with_secrets_masked(call: Call, one: Path) -> None:
    called = call("query", "explain", "severity>=ERROR textPayload:pool", one)
    assert called.status == 0
    assert called.out.splitlines() == [
        "no   all of these hold:",
        'yes    severity is at least "ERROR"   ["ERROR"]',
        'no     textPayload contains "pool"   ["no answer from db, told <email-1>"]',
    ]


def test_explain_needs_exactly_one_entry(call: Call, export: Path, tmp_path: Path) -> None:
    several = call("query", "explain", "x", export)
    assert (several.status, "more than one LogEntry" in several.err) == (2, True)
    empty = tmp_path / "empty.json"
    empty.write_text("[]", encoding="utf-8")
    none = call("query", "explain", "x", empty)
    assert (none.status, "no LogEntry" in none.err) == (65, True)
    assert call("query", "explain", "x", tmp_path / "absent.json").status == 74


def test_filter_with_a_leading_minus_follows_a_double_dash(call: Call, export: Path) -> None:
    called = call("query", "match", "-q", "--", "-severity=ERROR", export)
    assert [json.loads(line)["insertId"] for line in called.out.splitlines()] == ["b"]


@pytest.mark.parametrize(
    "text",
    [
        "-severity>=ERROR",
        '-"pool"',
        "-(severity=ERROR)",
        "-httpRequest.status=503",
        '-log_id("x")',
        '-labels."a-b/c"="d"',
        "-unicorn",
        "-unicorn -phoenix",
        "-5",
        "--a comment\n-severity=ERROR",
    ],
)
def test_filter_that_begins_with_a_minus_works_as_typed(call: Call, export: Path, text: str) -> None:
    typed, behind = call("query", "match", text, export), call("query", "match", "--", text, export)
    assert typed.status == 0
    assert typed.out == behind.out


def test_options_still_work_beside_a_filter_with_a_minus(call: Call, export: Path) -> None:
    assert call("query", "match", "-severity>=ERROR", export, "-q").err == ""
    assert call("query", "match", "-h").out.startswith("Usage:")
    assert call("query", "lint", "-q", "--for", "sink", "-severity=ERROR").out.startswith("ok")
    assert call("query", "lint", "--for=sink", '-log_id("x")', "-qv").status == 0


@pytest.mark.parametrize("option", ["--quite", "-x", "--sort=time"])
def test_unknown_option_is_refused_beside_a_filter_with_a_minus(
    call: Call, export: Path, option: str
) -> None:
    refused = call("query", "match", option, "-severity=ERROR", export)
    assert refused.status == 2
    assert "No such option" in refused.err


def test_filter_without_quotes_is_noticed(call: Call, export: Path) -> None:
    refused = call("query", "match", "severity>=ERROR", "AND", 'textPayload:"db"', export)
    assert refused.status == 2
    assert "'AND' is part of a filter, not a file; put the whole filter in single quotes" in refused.err


# ---------------------------------------------------------------- filters in files


METRIC = 'resource "google_logging_metric" "m" {\n  filter = "%s"\n}\n'


def test_filters_in_files_are_linted_with_file_and_line(call: Call, tmp_path: Path) -> None:
    main, script = tmp_path / "main.tf", tmp_path / "run.sh"
    main.write_text(METRIC % "severity>=WARN AND ${var.more}", encoding="utf-8")
    script.write_text("gcloud logging read 'insertId=a'\ngcloud logging read \"$FILTER\"\n", encoding="utf-8")
    called = call("query", "lint", "--terraform", tmp_path)
    lines = called.out.splitlines()
    assert lines[0].startswith(f"{main}:2:23: error (impossible-value): 'WARN' is no severity")
    assert lines[1:3] == ["    write: WARNING", "    in: google_logging_metric.m"]
    assert lines[3].startswith(f"{script}:1:32: warning (no-time-bound): ")
    assert called.err == (
        "3 filters in 2 files: 1 error, 1 warning, 0 notes; 1 not linted, as their text is known only when the "
        "file is used\n"
    )
    assert called.status == 2
    assert call("query", "lint", "--terraform", script).status == 0


def test_file_without_filters_has_no_findings(call: Call, tmp_path: Path) -> None:
    called = call("query", "lint", "--terraform", tmp_path)
    assert (called.status, called.out) == (0, "")
    assert called.err == "0 filters in 0 files: 0 errors, 0 warnings, 0 notes\n"


def test_file_that_cannot_be_read_ends_with_65(call: Call, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "google_logging_metric" {', encoding="utf-8")
    called = call("query", "lint", "--terraform", tmp_path)
    assert called.status == 65
    assert called.err.splitlines()[0].endswith("main.tf:2: it is not valid Terraform; run terraform validate")
    (tmp_path / "other.tf").write_text(METRIC % "severity>=WARN", encoding="utf-8")
    assert call("query", "lint", "--terraform", tmp_path).status == 2


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--terraform", "--fix", "."], 2, "--terraform takes neither --fix nor --for"),
        (["--terraform", "--for", "sink", "."], 2, "--terraform takes neither --fix nor --for"),
        (["--terraform", "/nothing/here"], 74, "there is no such file or folder"),
        (["severity", "=", "ERROR"], 2, "put the whole filter in single quotes"),
    ],
)
def test_wrong_call_of_lint_is_explained(call: Call, words: list[str], status: int, said: str) -> None:
    called = call("query", "lint", *words)
    assert called.status == status
    assert said in called.err


def test_missing_extra_is_named_in_one_line(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hcl2", None)
    (tmp_path / "main.tf").write_text(METRIC % "severity>=WARN", encoding="utf-8")
    called = call("query", "lint", "--terraform", tmp_path)
    assert called.status == 2
    assert (
        called.err
        == 'triage: Terraform files need the extra terraform; pip install "cloudrun-triage[terraform]"\n'
    )


def test_hook_of_pre_commit_lints_the_files_that_it_is_given(call: Call, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    (hook,) = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    names = [tmp_path / name for name in ("main.tf", "sink.yaml", "run.sh")]
    assert all(re.search(hook["files"], str(name)) for name in names)
    for name in names:
        name.write_text(METRIC % "severity>=WARN" if name.suffix == ".tf" else "", encoding="utf-8")
    program, *words = hook["entry"].split()
    assert program == "triage"
    assert call(*words, *names).status == 2
