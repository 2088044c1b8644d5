"""``triage watch``: lines in a pipe, table on a terminal and exit status."""

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
from tests.fakes.replay import shift_to_now
from tests.runs.logs import SERVICE, Log, export, validation
from triage.window import NANOSECONDS

Call = Callable[..., Any]
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
READY = validation(0)
FAILED = validation(0, down=["agent_supervisor"])


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty folder without gcloud and without a project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    for variable in ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)


def recent_entries(*logs: Log) -> list[Log]:
    """Return entries logged within the last half minute."""
    began = time.time_ns() - 30 * NANOSECONDS
    return [entry for _, entry in shift_to_now(export(*logs), began, 1.0)]


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
def test_until_ends_with_the_status_of_the_verdict(
    call: Call, server: LoggingServer, logs: list[Log], options: str, ending: tuple[int, str]
) -> None:
    server.add(recent_entries(*logs))
    called = call(*at(server), *options.split())
    status, verdict = ending
    assert called.status == status
    (line,) = called.out.splitlines()
    assert f"  {verdict}  {SERVICE}" in line
    assert called.err.startswith("project demo, named by --project\n")
    assert ("triage report " in called.err) == bool(logs)


def test_timeout_without_a_verdict_is_inconclusive(call: Call) -> None:
    nowhere = ["watch", "--service", SERVICE, "--project", "demo", "--endpoint", "127.0.0.1:9"]
    called = call(*nowhere, "--for", "1s", "--until", "ready")
    assert called.status == 75
    assert called.out == ""
    assert "triage: Cloud Logging never answered in " in called.err.splitlines()[-1]


def test_quiet_prints_only_changes(call: Call, server: LoggingServer) -> None:
    server.add(recent_entries(*READY))
    called = call("-q", *at(server), "--until", "ready")
    assert len(called.out.splitlines()) == 1
    assert called.err == ""


def test_other_commands_read_the_journal(call: Call, server: LoggingServer) -> None:
    server.add(recent_entries(*FAILED))
    assert call(*at(server), "--until", "not_ready", "-o", "kept.jsonl").status == 1
    assert call("diagnose", "kept.jsonl").out.startswith("NOT READY")
    assert call("report", "kept.jsonl", "-o", "report.md").status == 0
    assert "agent_supervisor" in Path("report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--on-change", "tee 'x"], "No closing quotation"),
        (["--on-change", " "], "--on-change names no command"),
        (["--for", "10"], "10"),
        (["--since", "yesterday-ish"], "yesterday-ish"),
        (["--filter", "severity >="], "Unparseable filter"),
        (["--endpoint", "http://x"], "is not a valid address"),
        (["--project", "no such; project"], "is no project id"),
        (["--until", "happy"], "happy"),
        (["--serve", "here"], "--serve: 'here' is not a valid address; write PORT or HOST:PORT"),
        (["--service", "stall"], "one is watched, not 2; to watch several on one page, give --serve"),
        (["--service", "stall", "--serve", "0", "--until", "ready"], "give --serve without --until"),
    ],
)
def test_invalid_watch_ends_with_2(
    call: Call, server: LoggingServer, options: list[str], expected: str
) -> None:
    called = call(*at(server), *options)
    assert called.status == 2
    assert expected in called.err
    assert server.requests == []
    assert list(Path().iterdir()) == []


def test_missing_extra_is_named_in_one_line(
    call: Call, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    called = call(*at(server), "--serve", "0")
    assert called.status == 2
    assert called.err == ("triage: --serve needs the extra 'web'; pip install 'cloudrun-triage[web]'\n")
    assert list(Path().iterdir()) == []


def test_taken_port_is_reported(call: Call, server: LoggingServer) -> None:
    called = call(*at(server), "--serve", str(server.port))
    assert called.status == 74
    assert f"--serve 127.0.0.1:{server.port}: Address already in use; give another port" in called.err
    assert server.requests == []


def test_dashboard_names_its_address_and_each_change_is_a_line(call: Call, server: LoggingServer) -> None:
    server.add(recent_entries(*READY))
    called = call(*at(server), "--serve", "0", "--until", "ready")
    assert called.status == 0
    assert called.err.startswith("dashboard: http://127.0.0.1:")
    (line,) = called.out.splitlines()
    assert f"  READY  {SERVICE}" in line


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        (StatusCode.PERMISSION_DENIED, 77, "roles/logging.viewer"),
        (StatusCode.UNAUTHENTICATED, 77, "gcloud auth application-default login"),
        (StatusCode.INVALID_ARGUMENT, 2, "triage fetch --print-query"),
    ],
)
def test_service_error_is_one_line_with_a_hint(
    call: Call, server: LoggingServer, code: StatusCode, status: int, advice: str
) -> None:
    server.on_page(1, refuse(code), times=None)
    server.tails.on_session(None, refuse(code))
    called = call(*at(server))
    assert called.status == status
    assert called.out == ""
    assert advice in called.err.splitlines()[-1]
    assert "--resume" not in called.err


def start_watch(server: LoggingServer, *options: str) -> "subprocess.Popen[str]":
    """Start a watch and wait for its first line."""
    command = [sys.executable, "-m", "triage", *at(server), "-o", "kept.jsonl", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_stopped_watch_names_its_journal(call: Call, server: LoggingServer, name: str, status: int) -> None:
    server.add(recent_entries(*READY))
    with start_watch(server) as process:
        assert process.stdout
        assert "READY" in process.stdout.readline()
        process.send_signal(signal.Signals[name])
        _, printed = process.communicate(timeout=60)
    assert process.returncode == status
    assert f"stopped; {len(READY)} entries are kept in kept.jsonl" in printed
    assert "Traceback" not in printed
    assert call("diagnose", "kept.jsonl").out.startswith("READY")


def test_killed_watch_leaves_its_journal(call: Call, server: LoggingServer) -> None:
    logs = recent_entries(*validation(0), *validation(20, down=["agent_supervisor"]))
    server.add(logs[: len(READY)])
    with start_watch(server) as process:
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


def test_truncated_line_is_a_gap_and_the_rest_is_read(call: Call, server: LoggingServer) -> None:
    server.add(recent_entries(*READY))
    assert call(*at(server), "--until", "ready", "-o", "kept.jsonl").status == 0
    whole = Path("kept.jsonl").read_bytes()
    Path("kept.jsonl").write_bytes(whole + whole[:300].rstrip(b"\n"))
    called = call("diagnose", "kept.jsonl")
    assert called.out.startswith("READY")
    assert "The last line is cut" in called.out


class Terminal:
    """A terminal that runs a watch."""

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
        """Wait until a text is shown, for at most one minute."""
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
def test_terminal_shows_a_live_table(server: LoggingServer, columns: int) -> None:
    logs = recent_entries(*validation(0), *validation(20, down=["agent_supervisor"]))
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
