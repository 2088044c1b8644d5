"""Watches with a dashboard: the program itself, fed by a fake of Cloud Logging."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.fakes.logging_server import LoggingServer
from tests.fakes.replay import shift_to_now
from tests.runs.logs import SERVICE, Log, export
from triage.window import NANOSECONDS


def recent_entries(*logs: Log | list[Log]) -> list[Log]:
    """Return entries logged within the last minute."""
    began = time.time_ns() - 60 * NANOSECONDS
    return [entry for _, entry in shift_to_now(export(*logs), began, 1.0)]


class WatchProcess:
    """``triage watch --serve`` as a process of its own."""

    def __init__(self, server: LoggingServer, folder: Path, *services: str, port: int = 0) -> None:
        """Start it, and wait until it names its address."""
        named = [part for service in services for part in ("--service", service)]
        command = [sys.executable, "-m", "triage", "watch", *named, "--project", "demo"]
        command += ["--endpoint", server.address, "--serve", str(port)]
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TRIAGE_READS_PER_MINUTE": "100000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr
        line = self._process.stderr.readline()
        assert line.startswith("dashboard: http://"), line + self._process.stderr.read()
        self.url = line.removeprefix("dashboard: ").strip()
        self.port = int(self.url.strip("/").rpartition(":")[2])

    def stop(self, name: str = "SIGTERM") -> tuple[int, str, str]:
        """Send a signal, and return the exit status and what was printed."""
        self._process.send_signal(signal.Signals[name])
        printed, notes = self._process.communicate(timeout=60)
        return self._process.returncode, printed, notes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer([]) as server:
        yield server


@pytest.fixture
def watched(server: LoggingServer, tmp_path: Path) -> Iterator[WatchProcess]:
    with WatchProcess(server, tmp_path, SERVICE) as process:
        yield process


def shown(text: str) -> str:
    """Return the expression that is true where a text is on the page."""
    return f"document.body.innerText.includes({text!r})"
