"""All faults of a pack are reported at once, each with file and line."""

from pathlib import Path

import pytest

from tests.conftest import Golden
from triage import pipeline
from triage.errors import BadDataError, IOFailureError
from triage.rules import load_packs, shipped_packs
from triage.rules.checker import check_packs

PACKS = Path(__file__).parent / "packs"
HEAD = 'id = "{}"\ntitle = "Own"\nversion = 1\nkeywords = []\nfilter = ""\n'


def own(folder: Path, rest: str, name: str = "own") -> Path:
    """Return the file of a pack of one's own."""
    path = folder / f"{name}.toml"
    path.write_text(HEAD.format(name) + rest, encoding="utf-8")
    return path


def test_shipped_packs_have_no_faults() -> None:
    packs, faults = check_packs()
    assert [str(fault) for fault in faults] == []
    assert [pack.id for pack in packs] == [
        "client-probe", "cloud-run", "dependencies", "netra-readiness", "python-server", "runtimes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["every-fault-of-rules", "every-fault-of-causes", "faults-of-the-head", "playbooks-with-faults"]
)
def test_every_fault_is_reported_at_once(name: str, golden: Golden) -> None:
    pack = PACKS / f"{name}.toml" if (PACKS / f"{name}.toml").is_file() else PACKS / name
    faults = [
        str(fault).removeprefix(f"{PACKS}/").replace(f"{PACKS}/", "") for fault in check_packs([pack])[1]
    ]
    golden(PACKS / f"{name}.faults.txt", "\n".join(faults) + "\n")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("not-utf-8.toml", "2: not UTF-8: save the file as UTF-8"),
        ("not-toml.toml", "3: not TOML: Invalid value (at line 3, column 10)"),
        ("inline-rules.toml", "6: write each of the rules as a [[rules]] table of its own"),
        ("bad-parts", "4: parts: a list of names of files"),
    ],
)
def test_invalid_pack_file_is_reported_with_its_line(name: str, fault: str) -> None:
    path = PACKS / name / "pack.toml" if (PACKS / name).is_dir() else PACKS / name
    assert [str(fault_lines) for fault_lines in check_packs([PACKS / name])[1]] == [f"{path}:{fault}"]


def test_parts_of_a_pack_are_one_pack() -> None:
    folder = PACKS / "in-parts"
    assert [str(fault) for fault in check_packs([folder])[1]] == [
        f"{folder / 'lines.toml'}:1: a part of a pack holds rules and causes only, not keywords",
        f"{folder / 'more.toml'}:1: rule stock: the id stands twice, first at {folder / 'lines.toml'}:3",
    ]


def test_missing_pack_is_reported_by_name(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match=r"none\.toml: No such file or directory"):
        check_packs([tmp_path / "none.toml"])
    with pytest.raises(IOFailureError, match=r"pack\.toml: No such file or directory"):
        load_packs([tmp_path])


@pytest.mark.parametrize("name", ["every-fault-of-rules.toml", "every-fault-of-causes.toml", "not-toml.toml"])
def test_invalid_pack_is_refused_with_every_fault(name: str) -> None:
    with pytest.raises(BadDataError) as raised:
        pipeline.load_packs([PACKS / name])
    faults = [str(fault) for fault in check_packs([PACKS / name])[1]]
    assert sorted(raised.value.message.split("\n")) == sorted(faults)
    assert "triage rules check" in raised.value.hint


RULE = """
[[rules]]
id = "stock"
literal = "stock"
pattern = '^stock of (?P<item>\\w+)'
hits = ["stock of tea"]
misses = ["shelf"]
"""
CAUSE = """
[[causes]]
id = "stock-low"
title = "No {item}"
tier = "runtime"
scope = "revision"
severity = "P1"
playbook = "unknown-error"
means = "The stock is low."
all_of = ["RULE"]
because = [{ rule = "RULE", says = "No {item}" }]
"""


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("scene", "scope", '"revision"'),
        ("settle", "suggest", '{ filter = "a", why = "b" }'),
        ("outranks", "supersedes", "[]"),
    ],
)
def test_former_key_is_refused_with_the_new_name(tmp_path: Path, old: str, new: str, value: str) -> None:
    cause = CAUSE.replace("RULE", "stock").replace('scope = "revision"', "") if new == "scope" else CAUSE
    pack = own(tmp_path, RULE + cause.replace("RULE", "stock") + f"{old} = {value}\n")
    assert [fault.what for fault in check_packs([pack])[1]] == [
        f"cause stock-low: unknown key {old}: use {new}"
    ]


def test_cause_may_reference_rules_of_another_pack(tmp_path: Path) -> None:
    goods = own(tmp_path, RULE, "goods")
    sales = own(tmp_path, CAUSE.replace("RULE", "goods/stock"), "sales")
    assert check_packs([goods, sales])[1] == []
    assert [pack.id for pack in load_packs([sales, goods])][:2] == ["sales", "goods"]
    (fault, *_) = check_packs([sales])[1]
    assert fault.what == "cause stock-low: names the rule goods/stock, which no pack in use has"


def test_shipped_rule_may_be_referenced(tmp_path: Path) -> None:
    cause = CAUSE.replace("RULE", "cloud-run/container-exit").replace("{item}", "{code}")
    assert check_packs([own(tmp_path, cause)])[1] == []


def test_duplicate_pack_id_is_a_fault(tmp_path: Path) -> None:
    first, second = own(tmp_path, RULE), tmp_path / "copy.toml"
    second.write_text(first.read_text(encoding="utf-8"), encoding="utf-8")
    assert [str(fault) for fault in check_packs([first, second])[1]] == [
        f"{second}:1: the pack own stands in {first} too"
    ]


def test_pack_with_a_shipped_id_replaces_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    server = next(item for item in shipped_packs() if item.name == "python-server.toml")
    mine.write_text(server.read_text(encoding="utf-8").replace("Python application", "My"), encoding="utf-8")
    packs = load_packs([mine])
    assert [pack.title for pack in packs if pack.id == "python-server"] == ["My servers"]


def test_user_packs_come_first_and_service_packs_before_general_ones(tmp_path: Path) -> None:
    assert [pack.id for pack in load_packs([own(tmp_path, RULE)])] == [
        "own",
        "netra-readiness",
        "client-probe",
        "cloud-run",
        "dependencies",
        "python-server",
        "runtimes",
    ]


@pytest.mark.parametrize("name", ["a b", "../down", "$(down)", "-down", "", "ausfälle", "down;ls"])
def test_id_of_a_cause_that_a_command_cannot_hold_is_a_fault(tmp_path: Path, name: str) -> None:
    pack = own(tmp_path, RULE + CAUSE.replace("RULE", "stock").replace("stock-low", name))
    assert [fault.what for fault in check_packs([pack])[1]] == [
        f"cause {name}: id: {name!r} is not allowed; it must match ^[A-Za-z0-9][A-Za-z0-9._-]*$"
    ]


@pytest.mark.parametrize("name", ["down", "Down_2", "shop.down", "5xx-down"])
def test_id_of_a_cause_has_letters_digits_and_marks(tmp_path: Path, name: str) -> None:
    pack = own(tmp_path, RULE + CAUSE.replace("RULE", "stock").replace("stock-low", name))
    assert check_packs([pack])[1] == []
