"""Gate criteria: shipped values, overrides, and faults with their lines."""

from pathlib import Path

import msgspec
import pytest

from triage.errors import BadDataError, IOFailureError
from triage.models import Criteria
from triage.rules.criteria import load_criteria
from triage.rules.loader import shipped_packs

ROOT = Path(__file__).resolve().parents[2]


def written(folder: Path, text: str) -> Path:
    path = folder / "gate.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadDataError) as failure:
        load_criteria(written(folder, text))
    assert failure.value.hint == "docs/gate.md names every criterion and its keys"
    return failure.value.message.replace(f"{folder}/", "").splitlines()


def test_shipped_criteria_have_the_documented_values() -> None:
    found = load_criteria()
    assert (found.boots_ready.within, found.boots_ready.at_least) == (120, 1)
    assert (found.critical_checks.at_most, found.boot_failures.at_most, found.new_errors.at_most) == (0, 0, 0)
    assert found.connections.at_least == 0.95
    required = {name for name in Criteria.__struct_fields__ if getattr(found, name).need == "required"}
    assert required == {"boots_ready", "critical_checks", "boot_failures", "whole_logs"}


def test_criteria_are_not_a_rule_pack() -> None:
    assert (ROOT / "reports" / "gate.toml").is_file()
    assert "gate" not in {item.name.partition(".")[0] for item in shipped_packs()}


@pytest.mark.parametrize("text", ["", "# nothing\n", "[boots_ready]\n"])
def test_empty_file_keeps_the_shipped_criteria(tmp_path: Path, text: str) -> None:
    assert load_criteria(written(tmp_path, text)) == load_criteria()


def test_omitted_criteria_keep_the_shipped_values(tmp_path: Path) -> None:
    found = load_criteria(written(tmp_path, 'connections.at_least = 0.5\n[boots_ready]\nneed = "off"\n'))
    ours = load_criteria()
    boots = msgspec.structs.replace(ours.boots_ready, need="off")
    connections = msgspec.structs.replace(ours.connections, at_least=0.5)
    assert found == msgspec.structs.replace(ours, boots_ready=boots, connections=connections)


def test_every_fault_is_reported_with_its_line(tmp_path: Path) -> None:
    text = """
[boots_ready]
within = -3
need = "sometimes"

[connections]
at_lest = 0.9
at_least = 1.5
seen_at_least = 0

[critical_checks]
need = "required"
at_most = 0.5

[newerrors]
at_most = 1
"""
    assert faults(tmp_path, text) == [
        "gate.toml:3: boots_ready: within: -3 is not allowed; it must be > 0.0",
        "gate.toml:4: boots_ready: need: 'sometimes' is not allowed; allowed: required, optional, off",
        "gate.toml:7: connections: unknown key at_lest; did you mean at_least? Allowed: need, at_least, seen_at_least",
        "gate.toml:8: connections: at_least: 1.5 is not allowed; it must be <= 1.0",
        "gate.toml:9: connections: seen_at_least: 0 is not allowed; it must be >= 1",
        "gate.toml:13: critical_checks: at_most: a whole number is needed, not a number",
        f"gate.toml:15: there is no criterion newerrors, only {', '.join(Criteria.__struct_fields__)}",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("boots_ready = 3", "1: boots_ready is a table: write [boots_ready]"),
        ("\nboots_ready.within = true", "2: boots_ready: within: a number is needed, not true or false"),
        ("boots_ready.within = nan", "1: boots_ready: within: nan is not allowed; it must be > 0.0"),
        ("boots_ready.within = inf", "1: boots_ready: within: inf is not allowed; it must be <= 86400.0"),
        ("connections.at_least = nan", "1: connections: at_least: nan is not allowed; it must be >= 0.0"),
        ("[boots_ready]\nwithin = soon\n", "2: not TOML: Invalid value (at line 2, "),
        ("[ready]\nneed = 'off'", "1: there is no criterion ready, only "),
    ],
)
def test_fault_is_one_line_without_a_traceback(tmp_path: Path, text: str, fault: str) -> None:
    (fault_line,) = faults(tmp_path, text)
    assert fault_line.startswith(f"gate.toml:{fault}")


def test_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_bytes(b'[boots_ready]\nneed = "\xff"\n')
    with pytest.raises(BadDataError, match=r"gate\.toml:2: not UTF-8"):
        load_criteria(path)


def test_missing_criteria_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match=r"gate\.toml: No such file"):
        load_criteria(tmp_path / "gate.toml")
