"""``triage watch``: the lines of a pipe, the table of a terminal, and the right exit."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from grpc import StatusCode

from tests.fakes.logging_server import LoggingServer, refuse
from tests.fakes.replay import restamped
from tests.runs.logs import SERVICE, Log, export, validation
from triage.window import NANOSECONDS

Call = Callable[..., Any]
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
READY = validation(0)
FAILED = validation(0, down=["agent_supervisor"])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, with no gcloud and no project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    for variable in ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)


def lately(*logs: Log) -> list[Log]:
    """Return entries as if they had been logged within the last half minute."""
    began = time.time_ns() - 30 * NANOSECONDS
    return [entry for _, entry in restamped(export(*logs), began, 1.0)]


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer([]) as server:
        yield server


def at(server: LoggingServer) -> tuple[str, ...]:
    return ("watch", "--service", SERVICE, "--endpoint", server.address, "--project", "demo")


@pytest.mark.parametrize(
    ("logs", "options", "ending"),
    [
        (READY, "--until ready", (0, "READY")),
        (FAILED, "--until not_ready", (1, "NOT READY")),
        ([], "--until ready --for 1s", (3, "NO DATA")),
        (FAILED, "--until ready --for 1s", (1, "NOT READY")),
        (FAILED, "--for 1s", (0, "NOT READY")),
    ],
)
def test_it_ends_with_the_status_of_the_gate_when_it_waits_for_a_verdict(
    call: Call, server: LoggingServer, logs: list[Log], options: str, ending: tuple[int, str]
) -> None:
    server.add(lately(*logs))
    called = call(*at(server), *options.split())
    status, verdict = ending
    assert called.status == status
    (line,) = called.out.splitlines()
    assert f"  {verdict}  {SERVICE}" in line
    assert called.err.startswith("project demo, named by --project\n")
    assert ("triage report " in called.err) == bool(logs)


def test_a_time_that_is_up_before_anything_has_answered_is_no_answer(call: Call) -> None:
    nowhere = ["watch", "--service", SERVICE, "--project", "demo", "--endpoint", "127.0.0.1:9"]
    called = call(*nowhere, "--for", "1s", "--until", "ready")
    assert called.status == 75
    assert called.out == ""
    assert "triage: Cloud Logging never answered in " in called.err.splitlines()[-1]


def test_quietly_only_the_changes_are_said(call: Call, server: LoggingServer) -> None:
    server.add(lately(*READY))
    called = call("-q", *at(server), "--until", "ready")
    assert len(called.out.splitlines()) == 1
    assert called.err == ""


def test_what_it_keeps_is_read_by_the_other_commands(call: Call, server: LoggingServer) -> None:
    server.add(lately(*FAILED))
    assert call(*at(server), "--until", "not_ready", "-o", "kept.jsonl").status == 1
    assert call("diagnose", "kept.jsonl").out.startswith("NOT READY")
    assert call("report", "kept.jsonl", "-o", "report.md").status == 0
    assert "agent_supervisor" in Path("report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--on-change", "tee 'x"], "No closing quotation"),
        (["--on-change", " "], "--on-change names no command"),
        (["--for", "10"], "10"),
        (["--since", "yesterday-ish"], "yesterday-ish"),
        (["--filter", "severity >="], "Unparseable filter"),
        (["--endpoint", "http://x"], "is no address"),
        (["--project", "no such; project"], "is no project id"),
        (["--until", "happy"], "happy"),
    ],
)
def test_what_cannot_be_watched_ends_with_2(
    call: Call, server: LoggingServer, options: list[str], said: str
) -> None:
    called = call(*at(server), *options)
    assert called.status == 2
    assert said in called.err
    assert server.requests == []
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        (StatusCode.PERMISSION_DENIED, 77, "roles/logging.viewer"),
        (StatusCode.UNAUTHENTICATED, 77, "gcloud auth application-default login"),
        (StatusCode.INVALID_ARGUMENT, 2, "triage fetch --print-query"),
    ],
)
def test_a_refusal_is_one_line_with_what_to_do(
    call: Call, server: LoggingServer, code: StatusCode, status: int, advice: str
) -> None:
    server.on_page(1, refuse(code), times=None)
    server.tails.on_session(None, refuse(code))
    called = call(*at(server))
    assert called.status == status
    assert called.out == ""
    assert advice in called.err.splitlines()[-1]
    assert "--resume" not in called.err


def begun(server: LoggingServer, *options: str) -> "subprocess.Popen[str]":
    """Return a watch that has said its first word."""
    command = [sys.executable, "-m", "triage", *at(server), "-o", "kept.jsonl", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_watch_that_is_stopped_says_where_what_came_is_kept(
    call: Call, server: LoggingServer, name: str, status: int
) -> None:
    server.add(lately(*READY))
    with begun(server) as process:
        assert process.stdout
        assert "READY" in process.stdout.readline()
        process.send_signal(signal.Signals[name])
        _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert f"stopped; {len(READY)} entries are kept in kept.jsonl" in said
    assert "Traceback" not in said
    assert call("diagnose", "kept.jsonl").out.startswith("READY")


def test_a_watch_that_is_killed_leaves_what_came(call: Call, server: LoggingServer) -> None:
    logs = lately(*validation(0), *validation(20, down=["agent_supervisor"]))
    server.add(logs[: len(READY)])
    with begun(server) as process:
        assert process.stdout
        assert "READY" in process.stdout.readline()
        server.tails.wait_for(1)
        for log in logs[len(READY) :]:
            server.arrive([log])
        assert "READY -> NOT READY" in process.stdout.readline()
        process.kill()
        process.wait(60)
    diagnosed = call("diagnose", "kept.jsonl")
    assert diagnosed.out.startswith("NOT READY")
    assert call("report", "kept.jsonl", "-o", "report.md").status == 0


def test_a_line_that_was_cut_by_a_kill_is_a_gap_and_the_rest_is_read(
    call: Call, server: LoggingServer
) -> None:
    server.add(lately(*READY))
    assert call(*at(server), "--until", "ready", "-o", "kept.jsonl").status == 0
    whole = Path("kept.jsonl").read_bytes()
    Path("kept.jsonl").write_bytes(whole + whole[:300].rstrip(b"\n"))
    called = call("diagnose", "kept.jsonl")
    assert called.out.startswith("READY")
    assert "the last line is cut" in called.out


class Terminal:
    """A terminal that a watch runs in."""

    def __init__(self, server: LoggingServer, columns: int) -> None:
        self._ours, theirs = pty.openpty()
        environ = os.environ | {"TERM": "xterm", "COLUMNS": str(columns), "LINES": "30"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "triage", *at(server), "-o", "kept.jsonl"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ,
            start_new_session=True,
        )
        os.close(theirs)
        self.text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def shows(self, text: str) -> None:
        """Wait until a text was shown, one minute at most."""
        for _ in range(600):
            if text in self.text:
                return
            if select.select([self._ours], [], [], 0.1)[0]:
                self.text += _CODES.sub("", os.read(self._ours, 65_536).decode())
        pytest.fail(f"{text!r} is not in {self.text[-3000:]}")

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.shows("triage: interrupted")
        return self.process.wait(60)


@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_a_table_follows_the_service(server: LoggingServer, columns: int) -> None:
    logs = lately(*validation(0), *validation(20, down=["agent_supervisor"]))
    server.add(logs[: len(READY)])
    with Terminal(server, columns) as terminal:
        terminal.shows("stands at")
        terminal.shows("validation passed")
        server.tails.wait_for(1)
        server.arrive(logs[len(READY) :])
        terminal.shows("READY -> NOT READY")
        terminal.shows("validation failed")
        assert terminal.interrupt() == 130
        assert "entries are kept in kept.jsonl" in terminal.text
