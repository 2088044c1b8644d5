"""Every shipped playbook has fixes, validation, metrics and rollback."""

import re
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path

import cmarkgfm
import msgspec
import pytest

from triage.errors import BadDataError
from triage.models.playbook import Fix, Playbook
from triage.rendering import playbooks
from triage.rendering.playbooks import (
    CAPTURED_NAMES,
    fill_placeholders,
    fill_playbook,
    find_unfilled,
    load_playbook,
    playbook_names,
)
from triage.rules import load_packs

QUERIES = Path(__file__).parents[2] / "queries"
NAMES = playbook_names()
LABELS = {"service", "revision", "project", "region", "last_good"}
#: Playbooks of what no pack explains.
UNEXPLAINED_PLAYBOOKS = ("check-failed", "failed-instance", "failed-requests", "unknown-error")


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


def captured_names() -> dict[str, set[str]]:
    """Return for each playbook what the rules of its causes capture."""
    captured: dict[str, set[str]] = {}
    packs = load_packs()
    patterns = {f"{pack.id}/{rule.id}": rule.pattern for pack in packs for rule in pack.rules}
    for pack in packs:
        for cause in pack.causes:
            for rule in [*cause.all_of, *cause.any_of]:
                pattern = patterns[rule if "/" in rule else f"{pack.id}/{rule}"]
                captured.setdefault(cause.playbook, set()).update(re.findall(r"\(\?P<(\w+)>", pattern))
    return captured


CAPTURED = captured_names()


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"(?<![%${])\{([a-z_]+)(?::\w+)?\}", text)) - LABELS


def is_size(name: str) -> bool:
    """Return whether a placeholder is a size of the configuration, which no rule captures."""
    return name.startswith(("current_", "doubled_", "halved_"))


@pytest.mark.parametrize("name", NAMES)
def test_every_placeholder_is_captured_by_a_rule_of_the_cause(name: str) -> None:
    used = {found for text in texts(load_playbook(name)) for found in placeholders(text)}
    assert {found for found in used if not is_size(found)} <= CAPTURED.get(name, set())
    assert not any("|" in fix.title + fix.timeframe + fix.risk for fix in load_playbook(name).fixes)


@pytest.mark.parametrize("language", ["dotnet", "go", "java", "native", "node", "php", "python", "ruby"])
def test_an_error_in_the_code_shows_the_history_of_its_line(language: str) -> None:
    playbook = fill_playbook(load_playbook(f"{language}-code-error"), {"file": "shop/price.go", "line": "42"})
    assert "git log -p -L 42,42:shop/price.go" in playbook.fixes[0].commands


def test_captured_names_are_those_that_playbooks_use() -> None:
    used = {found for name in NAMES for text in texts(load_playbook(name)) for found in placeholders(text)}
    assert used == set(CAPTURED_NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_captured_values_stand_in_commands_and_code_spans_only(name: str) -> None:
    playbook = load_playbook(name)
    commands = {command for fix in playbook.fixes for command in fix.commands}
    commands |= {command for step in [*playbook.validation, *playbook.rollback] for command in step.commands}
    for text in set(texts(playbook)) - commands:
        assert not placeholders("".join(text.split("`")[::2]))


def test_every_playbook_is_used() -> None:
    assert set(NAMES) - {playbook for _, playbook in causes()} == set(UNEXPLAINED_PLAYBOOKS)


@pytest.mark.parametrize("name", NAMES)
def test_documentation_address_is_plain(name: str) -> None:
    assert re.fullmatch(r"(https://[a-z0-9.-]+/[\w./#%-]*)?", load_playbook(name).docs)


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
    assert {block for playbook in files.values() for block in playbook.get("use", [])} == shared
    fixes = [str(fix) for playbook in files.values() for fix in playbook.get("fixes", [])]
    repeated = {fix for fix in fixes if fixes.count(fix) > 2}
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


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("secret", "orders-db-url"),
        ("secret", "ORDERS_DB_URL"),
        ("account", "orders-run@shop-prod.iam.gserviceaccount.com"),
        ("account", "4711-compute@developer.gserviceaccount.com"),
        ("host", "10.8.0.3"),
        ("version", "7"),
        ("image", "europe-docker.pkg.dev/shop/apps/orders:v1.4"),
        ("file", "/app/server.js"),
        ("topic", "orders.created"),
    ],
)
def test_captured_value_fills_its_placeholder(key: str, value: str) -> None:
    assert fill_placeholders(f"use {{{key}}}", {key: value}) == f"use {value}"


@pytest.mark.parametrize(
    "value",
    ["x; id", "$(id)", "`id`", "a\nb", "a b", "-rf", "--flag", "a--b", "../x", "a/../b", "//x", "https://e.example", "a|b", "<b>", "a'b", 'a"b',
     "@team", "a/@team", "x]", "*x*", "a&b", "a>b", "~/x", "a,b", "а", "x" * 201, "", "{service}", "a\\b", "a#b", "a%20b", "a=b"],
)  # fmt: skip
def test_hostile_captured_value_becomes_a_word_in_capitals(value: str) -> None:
    assert fill_placeholders("use {secret}", {"secret": value}) == "use SECRET"


@pytest.mark.parametrize(
    "value", ["ivy@example.com", "x@gserviceaccount.com.evil.example", "orders-run", "allUsers"]
)
def test_only_a_service_account_is_named_in_a_grant(value: str) -> None:
    assert fill_placeholders("{account}", {"account": value}) == "ACCOUNT"


def test_braces_of_other_languages_are_left() -> None:
    text = "curl -w '%{http_code}' ${var} --format='{{.Config.User}}'"
    assert fill_placeholders(text, {"http_code": "x", "var": "x"}) == text


def test_every_text_of_a_playbook_is_filled() -> None:
    done = fill_playbook(
        load_playbook("startup-database"),
        {"service": "shop", "project": "p1", "region": "r1", "revision": "shop-1", "last_good": "shop-0"},
    )
    assert not any(placeholders(text) for text in texts(done))
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
    with pytest.raises(msgspec.ValidationError, match="does not say why the cause remains"):
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

    monkeypatch.setattr(playbooks, "_playbook_folder", folder)
    monkeypatch.setattr(playbooks, "_shared_blocks", playbooks._shared_blocks.__wrapped__)
    with pytest.raises(BadDataError, match=r"mine\.toml") as caught:
        load_playbook.__wrapped__("mine")
    assert expected in str(caught.value)
