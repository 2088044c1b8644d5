"""A command of the user's that is handed a document when something changes."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

#: Seconds that a command may take.
TIMEOUT = 60.0
#: Bytes at the end of its errors that are looked at for the last line.
_TAIL_BYTES = 4096


class Hook:
    """Runs a command with a document on its standard input, one run at a time, without a shell.

    While it runs, only the newest of the documents that come is kept for the next run. What it prints is not shown; of
    a run that fails the last line of its errors is told.
    """

    def __init__(
        self, command: Sequence[str], notify: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        """Run nothing yet. ``notify`` is told, in a sentence, when a run fails; ``clock`` counts seconds."""
        self._command = list(command)
        self._notify = notify
        self._clock = clock
        self._pending: str | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._began = 0.0

    def submit(self, document: str) -> None:
        """Hand the document over, as soon as no other run is under way."""
        self._pending = document
        self.poll()

    def poll(self) -> None:
        """See to the run that is under way, and begin the one that waits."""
        if self._running is not None:
            if self._running.poll() is None and self._clock() - self._began < TIMEOUT:
                return
            self._finish_run()
        if self._pending is not None:
            self._start(self._pending)

    def wait(self) -> None:
        """Wait until the last document has been handed over."""
        while self._running is not None:
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(TIMEOUT)
            self._finish_run()
            self.poll()

    def stop(self) -> None:
        """End what runs, and begin no more."""
        self._pending = None
        if self._running is not None:
            _kill_process_group(self._running)
            self._collect_result(self._running)

    def _start(self, document: str) -> None:
        self._pending, self._began = None, self._clock()
        try:
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 (read and closed when the run has ended)
            with tempfile.TemporaryFile() as given:
                given.write(document.encode())
                given.seek(0)
                self._running = subprocess.Popen(
                    self._command,
                    stdin=given,
                    stdout=subprocess.DEVNULL,
                    stderr=self._stderr,
                    start_new_session=True,
                )
        except OSError as error:
            self._close()
            self._notify(f"--on-change could not be run: {self._command[0]}: {error.strerror}")

    def _finish_run(self) -> None:
        """Tell how the run ended that is under way; one that takes too long is killed."""
        process = self._running
        if process is None:
            return
        late = process.poll() is None
        if late:
            _kill_process_group(process)
        status, said = self._collect_result(process)
        if late:
            self._notify(f"--on-change was stopped after {TIMEOUT:.0f} s{said}")
        elif status:
            self._notify(f"--on-change ended with status {status}{said}")

    def _collect_result(self, process: "subprocess.Popen[bytes]") -> tuple[int, str]:
        """Return the status of a run that is over, and the last line of its errors."""
        status, lines = process.wait(), list[str]()
        if self._stderr is not None:
            self._stderr.seek(max(0, self._stderr.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        self._close()
        return status, f": {lines[-1]}" if lines else ""

    def _close(self) -> None:
        self._running = None
        if self._stderr is not None:
            self._stderr.close()
            self._stderr = None


def _kill_process_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command and what it started."""
    with suppress(ProcessLookupError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
