"""``triage rules new`` and ``triage rules test``, and ``triage schema``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Called
from tests.rules.draft.services import NODE, logs_of

Call = Callable[..., Called]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, with the export of a service."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs.json").write_text(json.dumps(logs_of(NODE)), encoding="utf-8")
    return tmp_path


def test_new_pack_is_written_and_names_the_next_commands(call: Call, here: Path) -> None:
    status, out, _ = call("rules", "new", "cart-api", "--from", "logs.json")
    assert status == 0
    assert out == (
        "wrote cart-api.toml for cart-api: 5 rules, 1 cause\n"
        "checks: postgres, redis, pubsub\n"
        'next: read the 4 places marked "unsure:", then\n'
        "  triage rules check cart-api.toml\n"
        "  triage logs.json --pack cart-api.toml\n"
    )
    assert call("rules", "check", "cart-api.toml")[0] == 0
    assert "The check redis failed" in call("logs.json", "--pack", "cart-api.toml")[1]
    assert [file.name for file in here.glob("*.toml")] == ["cart-api.toml"]


def test_existing_file_is_not_overwritten(call: Call, here: Path) -> None:
    (here / "cart-api.toml").write_text("mine", encoding="utf-8")
    status, _, err = call("rules", "new", "cart-api", "--from", "logs.json")
    assert (status, "cart-api.toml exists already" in err) == (2, True)
    assert (here / "cart-api.toml").read_text(encoding="utf-8") == "mine"
    status, out, _ = call("rules", "new", "cart-api", "--from", "logs.json", "-o", "-")
    assert (status, out.startswith("# Drafted from the logs of cart-api.")) == (0, True)


def test_each_line_is_shown_with_its_rule_or_the_reason_for_none(call: Call, here: Path) -> None:
    call("rules", "new", "cart-api", "--from", "logs.json")
    pack = here / "cart-api.toml"
    text = pack.read_text(encoding="utf-8")
    pack.write_text(text.replace("failed: (?P", "FAILED: (?P").replace("s: failed: c", "s: FAILED: c"))
    status, out, _ = call("rules", "test", "cart-api.toml", "logs.json")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert status == 0
    assert "check-passed [startup] check postgres: ok (12ms) (3 times)" in lines
    assert "check-failed: the pattern reads '[startup] check redis: ', then" in lines
    assert "the line holds the literal of no rule" in lines
    assert "11 of 19 lines matched" in lines
    assert lines[-1] == "rules that matched no line: check-failed"


def test_pack_with_faults_is_not_tested(call: Call, here: Path) -> None:
    (here / "bad.toml").write_text('id = "bad"\ncolor = 1\n', encoding="utf-8")
    status, _, err = call("rules", "test", "bad.toml", "logs.json")
    assert (status, "bad.toml:2: unknown key color" in err) == (65, True)


def test_schema_is_printed_and_all_names_are_listed(call: Call) -> None:
    status, out, _ = call("schema", "pack")
    assert (status, json.loads(out)["title"]) == (0, "A rule pack of triage")
    names = [line.split()[0] for line in call("schema")[1].splitlines()]
    assert names == ["diagnosis", "timeline", "comparison", "gate", "load", "pack", "pack-part", "playbook"]
    assert all(call("schema", name)[0] == 0 for name in names)
    status, _, err = call("schema", "pak")
    assert (status, "did you mean pack?" in err) == (2, True)
