"""All faults of a bad pack are told at once, each with its file and line."""

from pathlib import Path

import pytest

from triage import pipeline
from triage.errors import BadDataError, IOFailureError
from triage.rules import load_packs, shipped_packs
from triage.rules.checker import check_packs
from triage.rules.patterns import nested_quantifier

PACKS = Path(__file__).parent / "packs"
HEAD = 'id = "{}"\ntitle = "Own"\nversion = 1\nkeywords = []\nfilter = ""\n'


def told(name: str) -> list[str]:
    """Return the faults of a pack, each as "line: what"."""
    path = str(PACKS / name)
    faults = check_packs([Path(path)])[1]
    assert {fault.path for fault in faults} == {path}
    return [f"{fault.line}: {fault.what}" for fault in faults]


def own(folder: Path, rest: str, name: str = "own") -> Path:
    """Return the file of a pack of one's own."""
    path = folder / f"{name}.toml"
    path.write_text(HEAD.format(name) + rest, encoding="utf-8")
    return path


def test_the_packs_that_ship_have_no_fault() -> None:
    packs, faults = check_packs()
    assert [str(fault) for fault in faults] == []
    assert [pack.id for pack in packs] == ["client-probe", "cloud-run", "netra-readiness", "python-server"]


def test_every_fault_of_rules_is_told() -> None:
    assert told("every-fault-of-rules.toml") == [
        "7: rule unknown-key: unknown key colour",
        "15: rule no-expression: the pattern is no regular expression: missing ), unterminated subpattern at position 6",
        "22: rule look-around: the pattern holds look-around, which RE2 does not have",
        "29: rule backreference: the pattern holds \\1, which RE2 does not have",
        "36: rule end-of-text: the pattern holds \\Z, which RE2 does not have",
        "43: rule many-repeats: the pattern repeats something more than 1000 times, which RE2 does not do",
        "50: rule possessive: the pattern holds a possessive or atomic group, which RE2 does not have",
        "57: rule nested-quantifier: the pattern repeats a group that repeats inside: it can stall on a hostile line",
        "64: rule hostile: the pattern takes too long on a hostile line",
        "71: rule no-samples: a rule needs lines that it must match (hits) and lines that it must not (misses)",
        "78: rule own-hit: does not match its own hit 'stock is low'",
        "78: rule own-hit: the literal 'stock' is not in its own hit 'shelf'",
        "78: rule own-hit: matches its own miss 'stock is full today'",
        "85: rule short-literal: the literal must be plain ASCII of at least 3 characters",
        "92: rule no-such-step: a gate has no step 'opened'; it has allowed, approved, bypassed, error, refused",
        "101: rule step-of-no-run: a step belongs to a run: name the kind of run",
        "109: rule no-such-outcome: outcome: Invalid enum value 'maybe'",
        f"126: rule twice: the id stands twice, first at {PACKS / 'every-fault-of-rules.toml'}:119",
    ]


def test_every_fault_of_causes_and_of_the_chain_is_told() -> None:
    assert told("every-fault-of-causes.toml") == [
        "9: chain: the checks of chain.phases names stock 2 times",
        "10: chain: startup.shelves names the check warehouse, which chain.checks does not have",
        "12: chain: phase goods names the check till, which chain.checks does not have",
        "21: rule stock-low: names the check shelf, which chain.checks does not have",
        "32: cause no-such-rule: names the rule stock-lo, which the pack does not have",
        "32: cause no-such-rule: names the rule cloud-run/container-exits, which no pack in use has",
        "32: cause no-such-rule: names the rule till-open, which the pack does not have",
        "32: cause no-such-rule: because of stock-low: {shop} is captured by no group of its rules",
        "32: cause no-such-rule: ruled_out till: {open} is captured by no group of its rules",
        "32: cause no-such-rule: supersedes no-such-cause, which no pack has",
        "45: cause no-condition: nothing tells when the cause holds: give it run, all_of or any_of",
        "45: cause no-condition: a cause gives its reasons: because is empty",
        "55: cause run-of-a-revision: a cause of a revision is recognised by all_of or any_of, not by a run",
        "55: cause run-of-a-revision: check '@failed' points at nothing: only a run has @failed, @noncritical, @tolerated",
        "67: cause no-such-check: names the check window, which chain.checks does not have",
        "67: cause no-such-check: names the check till, which chain.checks does not have",
        "67: cause no-such-check: names the check door, which chain.checks does not have",
        "67: cause no-such-check: title: Single '{' encountered in format string in 'Low: {'",
        "67: cause no-such-check: because of stock-low: {item.__class__} is no plain word",
        "67: cause no-such-check: because of stock-low: {0} is no plain word",
        "67: cause no-such-check: because of stock-low: {item!r} is no plain word",
        "67: cause no-such-check: because of stock-low: {item:>99} is no plain word",
        "79: cause no-such-tier: tier: Invalid enum value 'deep'",
    ]


def test_the_rules_of_a_pack_whose_head_is_bad_are_proved_all_the_same() -> None:
    assert told("faults-of-the-head.toml") == [
        "3: version: Expected `int`, got `str`",
        "6: unknown key colour",
        "8: rule own-hit: does not match its own hit 'stock is low'",
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("not-utf-8.toml", "2: not UTF-8: save the file as UTF-8"),
        ("not-toml.toml", "3: not TOML: Invalid value (at line 3, column 10)"),
        ("inline-rules.toml", "6: write each of the rules as a [[rules]] table of its own"),
        ("bad-parts", "4: parts: a list of names of files"),
    ],
)
def test_a_file_that_is_no_pack_is_told_with_its_line(name: str, fault: str) -> None:
    path = PACKS / name / "pack.toml" if (PACKS / name).is_dir() else PACKS / name
    assert [str(told) for told in check_packs([PACKS / name])[1]] == [f"{path}:{fault}"]


def test_the_parts_of_a_pack_are_one_pack() -> None:
    folder = PACKS / "in-parts"
    assert [str(fault) for fault in check_packs([folder])[1]] == [
        f"{folder / 'lines.toml'}:1: a part of a pack holds rules and causes only, not keywords",
        f"{folder / 'more.toml'}:1: rule stock: the id stands twice, first at {folder / 'lines.toml'}:3",
    ]


def test_a_pack_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match=r"none\.toml: No such file or directory"):
        check_packs([tmp_path / "none.toml"])
    with pytest.raises(IOFailureError, match=r"pack\.toml: No such file or directory"):
        load_packs([tmp_path])


@pytest.mark.parametrize("name", ["every-fault-of-rules.toml", "every-fault-of-causes.toml", "not-toml.toml"])
def test_a_bad_pack_cannot_be_used_and_every_fault_of_it_is_told(name: str) -> None:
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
playbook = "none"
means = "The stock is low."
all_of = ["RULE"]
because = [{ rule = "RULE", says = "No {item}" }]
"""


def test_a_cause_may_name_the_rules_of_another_pack_in_use(tmp_path: Path) -> None:
    goods = own(tmp_path, RULE, "goods")
    sales = own(tmp_path, CAUSE.replace("RULE", "goods/stock"), "sales")
    assert check_packs([goods, sales])[1] == []
    assert [pack.id for pack in load_packs([sales, goods])][:2] == ["sales", "goods"]
    (fault, *_) = check_packs([sales])[1]
    assert fault.what == "cause stock-low: names the rule goods/stock, which no pack in use has"


def test_a_rule_that_ships_may_be_named_without_giving_its_pack(tmp_path: Path) -> None:
    cause = CAUSE.replace("RULE", "cloud-run/container-exit").replace("{item}", "{code}")
    assert check_packs([own(tmp_path, cause)])[1] == []


def test_two_packs_of_one_id_are_a_fault(tmp_path: Path) -> None:
    first, second = own(tmp_path, RULE), tmp_path / "copy.toml"
    second.write_text(first.read_text(encoding="utf-8"), encoding="utf-8")
    assert [str(fault) for fault in check_packs([first, second])[1]] == [
        f"{second}:1: the pack own stands in {first} too"
    ]


def test_a_pack_with_the_id_of_one_that_ships_stands_in_its_place(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    server = next(item for item in shipped_packs() if item.name == "python-server.toml")
    mine.write_text(server.read_text(encoding="utf-8").replace("Python application", "My"), encoding="utf-8")
    packs = load_packs([mine])
    assert [pack.title for pack in packs if pack.id == "python-server"] == ["My servers"]


def test_the_packs_of_the_user_come_first_and_those_of_a_service_before_those_for_all(tmp_path: Path) -> None:
    assert [pack.id for pack in load_packs([own(tmp_path, RULE)])] == [
        "own",
        "netra-readiness",
        "client-probe",
        "cloud-run",
        "python-server",
    ]


@pytest.mark.parametrize(
    ("pattern", "nested"),
    [
        (r"^(\w+\s?)*$", True),
        (r"(a*)+", True),
        (r"(?:a{2,})*", True),
        (r"((a+)b)*", True),
        (r"(?:a|b*){1,}", True),
        (r"(a+)?", False),
        (r"(a+){0,3}", False),
        (r"(\(a+\))", False),
        (r"[(]a+[)]*", False),
        (r"\(a+\)*", False),
        (r"[^]*)]+x", False),
        (r"(?:ab)*c+", False),
    ],
)
def test_a_repeat_of_a_repeat_is_seen_and_nothing_else(pattern: str, nested: bool) -> None:  # noqa: FBT001 (a parameter of the table)
    assert nested_quantifier(pattern) is nested
