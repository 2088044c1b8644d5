import gc
import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from triage.cli import main
from triage.cli.app import COMMANDS

Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"

FAILING = """
import click
from triage import errors

class Odd(Exception):
    pass

@click.command()
@click.argument("what")
def fail(what):
    raise eval(what)
"""


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a command that raises a given error."""
    (tmp_path / "failing_command.py").write_text(FAILING)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(COMMANDS, "fail", ("failing_command:fail", "Fail."))


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        ("errors.UsageError('--since: no time', 'write 2h')", 2, "triage: --since: no time; write 2h"),
        (
            "errors.BadDataError('x.json:3: no entry', 'export again')",
            65,
            "triage: x.json:3: no entry; export again",
        ),
        ("errors.IOFailureError('x.json: no such file')", 74, "triage: x.json: no such file"),
        ("errors.TryAgainError('quota', 'run with --resume')", 75, "triage: quota; run with --resume"),
        ("errors.NoPermissionError('no role', 'ask for it')", 77, "triage: no role; ask for it"),
        ("errors.BadDataError('an \\x1b[31mescape')", 65, r"triage: an \x1b[31mescape"),
        ("KeyboardInterrupt()", 130, "triage: interrupted"),
        ("click.Abort()", 130, "triage: interrupted"),
        (
            "OSError(28, 'No space left on device')",
            74,
            "triage: No space left on device; check the path, its permissions and the room on the disk",
        ),
        (
            "PermissionError(13, 'Permission denied', 'a.json')",
            74,
            "triage: a.json: Permission denied; check the path, its permissions and the room on the disk",
        ),
        ("SystemExit(75)", 75, ""),
        ("click.exceptions.Exit(3)", 3, ""),
    ],
)
def test_each_failure_is_one_line_with_its_exit_status(
    call: Call, error: str, status: int, line: str
) -> None:
    called = call("fail", error)
    assert (called.status, called.out, called.err.rstrip("\n")) == (status, "", line)


@pytest.mark.usefixtures("failing")
def test_bug_is_reported_without_log_text(call: Call) -> None:
    called = call("fail", "Odd('the password is hunter2')")
    assert called.status == 70
    assert re.fullmatch(
        r"triage: this is a bug: Odd at cli/entry_point\.py:\d+; run the same command with --debug and report what it prints, "
        r"log text taken out\n",
        called.err,
    )


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize("words", [("--debug", "fail", "Odd()"), ("fail", "--", "Odd()")])
def test_debug_prints_a_traceback(call: Call, words: tuple[str, ...]) -> None:
    assert ("Traceback" in call(*words).err) is ("--debug" in words)


def test_a_command_hardly_ever_searches_its_objects_for_garbage(call: Call) -> None:
    before, searches = gc.get_threshold(), list[dict[str, int]]()
    gc.set_threshold(700, 10, 10)
    gc.callbacks.append(lambda phase, info: searches.append(info) if phase == "start" else None)
    try:
        call("diagnose", EXAMPLE)
    finally:
        gc.callbacks.pop()
        gc.set_threshold(*before)
    assert len(searches) <= 2


def test_what_the_start_loads_is_not_searched_for_garbage(call: Call) -> None:
    gc.unfreeze()
    call("diagnose", EXAMPLE)
    assert gc.get_freeze_count() > 20_000
    gc.unfreeze()


@pytest.mark.parametrize("loaded", [{}, {"duckdb": None}])
def test_what_is_left_at_the_end_is_not_searched_for_garbage_without_duckdb(
    loaded: dict[str, None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["triage", "--version"])
    monkeypatch.delitem(sys.modules, "duckdb", raising=False)
    for name in loaded:
        monkeypatch.setitem(sys.modules, name, None)
    gc.unfreeze()
    assert main() == 0
    assert (gc.get_freeze_count() > 0) == (not loaded)
    gc.unfreeze()


def triage(*words: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "triage", *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


def test_full_disk_under_stdout_is_an_io_failure() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "triage", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.returncode == 74
    assert done.stderr == (
        b"triage: No space left on device; check the path, its permissions and the room on the disk\n"
    )


def test_closed_pipe_ends_the_command_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "triage", "--help"],
            stdout=gone,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_is_available(shell: str) -> None:
    done = triage(env=os.environ | {"_TRIAGE_COMPLETE": f"{shell}_source"})
    assert b"_TRIAGE_COMPLETE" in done.stdout


def test_completion_offers_commands_options_and_files() -> None:
    def completed(words: str) -> bytes:
        cursor = str(len(words.split(" ")) - 1)
        return triage(
            env=os.environ | {"_TRIAGE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": cursor}
        ).stdout

    assert completed("triage ti") == b"file,ti\nplain,timeline\n"
    assert b"plain,--version\n" in completed("triage --v")
    assert b"plain,--fail-on\n" in completed("triage diagnose --f")
    assert completed("triage diagnose ex") == b"file,ex\n"
    assert completed("triage schema diag") == b"plain,diagnosis\n"


def press_tab(shell: list[str], setup: str, typed: str, wanted: bytes) -> bytes:
    """Return what a shell in a terminal shows after a tab; it is read until it is what is wanted, or 20 s."""
    terminal, side = pty.openpty()
    with subprocess.Popen(
        shell, stdin=side, stdout=side, stderr=side, env=completing(), start_new_session=True
    ) as running:
        os.close(side)
        shown = b""
        for line, expected in ((f"{setup}; echo re''ady\n", b"ready\r\n"), (f"{typed}\t", wanted)):
            os.write(terminal, line.encode())
            shown = b""
            while expected not in shown and select.select([terminal], [], [], 20)[0]:
                shown += os.read(terminal, 65_536)
        running.kill()
    os.close(terminal)
    return shown


def completing() -> dict[str, str]:
    """Return an environment in which triage is a command."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "TERM": "dumb", "PYTHONPATH": str(EXAMPLE.parents[1])}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("triage diag", b"triage diagnose "), ("triage examples/exp", b"triage examples/export.json")],
)
@pytest.mark.parametrize(
    ("shell", "setup"),
    [
        (["bash", "--norc", "-i"], ""),
        (["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -D; "),
    ],
    ids=["bash", "zsh"],
)
def test_tab_completes_commands_first_and_files_else(
    shell: list[str], setup: str, typed: str, wanted: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    monkeypatch.chdir(EXAMPLE.parents[1])
    script = f'{setup}eval "$(_TRIAGE_COMPLETE={shell[0]}_source triage)"'
    assert wanted in press_tab(shell, script, typed, wanted)


@pytest.mark.parametrize(
    ("typed", "wanted"), [("triage diag", "diagnose\t"), ("triage examples/exp", "examples/export.json")]
)
def test_fish_completes_commands_and_files(typed: str, wanted: str) -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("fish is not installed")
    done = subprocess.run(
        [fish, "-N", "-c", f'_TRIAGE_COMPLETE=fish_source triage | source; complete -C "{typed}"'],
        cwd=EXAMPLE.parents[1],
        env=completing(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert wanted in done.stdout
