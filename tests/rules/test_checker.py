"""All faults of a pack are reported at once, each with file and line."""

from pathlib import Path

import pytest

from triage import pipeline
from triage.errors import BadDataError, IOFailureError
from triage.rules import load_packs, shipped_packs
from triage.rules.checker import check_packs
from triage.rules.patterns import has_nested_quantifier

PACKS = Path(__file__).parent / "packs"
HEAD = 'id = "{}"\ntitle = "Own"\nversion = 1\nkeywords = []\nfilter = ""\n'


def fault_lines(name: str) -> list[str]:
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


def test_shipped_packs_have_no_faults() -> None:
    packs, faults = check_packs()
    assert [str(fault) for fault in faults] == []
    assert [pack.id for pack in packs] == [
        "client-probe", "cloud-run", "dependencies", "netra-readiness", "python-server", "runtimes",
    ]  # fmt: skip


def test_every_fault_of_rules_is_reported() -> None:
    assert fault_lines("every-fault-of-rules.toml") == [
        "7: rule unknown-key: unknown key colour",
        (
            "15: rule no-expression: the pattern is no regular expression: missing ), unterminated subpattern "
            "at position 6"
        ),
        "22: rule look-around: the pattern holds look-around, which RE2 does not have",
        "29: rule backreference: the pattern holds \\1, which RE2 does not have",
        "36: rule end-of-text: the pattern holds \\Z, which RE2 does not have",
        "43: rule many-repeats: the pattern repeats something more than 1000 times, which RE2 does not do",
        "50: rule possessive: the pattern holds a possessive or atomic group, which RE2 does not have",
        (
            "57: rule nested-quantifier: the pattern repeats a group that repeats inside: it can stall on a "
            "hostile line"
        ),
        "64: rule hostile: the pattern takes too long on a hostile line",
        (
            "71: rule no-samples: a rule needs lines that it must match (hits) and lines that it must not "
            "(misses)"
        ),
        "78: rule own-hit: does not match its own hit 'stock is low'",
        "78: rule own-hit: the literal 'stock' is not in its own hit 'shelf'",
        "78: rule own-hit: matches its own miss 'stock is full today'",
        "85: rule short-literal: the literal must be plain ASCII of at least 3 characters",
        (
            "92: rule no-such-step: a gate has no step 'opened'; it has allowed, approved, bypassed, error, "
            "refused"
        ),
        "101: rule step-of-no-run: a step belongs to a run: name the kind of run",
        "109: rule no-such-outcome: outcome: Invalid enum value 'maybe'",
        f"126: rule twice: the id stands twice, first at {PACKS / 'every-fault-of-rules.toml'}:119",
    ]


def test_every_fault_of_causes_and_chain_is_reported() -> None:
    assert fault_lines("every-fault-of-causes.toml") == [
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
        (
            "55: cause run-of-a-revision: check '@failed' points at nothing: only a run has @failed, "
            "@noncritical, @tolerated"
        ),
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


def test_rules_of_a_pack_with_an_invalid_head_are_checked() -> None:
    assert fault_lines("faults-of-the-head.toml") == [
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
playbook = "none"
means = "The stock is low."
all_of = ["RULE"]
because = [{ rule = "RULE", says = "No {item}" }]
"""


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [("scene", "scope", '"revision"'), ("settle", "suggest", "{}"), ("outranks", "supersedes", "[]")],
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
def test_only_nested_repeats_are_detected(pattern: str, nested: bool) -> None:  # noqa: FBT001 (a parameter of the table)
    assert has_nested_quantifier(pattern) is nested
