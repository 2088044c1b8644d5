"""``triage rules new`` drafts a pack that passes the check and names the failing check of its export."""

import json
from pathlib import Path

import pytest

from tests.rules.draft.services import SERVICES, InventedService, logs_of
from tests.runs.logs import entry, export, platform, text_line
from triage import pipeline
from triage.errors import BadDataError, UsageError
from triage.redact import Redactor
from triage.rules.draft import PackDraft, write_draft


def exported(service: InventedService, folder: Path) -> Path:
    """Return the file of the export of a service."""
    file = folder / f"{service.name}.json"
    file.write_text(json.dumps(logs_of(service)), encoding="utf-8")
    return file


@pytest.mark.parametrize("edited", [False, True], ids=["draft", "edited"])
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_draft_diagnoses_its_export(service: InventedService, tmp_path: Path, *, edited: bool) -> None:
    export, pack = exported(service, tmp_path), tmp_path / f"{service.name}.toml"
    drafted = pipeline.draft_pack(service.name, (str(export),))
    text = drafted.text
    assert len(service.edits) <= 5
    for old, new in service.edits if edited else ():
        assert text.count(old) == 1
        text = text.replace(old, new)
    pack.write_text(text, encoding="utf-8")
    assert pipeline.check_rules([pack]) == []
    assert (drafted.service, drafted.checks) == (service.name, list(service.checks))
    found = pipeline.analyze((str(export),), packs=pipeline.load_packs([pack])).diagnosis
    leading = found.incidents[0]
    assert (found.verdict, leading.cause, leading.check) == ("not_ready", service.cause, service.check)
    assert found.services[0].revisions[f"{service.name}-00001-abc"] == "ready"
    if edited and service.edits:
        assert leading.title == service.edits[0][1].partition('"')[2].rstrip('"')


def drafted_rules(*lines: str, service: str = "shop") -> dict[str, str]:
    """Return the patterns of the rules that are drafted from the lines of one instance."""
    draft = PackDraft(service, Redactor().redact_text)
    for number, line in enumerate(lines):
        draft.observe(entry(text_line(number * 10, line, service=service)))
    return {rule.id: rule.pattern for rule in draft.finish()}


@pytest.mark.parametrize(
    "line",
    [
        "order 17 is ready for collection",
        "payment provider is slow: 812 ms",
        "waiting for lock 7",
        "checkout of cart 17 ok",
        "error: connection refused",
        "GET /orders 200 3ms",
    ],
)
def test_line_of_ordinary_traffic_is_no_step(line: str) -> None:
    checks = ["check db: ok", "check mq: ok", "service is ready"]
    assert drafted_rules(*checks, *["tick"] * 10, line).keys() == {"check-passed", "ready"}


@pytest.mark.parametrize(
    ("line", "rule", "pattern"),
    [
        ("kafka health check failed", "check-failed", r"^(?P<check>[\w.-]{1,60}) health check failed\b"),
        ("DB check: OK in 0.4 s", "check-passed", r"^(?P<check>[\w.-]{1,60}) check: OK in (?P<elapsed>"),
        (
            "dependency 'mq' is degraded",
            "check-warned",
            r"^dependency '(?P<check>[\w.-]{1,60})' is degraded\b",
        ),
        ("[WARN] probe mq timed out", "check-failed", r"^\[[A-Z]{4,7}\]:? {1,4}probe (?P<check>"),
    ],
)
def test_result_of_a_check_is_found(line: str, rule: str, pattern: str) -> None:
    assert drafted_rules(line)[rule].startswith(pattern)


def test_name_with_a_result_is_a_check_only_beside_others() -> None:
    assert drafted_rules("mq: ok") == {}
    assert drafted_rules("mq: ok", "db: ok").keys() == {"check-passed"}
    assert drafted_rules("mq: ok", "mq: failed").keys() == {"check-passed", "check-failed"}


def test_phases_and_waits_before_checks_are_steps(tmp_path: Path) -> None:
    lines = ["waiting for database", "phase 1: data", "check db ok", "phase 2: links", "check mq ok"]
    file = tmp_path / "export.json"
    logs = [text_line(number, line, service="shop") for number, line in enumerate(lines)]
    file.write_text(json.dumps(export(logs)), encoding="utf-8")
    pack = tmp_path / "shop.toml"
    pack.write_text(pipeline.draft_pack("shop", (str(file),)).text, encoding="utf-8")
    assert pipeline.check_rules([pack]) == []
    chain = pipeline.load_packs([pack])[0].chain
    assert chain is not None
    assert [(phase.number, phase.checks) for phase in chain.phases] == [(1, ["db"]), (2, ["mq"])]


def test_samples_hold_no_secret() -> None:
    draft = PackDraft("shop", Redactor().redact_text)
    secret = "hunter" + "2" * 6
    draft.observe(entry(text_line(0, f"check db failed: password={secret} refused", service="shop")))
    (rule,) = draft.finish()
    assert rule.hits == ["check db failed: password=<password-1> refused"]
    assert secret not in write_draft("shop", draft, [rule])


def test_logs_without_a_check_give_a_pack_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(export([text_line(0, "GET /orders 200", service="shop")])), encoding="utf-8")
    drafted = pipeline.draft_pack("shop", (str(file),))
    pack = tmp_path / "shop.toml"
    pack.write_text(drafted.text, encoding="utf-8")
    assert (drafted.checks, drafted.rules) == ([], 0)
    assert "unsure: no line reports the result of a check" in drafted.text
    assert pipeline.check_rules([pack]) == []


def test_service_with_checks_is_chosen_among_several(tmp_path: Path) -> None:
    chatty = [text_line(number, f"GET /{number} 200", service="edge") for number in range(20)]
    file = tmp_path / "export.json"
    file.write_text(json.dumps(export([*chatty, *logs_of(SERVICES[0])])), encoding="utf-8")
    assert pipeline.draft_pack("mine", (str(file),)).service == SERVICES[0].name
    only = pipeline.Selection(service=("edge",))
    assert pipeline.draft_pack("mine", (str(file),), only).service == "edge"


@pytest.mark.parametrize(("name", "fault"), [("My Pack", "not a valid name"), ("runtimes", "a shipped pack")])
def test_invalid_name_is_refused(name: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=fault):
        pipeline.draft_pack(name, (str(tmp_path / "none.json"),))


def test_export_without_output_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(export([platform(0, "Container called exit(1).")])), encoding="utf-8")
    with pytest.raises(BadDataError, match="no line that a service printed"):
        pipeline.draft_pack("shop", (str(file),))
