from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from triage import __version__
from triage.cli.app import COMMANDS, root_command
from triage.errors import ExitStatus

Call = Callable[..., Any]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded_and_has_help(name: str, call: Call) -> None:
    command = root_command.get_command(click.Context(root_command), name)
    assert command is not None
    assert command.name == name
    called = call(name, "--help")
    assert called.status == 0
    assert called.out.startswith(f"Usage: triage {name} ")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_every_command_and_every_exit_status(option: str, call: Call) -> None:
    called = call(option)
    assert called.status == 0
    assert all(f"  {name} " in called.out for name in COMMANDS)
    printed = " ".join(called.out.partition("Exit status: ")[2].partition("\n\n")[0].split())
    assert [int(part.split()[0]) for part in printed.rstrip(".").split(", ")] == list(ExitStatus)


def test_version_is_that_of_the_package(call: Call) -> None:
    assert call("--version").out == f"triage, version {__version__}\n"


@pytest.mark.parametrize(
    ("typo", "meant"), [("diagnos", "diagnose"), ("timelin", "timeline"), ("entry", "entries")]
)
def test_mistyped_command_is_not_read_as_an_export(call: Call, typo: str, meant: str) -> None:
    called = call(typo, "export.json")
    assert called.status == 2
    assert f"unknown command or file: {typo!r}. Did you mean {meant!r}?" in called.err


def test_default_command_reports_an_unknown_option(call: Call) -> None:
    called = call("--formt", "json", "export.json")
    assert called.status == 2
    assert "Usage: triage diagnose" in called.err
    assert "--formt" in called.err


def test_no_arguments_show_the_help(call: Call) -> None:
    called = call()
    assert called.status == 2
    assert "Usage: triage" in called.err


@pytest.mark.parametrize("command", ["diagnose", "timeline", "report", "entries"])
def test_missing_export_is_an_io_failure(call: Call, command: str, tmp_path: Path) -> None:
    called = call(command, tmp_path / "missing.json")
    assert called.status == 74
    assert called.out == ""
    assert called.err.startswith("triage: ")
    assert "missing.json" in called.err
    assert called.err.count("\n") == 1
