"""The README is correct: outputs, commands, exit statuses and files."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from triage.cli.app import COMMANDS
from triage.errors import ExitStatus

pytestmark = pytest.mark.xdist_group("readme")

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "README.md"
README = PAGE.read_text(encoding="utf-8")
TRIAGE = Path(sys.executable).with_name("triage")
#: Stands in the README where lines are left out.
LEFT_OUT = "[...]"


def shown(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def sessions() -> list[tuple[str, str]]:
    """Return every command of the README with its output."""
    parts = [part for block in shown("console") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def run(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "TZ": "UTC", "PYTHONPATH": ""}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds only the example."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


def matching_paragraphs(output: str, printed: str) -> str:
    """Return the printed paragraphs that begin as the shown ones."""
    heads = {words[0] for text in re.split(r"\n\n|\[\.\.\.\]\n", output) if (words := text.split())}
    kept: list[str] = []
    for paragraph in re.split(r"\n\n+", printed.rstrip("\n")):
        if paragraph.split()[0] in heads or (not kept and not output.startswith(LEFT_OUT)):
            kept.append(paragraph)
        elif kept[-1:] != [LEFT_OUT]:
            kept.append(LEFT_OUT)
    return re.sub(r"\n*\[\.\.\.\]\n+", f"\n{LEFT_OUT}\n", "\n\n".join(kept) + "\n").lstrip("\n")


@pytest.mark.parametrize(("command", "output"), sessions(), ids=[command for command, _ in sessions()])
def test_a_command_prints_what_the_readme_shows(
    command: str, output: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    program, *arguments = shlex.split(command)
    assert program == "triage"
    printed = [line.rstrip() for line in run([str(TRIAGE), *arguments], folder).splitlines()]
    if request.config.getoption("--renew"):
        new = matching_paragraphs(output, "\n".join(printed))
        PAGE.write_text(
            PAGE.read_text(encoding="utf-8").replace(f"$ {command}\n{output}", f"$ {command}\n{new}"),
            encoding="utf-8",
        )
        return
    for passage in output.split(f"{LEFT_OUT}\n"):
        lines = passage.splitlines()
        places = [place for place in range(len(printed)) if printed[place : place + len(lines)] == lines]
        assert places or not lines, f"not printed by {command}:\n{passage}\nprinted:\n" + "\n".join(printed)
        printed = printed[places[0] + len(lines) :] if places else printed
    assert printed == [] or output.endswith(f"{LEFT_OUT}\n"), "more is printed than the README shows"


def test_the_excerpt_of_the_report_is_in_the_report(folder: Path) -> None:
    report = run([str(TRIAGE), "report", "examples/export.json"], folder)
    excerpts = shown("markdown")
    assert excerpts
    for excerpt in excerpts:
        for passage in excerpt.split(f"{LEFT_OUT}\n"):
            assert passage in report


def test_the_python_of_the_readme_runs(folder: Path) -> None:
    for code in shown("python"):
        run([sys.executable, "-W", "error", "-c", code], folder)


def test_the_readme_names_every_command() -> None:
    assert [name for name in COMMANDS if f"`triage {name}" not in README] == []


def test_the_readme_lists_every_exit_status() -> None:
    listed = {
        int(status)
        for row in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
        for status in row.split(", ")
    }
    assert listed == {int(status) for status in ExitStatus}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_the_readme_works(shell: str) -> None:
    assert f"_TRIAGE_COMPLETE={shell}_source triage" in README
    environment = {**os.environ, "_TRIAGE_COMPLETE": f"{shell}_source"}
    done = subprocess.run([str(TRIAGE)], env=environment, capture_output=True, text=True, check=True)
    assert "_TRIAGE_COMPLETE" in done.stdout


def test_links_of_the_readme_exist() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
