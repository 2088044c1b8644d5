"""Every shipped playbook has fixes, validation, metrics and rollback."""

import re
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path

import cmarkgfm
import msgspec
import pytest

from triage.errors import BadDataError
from triage.rendering import playbooks
from triage.rendering.playbooks import (
    Fix,
    Playbook,
    fill_placeholders,
    fill_playbook,
    find_unfilled,
    load_playbook,
    playbook_names,
)

QUERIES = Path(__file__).parents[2] / "queries"
NAMES = playbook_names()


def causes() -> list[tuple[str, str]]:
    packs = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(QUERIES.rglob("*.toml"))]
    return [(cause["id"], cause["playbook"]) for pack in packs for cause in pack.get("causes", [])]


def texts(playbook: Playbook) -> list[str]:
    return [text for text in _strings(msgspec.to_builtins(playbook, enc_hook=str)) if isinstance(text, str)]


def _strings(value: object) -> list[object]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value]


def test_every_cause_of_the_packs_has_a_playbook() -> None:
    assert [(cause, playbook) for cause, playbook in causes() if playbook not in NAMES] == []


@pytest.mark.parametrize("name", NAMES)
def test_playbook_has_a_fix_and_its_validation(name: str) -> None:
    playbook = load_playbook(name)
    cause_fixes = [fix for fix in playbook.fixes if not fix.symptom_fix]
    assert cause_fixes
    assert all(fix["validate"] and fix["rollback"] for fix in map(msgspec.to_builtins, cause_fixes))
    assert playbook.validation
    assert playbook.metrics


@pytest.mark.parametrize("name", NAMES)
def test_playbook_has_only_known_placeholders(name: str) -> None:
    for text in texts(load_playbook(name)):
        assert not re.search(r"\{(?!service|revision|project|region|last_good)[a-z_]+\}", text)
    assert not any("|" in fix.title + fix.timeframe + fix.risk for fix in load_playbook(name).fixes)


@pytest.mark.parametrize("name", NAMES)
def test_playbook_markdown_has_no_html_and_no_image(name: str) -> None:
    for text in texts(load_playbook(name)):
        shown = cmarkgfm.github_flavored_markdown_to_html(text)
        assert "<!--" not in shown
        assert "<img" not in shown


def test_shared_blocks_are_unique_and_used() -> None:
    folder = Path(__file__).parents[2] / "reports" / "playbooks"
    shared = set(tomllib.loads((folder / "_shared.toml").read_text(encoding="utf-8")))
    files = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in folder.glob("[!_]*.toml")}
    assert set(files) == set(NAMES)
    assert {block for playbook in files.values() for block in playbook["use"]} == shared
    titles = [fix["title"] for playbook in files.values() for fix in playbook.get("fixes", [])]
    repeated = {title for title in titles if titles.count(title) > 2}
    assert repeated == set()


def test_cause_without_playbook_gets_the_unknown_error_playbook() -> None:
    assert load_playbook("of-a-pack-of-ones-own") == load_playbook("unknown-error")
    assert load_playbook("../../pyproject") == load_playbook("unknown-error")


def test_known_placeholders_are_filled_and_others_are_left() -> None:
    text = "gcloud run services describe {service} --region={region} --project={project} {revision}"
    known = {"service": "shop-backend", "region": "us-central1", "project": "example.com:shop"}
    assert (
        fill_placeholders(text, known)
        == "gcloud run services describe shop-backend --region=us-central1 --project=example.com:shop REVISION"
    )
    assert find_unfilled(fill_placeholders(text, known)) == ["REVISION"]


@pytest.mark.parametrize(
    "name",
    ["x; rm -rf ~", "$(id)", "`id`", "a\nb", "Shop", "-rf", "", "а", "x" * 101, "a b", "../x", "--flag"],
)
def test_invalid_cloud_run_name_never_reaches_a_command(name: str) -> None:
    assert fill_placeholders("deploy {service}", {"service": name}) == "deploy SERVICE"


def test_every_text_of_a_playbook_is_filled() -> None:
    done = fill_playbook(
        load_playbook("startup-database"),
        {"service": "shop", "project": "p1", "region": "r1", "revision": "shop-1", "last_good": "shop-0"},
    )
    assert not any(re.search(r"\{[a-z_]+\}", text) for text in texts(done))
    assert any("--to-revisions=shop-0=100" in text for text in texts(done))


def test_symptom_fix_needs_a_reason() -> None:
    fields = {
        "title": "Restart",
        "priority": "P2",
        "timeframe": "5 minutes",
        "risk": "Low.",
        "does": "Restart.",
        "symptom_fix": True,
    }
    with pytest.raises(msgspec.ValidationError, match="does not say why"):
        msgspec.convert(fields, Fix)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('title = "x"\nmeans = "y"\nuse = []\nsteps = 3\n', "steps"),
        ('title = "x"\n', "means"),
        ("title = \n", "mine.toml"),
        ('title = "x"\nmeans = "y"\nuse = ["no-such-block"]\n', "no-such-block"),
        ('title = "x"\nmeans = "y"\n[[metrics]]\nsays = "z"\nwithin = "a year"\n', "metrics"),
    ],
)
def test_playbook_fault_is_reported_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    (tmp_path / "_shared.toml").write_text("", encoding="utf-8")

    def folder() -> Traversable:
        return tmp_path

    monkeypatch.setattr(playbooks, "_folder", folder)
    monkeypatch.setattr(playbooks, "_shared", playbooks._shared_blocks.__wrapped__)
    with pytest.raises(BadDataError, match=r"mine\.toml") as caught:
        load_playbook.__wrapped__("mine")
    assert expected in str(caught.value)
