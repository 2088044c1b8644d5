"""The user's command receives the document, one run at a time."""

import sys
import time
from pathlib import Path

import pytest

from triage.release.watch.hook import TIMEOUT, Hook

KEEP = "import sys, pathlib; pathlib.Path(sys.argv[1]).open('ab').write(sys.stdin.buffer.read())"


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


def test_the_command_receives_the_document_on_standard_input(
    tmp_path: Path, messages: list[str], clock: Clock
) -> None:
    hook = Hook(python(KEEP, str(tmp_path / "got")), messages.append, clock)
    document = '{"verdict": "not_ready"}' + " " * 200_000
    hook.submit(document)
    hook.wait()
    assert (tmp_path / "got").read_text() == document
    assert messages == []


def test_only_the_newest_document_is_pending_while_the_command_runs(
    tmp_path: Path, messages: list[str], clock: Clock
) -> None:
    go = tmp_path / "go"
    held = f"import time, pathlib\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\n{KEEP}"
    hook = Hook(python(held, str(tmp_path / "got")), messages.append, clock)
    for document in ("first ", "second ", "third "):
        hook.submit(document)
    hook.poll()
    go.touch()
    hook.wait()
    assert (tmp_path / "got").read_text() == "first third "


def test_no_shell_reads_the_command(tmp_path: Path, messages: list[str], clock: Clock) -> None:
    hook = Hook(
        python("import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])",
               str(tmp_path / "got"), "$HOME; `id` | x"),
        messages.append,
        clock,
    )  # fmt: skip
    hook.submit("{}")
    hook.wait()
    assert (tmp_path / "got").read_text() == "$HOME; `id` | x"


def test_a_failed_command_is_reported_with_its_last_stderr_line(messages: list[str], clock: Clock) -> None:
    hook = Hook(python("import sys; sys.exit('first\\nno such channel')"), messages.append, clock)
    hook.submit("{}")
    hook.wait()
    assert messages == ["--on-change ended with status 1: no such channel"]


def test_a_silently_failed_command_is_reported(messages: list[str], clock: Clock) -> None:
    hook = Hook(python("raise SystemExit(3)"), messages.append, clock)
    hook.submit("{}")
    hook.wait()
    assert messages == ["--on-change ended with status 3"]


def test_a_missing_command_is_reported(messages: list[str], clock: Clock) -> None:
    hook = Hook(["/no/such/command"], messages.append, clock)
    hook.submit("{}")
    hook.wait()
    assert messages == ["--on-change could not be run: /no/such/command: No such file or directory"]


def test_a_slow_command_is_killed_with_its_children(
    tmp_path: Path, messages: list[str], clock: Clock
) -> None:
    began = tmp_path / "began"
    nested = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(began)!r}).write_text(str(child.pid))\n"
        "child.wait()"
    )
    hook = Hook(python(nested), messages.append, clock)
    hook.submit("{}")
    while not (began.exists() and began.read_text()):
        hook.poll()
    assert messages == []
    clock.now += TIMEOUT
    hook.poll()
    assert messages == ["--on-change was stopped after 60 s"]
    child = int(began.read_text())
    while is_running(child):
        time.sleep(0.01)


def is_running(process: int) -> bool:
    """Return whether a process runs; a killed one may take a moment to end."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_a_command_that_ignores_its_input_succeeds(messages: list[str], clock: Clock) -> None:
    hook = Hook(python("pass"), messages.append, clock)
    hook.submit("x" * 1_000_000)
    hook.wait()
    assert messages == []


def test_stop_kills_the_command_and_drops_the_pending_document(
    tmp_path: Path, messages: list[str], clock: Clock
) -> None:
    hook = Hook(python("import time; time.sleep(600)"), messages.append, clock)
    hook.submit("{}")
    hook.submit("{}")
    hook.stop()
    hook.wait()
    assert messages == []
