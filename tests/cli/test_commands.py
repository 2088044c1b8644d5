"""All commands end to end, on the example export."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from triage.models import Diagnosis, Timeline

Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"
#: The revision of the example whose boots fail at the database, and the one that becomes ready.
BROKEN, READY = "*-00041-kxw", "*-00042-bqz"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Return the example, truncated in the middle of a record."""
    path = tmp_path / "cut.json"
    path.write_bytes(EXAMPLE.read_bytes()[:-300])
    return path


def test_export_without_command_is_diagnosed(call: Call) -> None:
    assert call(EXAMPLE) == call("diagnose", EXAMPLE)


def test_quiet_prints_only_the_answer(call: Call) -> None:
    quiet = call("-q", EXAMPLE, "--revision", BROKEN)
    assert quiet.out == (
        "NOT READY  netra-backend-staging\n"
        "Startup aborted in its DATABASE phase: the database did not answer in time\n"
    )
    assert call(EXAMPLE, "--revision", BROKEN).out.startswith(quiet.out)
    assert call("diagnose", EXAMPLE, "-q", "--revision", BROKEN) == quiet


def test_open_incident_leads_the_answer_of_a_ready_service(call: Call) -> None:
    assert call("-q", EXAMPLE).out == (
        "READY, 1 open incident: netra-backend-staging\n"
        "The readiness middleware refused plain HTTP requests on WebSocket paths\n"
    )


def test_details_show_the_evidence(call: Call) -> None:
    printed = call(EXAMPLE, "--revision", BROKEN).out
    assert "\nDo now\n" in printed
    assert "\nWhy (high confidence" in printed
    assert f"\nNext        triage report {EXAMPLE} -o report.md\n" in printed
    detailed = call("-v", EXAMPLE, "--revision", BROKEN).out
    for heading in ("Where", "Coverage", "Limits"):
        assert f"\n{heading}\n" not in printed
        assert f"\n{heading}\n" in detailed
    assert call(EXAMPLE, "--revision", BROKEN, "--verbose").out == detailed


def test_json_diagnosis_is_the_document(call: Call) -> None:
    called = call(EXAMPLE, "--format", "json")
    document = msgspec.json.decode(called.out, type=Diagnosis)
    assert document.schema == "triage.diagnosis/1"
    assert document.incidents[0].cause == "gate-header-check"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 0),
        (["--exit-code"], 1),
        (["--fail-on", "not_ready"], 1),
        (["--fail-on", "degraded"], 1),
        (["--strict"], 0),
        (["--strict", "--exit-code"], 1),
    ],
)
def test_not_ready_fails_only_with_exit_code(call: Call, options: list[str], status: int) -> None:
    assert call(EXAMPLE, "--revision", BROKEN, *options).status == status


@pytest.mark.parametrize("options", [[], ["--exit-code"], ["--fail-on", "degraded"], ["--strict"]])
def test_ready_never_fails(call: Call, options: list[str]) -> None:
    assert call(EXAMPLE, "--revision", READY, *options).status == 0


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--exit-code"], 0), (["--strict"], 3)])
def test_partial_logs_fail_only_with_strict(call: Call, cut: Path, options: list[str], status: int) -> None:
    called = call(cut, *options)
    assert called.status == status
    assert "\nGaps        " in called.out


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--exit-code"], 0), (["--strict"], 3)])
def test_no_data_fails_only_with_strict(call: Call, tmp_path: Path, options: list[str], status: int) -> None:
    (tmp_path / "empty.json").write_text("[]")
    called = call(tmp_path / "empty.json", *options)
    assert called.status == status
    assert called.out.startswith("NO DATA  the export holds no entries\n")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ["--service", "another"],
            "no entries of service another; services in this file: netra-backend-staging (431)",
        ),
        (["--since", "2027-01-01"], "none of 431 records is within what the options ask for"),
    ],
)
def test_options_that_exclude_all_entries_are_named(call: Call, options: list[str], reason: str) -> None:
    printed = call(EXAMPLE, *options).out
    assert printed.splitlines()[0] == f"NO DATA  {reason}"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--since", "yesterday"], "--since: 'yesterday' is not a valid time"),
        (["--until", "soon"], "--until: 'soon' is not a valid time"),
        (["--filter", "severity>=("], "line 1"),
    ],
)
def test_invalid_time_or_filter_is_a_usage_error(call: Call, options: list[str], word: str) -> None:
    called = call(EXAMPLE, *options)
    assert (called.status, called.out) == (2, "")
    assert word in called.err


def test_time_options_select_entries(call: Call) -> None:
    printed = call(
        "timeline", "-q", EXAMPLE, "--since", "2026-03-17T14:00:00Z", "--until", "2026-03-17 14:05 UTC"
    ).out
    assert "2026-03-17 14:0" in printed
    assert "2026-03-17 13:" not in printed


def test_filter_selects_entries(call: Call) -> None:
    named = '--filter=resource.labels.revision_name:"00041"'
    assert call(EXAMPLE, "-q", named).out == call(EXAMPLE, "-q", "--revision", BROKEN).out


def test_invalid_user_pack_is_reported_with_its_position(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('id = "mine"\nunknown = 1\n')
    called = call(EXAMPLE, "--pack", tmp_path / "mine.toml")
    assert called.status == 65
    assert f"{tmp_path / 'mine.toml'}:" in called.err


def test_timeline_groups_similar_runs_and_marks_the_first_failure(call: Call) -> None:
    printed = call("timeline", EXAMPLE).out
    assert "boot, 2 similar  NOT READY  database (startup_failure)\n" in printed
    assert "gate, 16 similar  NOT READY  gate_rejected\n" in printed
    assert len([line for line in printed.splitlines() if line.startswith(">> +")]) == 2


def test_json_timeline_is_the_document(call: Call) -> None:
    called = call("timeline", EXAMPLE, "--format", "json")
    assert msgspec.json.decode(called.out, type=Timeline).schema == "triage.timeline/1"


def test_quiet_timeline_has_only_the_runs(call: Call) -> None:
    loud, quiet = call("timeline", EXAMPLE).out, call("timeline", EXAMPLE, "-q").out
    assert loud.startswith(quiet)
    assert "records from" in loud[len(quiet) :]


def test_report_goes_to_stdout_or_a_file(call: Call, tmp_path: Path) -> None:
    printed = call("report", EXAMPLE)
    written = call("report", EXAMPLE, "-o", tmp_path / "report.md")
    assert (written.status, written.out) == (0, "")
    assert written.err == f"wrote {tmp_path / 'report.md'}\n"
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == printed.out
    assert printed.out.startswith("### Ready, 1 open incident: ")


def test_a_dash_is_stdout(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = call("report", EXAMPLE).out
    monkeypatch.chdir(tmp_path)
    assert call("report", EXAMPLE, "-o", "-").out == printed
    assert not (tmp_path / "-").exists()


def test_report_creates_no_folder(call: Call, tmp_path: Path) -> None:
    refused = call("report", EXAMPLE, "-o", tmp_path / "out" / "report.md")
    assert refused.status == 74
    assert f"there is no folder {tmp_path / 'out'}; create it first: mkdir -p " in refused.err
    assert not (tmp_path / "out").exists()


def test_html_report_is_one_page(call: Call, tmp_path: Path) -> None:
    written = call("report", EXAMPLE, "--format", "html", "-o", tmp_path / "report.html")
    assert (written.status, written.err) == (0, f"wrote {tmp_path / 'report.html'}\n")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page == call("report", EXAMPLE, "--format", "html").out
    assert ">critical<" in page


def test_template_is_for_markdown_only(call: Call) -> None:
    called = call("report", EXAMPLE, "--format", "html", "--template", "ticket")
    assert (called.status, called.out) == (2, "")
    assert "--template is for Markdown" in called.err


def test_full_disk_keeps_the_old_report(call: Call, tmp_path: Path) -> None:
    import resource

    (tmp_path / "report.md").write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        called = call("report", EXAMPLE, "-o", tmp_path / "report.md")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert called.status == 74
    assert called.err == (
        f"triage: {tmp_path / 'report.md'}: File too large; nothing was changed; write to another place or "
        "make room\n"
    )
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.md", "old")]


def test_invalid_template_is_reported(call: Call, tmp_path: Path) -> None:
    assert call("report", EXAMPLE, "--template", tmp_path / "missing.j2").status == 74


def test_explain_shows_meaning_and_fixes(call: Call) -> None:
    printed = call("explain", "gate-header-check").out
    assert printed.startswith("gate-header-check  ")
    places = [
        printed.index(f"\n{heading}\n")
        for heading in ("Example", "What it means", "How it is recognized", "How to fix it")
    ]
    assert places == sorted(places)


def test_explain_shows_when_each_fix_is_due(call: Call) -> None:
    printed = call("explain", "gate-header-check").out
    assert "Due: today. Takes: 1 hour. Risk: " in printed
    assert "P0, " not in printed.partition("How to fix it")[2]


def test_every_cause_can_be_explained(call: Call) -> None:
    from triage.cli.screens.console import render_text
    from triage.cli.screens.packs import render_cause, render_unexplained
    from triage.pipeline import list_causes, load_packs, playbook

    for kind in list_causes(packs := load_packs()):
        for listed in kind.causes:
            playbooks = [playbook(name) for name in listed.playbooks]
            if listed.cause is not None and listed.pack is not None:
                parts = render_cause(listed.cause, listed.pack, packs, playbooks[0], listed.example)
            else:
                parts = render_unexplained(listed.id, listed.title, playbooks)
            text = render_text(*parts).replace("\n     ", " ")
            fixes = [fix for book in playbooks for fix in book.fixes if not fix.symptom_fix]
            assert f"\n  1. {min(fixes, key=lambda fix: fix.priority).title}" in text
            assert not re.search(r"\$ [^\n]*(?<![%${])\{[a-z_]+\}", text)


def test_explain_shows_an_example_and_the_page_it_rests_on(call: Call) -> None:
    printed = call("explain", "secret-read-denied").out
    assert "\nExample\n  google.api_core.exceptions.PermissionDenied: 403 Permission" in printed
    assert "\n     $ gcloud secrets add-iam-policy-binding SECRET --member=serviceAccount:ACCOUNT " in printed
    assert re.search(r"\nDocumentation\n  https://cloud\.google\.com/\S+\n$", printed)


def test_explain_lists_all_causes_by_kind(call: Call) -> None:
    printed = call("explain").out
    headings = [
        "Cloud Run: instances",
        "Cloud Run: deployments",
        "Application runtimes: node",
        "Failures that no rule explains",
    ]
    assert [printed.index(f"{heading}  (") for heading in headings] == sorted(
        printed.index(f"{heading}  (") for heading in headings
    )
    assert max(map(len, printed.splitlines())) <= 80
    for cause in ("port-not-bound", "secret-read-denied", "gate-header-check", "unexplained-exit"):
        assert re.search(rf"^  {cause}  ", printed, re.MULTILINE)


@pytest.mark.parametrize(
    "cause",
    [
        "unknown-error",
        "unknown-statement",
        "unexplained-exit",
        "unexplained-startup-probe",
        "unexplained-request",
    ],
)
def test_cause_of_what_no_rule_explains_can_be_explained(call: Call, cause: str) -> None:
    printed = call("explain", cause).out
    assert printed.startswith(f"{cause}  ")
    assert "\nHow to fix it\n" in printed


def test_every_kind_of_failure_has_a_cause_that_can_be_explained() -> None:
    from typing import get_args

    from triage.diagnosis.unexplained import cause_id_of, unexplained_causes
    from triage.models import FailureKind

    known = {cause.id for cause in unexplained_causes()}
    assert {
        cause_id_of(kind, has_statement=spoken) for kind in get_args(FailureKind) for spoken in (True, False)
    } <= known


def test_word_of_a_cause_finds_its_names(call: Call) -> None:
    called = call("explain", "database")
    assert called.status == 2
    assert "did you mean startup-database, " in called.err


def test_unknown_cause_suggests_similar_names(call: Call) -> None:
    called = call("explain", "gate-header")
    assert called.status == 2
    assert "gate-header-check" in called.err


def test_shipped_rules_are_valid(call: Call) -> None:
    assert call("rules", "check") == (0, "ok: every rule matches its hits and none of its misses\n", "")


def test_all_faults_of_a_pack_are_reported_with_file_and_line(call: Call, tmp_path: Path) -> None:
    pack = tmp_path / "mine.toml"
    pack.write_text(
        """id = "mine"
title = "Mine"
version = 1
keywords = ["ready"]
filter = ""

[[rules]]
id = "ready"
literal = "ready"
pattern = "is ready"
hits = ["it is not"]
misses = ["nothing"]

[[rules]]
id = "stalls"
literal = "stalls"
pattern = "(a+)+ stalls"
hits = ["aa stalls"]
misses = ["nothing"]
"""
    )
    called = call("rules", "check", pack)
    assert called.status == 65
    assert [line.partition(": rule ")[0] for line in called.out.splitlines()] == [f"{pack}:11", f"{pack}:17"]
    assert called.err == "triage: 2 faults in the rule packs; each line above names the place\n"


def test_rules_list_names_every_rule_and_cause(call: Call) -> None:
    from triage.pipeline import load_packs

    words = set(call("rules", "list").out.split())
    for pack in load_packs():
        assert words >= {pack.id, *(rule.id for rule in pack.rules), *(cause.id for cause in pack.causes)}


def test_command_help_describes_its_options(call: Call) -> None:
    printed = call("diagnose", "--help").out
    for option in (
        "--format",
        "--exit-code",
        "--fail-on",
        "--strict",
        "--service",
        "--since",
        "--filter",
        "--pack",
    ):
        assert option in printed


def test_json_is_printable_on_ascii_terminals(call: Call) -> None:
    json.loads(call(EXAMPLE, "--format", "json").out)


def test_command_behind_the_export_is_explained(call: Call) -> None:
    refused = call(EXAMPLE, "timeline")
    assert refused.status == 2
    assert f"the command 'timeline' must come first: triage timeline {EXAMPLE}" in refused.err


def test_empty_file_is_named_as_such(call: Call, tmp_path: Path) -> None:
    (tmp_path / "export.json").write_bytes(b"")
    assert "the file is empty (did gcloud fail?)" in call(tmp_path / "export.json").out


def test_explain_finds_a_cause_by_a_part_of_its_name(call: Call) -> None:
    assert "did you mean startup-database" in call("explain", "database").err
