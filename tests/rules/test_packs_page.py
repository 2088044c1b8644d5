"""docs/packs.md is true: its tables are the code's, its pack is valid and gives the answer that it promises."""

import json
import re
from pathlib import Path

import pytest

from examples.make_packs import GROUPS, PAGE, SAYS, fill
from tests.rules.draft.services import NODE, logs_of
from triage import pipeline
from triage.models import STEPS
from triage.rules.defaults import CauseDefaults

TEXT = PAGE.read_text(encoding="utf-8")
TRIAGE = Path(__file__).parents[2] / "triage"


def block(name: str) -> str:
    """Return the block that follows a comment."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def example(tmp_path: Path) -> tuple[Path, Path]:
    """Return the pack of the page, with its playbook beside it, and an export of its service."""
    pack, export = tmp_path / "cart-api.toml", tmp_path / "export.json"
    pack.write_text(block("the pack"), encoding="utf-8")
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "redis-failed.toml").write_text(block("the playbook"), encoding="utf-8")
    export.write_text(json.dumps(logs_of(NODE)), encoding="utf-8")
    return pack, export


def test_tables_are_those_of_the_code() -> None:
    assert fill(TEXT) == TEXT, "run `python -m examples.make_packs`"


def test_every_step_is_described() -> None:
    assert SAYS.keys() == {(run, step) for run, steps in STEPS.items() for step in steps}


def test_every_group_that_is_read_is_described() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (TRIAGE / "runs").glob("*.py"))
    read = set(re.findall(r'fields\.get\("(\w+)"', code))
    assert read <= GROUPS.keys()
    assert GROUPS.keys() - read <= {"check", "says"}


def test_lines_of_the_example_are_printed_by_its_service() -> None:
    assert block("the lines of a bad start").splitlines()[0] in NODE.bad
    assert block("the lines of a bad start").splitlines()[-1] in NODE.bad


def test_pack_of_the_example_is_valid_and_gives_its_answer(
    example: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.cli import main

    monkeypatch.setenv("COLUMNS", "100")
    pack, export = example
    assert pipeline.check_rules([pack]) == []
    assert main([str(export), "--pack", str(pack)]) == 0
    assert capsys.readouterr().out.startswith(block("the answer"))


def test_playbook_of_the_example_is_in_the_report(example: tuple[Path, Path]) -> None:
    pack, export = example
    found = pipeline.analyze((str(export),), packs=pipeline.load_packs([pack]))
    report = pipeline.report(found)
    assert "Start the Memorystore instance again" in report
    assert "gcloud redis instances describe cart" in report
    assert (
        pipeline.playbook("redis-failed", pipeline.load_packs([pack])).title
        == "The session store of the cart"
    )
    (pack.parent / "playbooks" / "redis-failed.toml").unlink()
    found = pipeline.analyze((str(export),), packs=pipeline.load_packs([pack]))
    assert found.diagnosis.incidents[0].playbook == "check-failed"


def test_example_needs_no_cause(example: tuple[Path, Path]) -> None:
    pack, export = example
    pack.write_text(block("the pack").partition("[[causes]]")[0], encoding="utf-8")
    found = pipeline.analyze((str(export),), packs=pipeline.load_packs([pack])).diagnosis
    assert (found.verdict, found.incidents[0].title, found.incidents[0].check) == (
        "not_ready",
        "The readiness check redis failed",
        "redis",
    )
    assert found.services[0].primary


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"run": {"failed": ["redis"]}}, ("validation", "check", "P0", "check-failed", "@failed")),
        ({"run": {"tolerated": ["*"]}}, ("validation", "check", "P2", "check-failed", "@tolerated")),
        ({"any_of": ["check-failed"]}, ("validation", "check", "P0", "check-failed", "@failed")),
        ({"any_of": ["not-ready"]}, ("validation", "check", "P0", "check-failed", "")),
        ({"all_of": ["cloud-run/container-exit"]}, ("failure", "runtime", "P1", "failed-instance", "")),
        ({"any_of": ["not-ready"], "scope": "revision"}, ("revision", "runtime", "P1", "unknown-error", "")),
        (
            {"run": {}, "severity": "P1", "playbook": "check-redis"},
            ("validation", "check", "P1", "check-redis", ""),
        ),
    ],
)
def test_keys_that_a_cause_leaves_out_follow_from_the_others(
    keys: dict[str, object], expected: tuple[str, ...], example: tuple[Path, Path]
) -> None:
    rules = pipeline.load_packs([example[0]])[0].rules
    cause = CauseDefaults(rules, ["own"]).complete({"id": "x", "title": "X", **keys})
    assert tuple(cause[key] for key in ("scope", "tier", "severity", "playbook", "check")) == expected
    assert CauseDefaults(rules, ["x"]).complete({"id": "x", "title": "X"})["playbook"] == "x"
