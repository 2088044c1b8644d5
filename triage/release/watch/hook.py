"""Run the user's command with a document when something changes."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

#: Time limit of a command, in seconds.
TIMEOUT = 60.0
#: Bytes at the end of its stderr that are searched for the last line.
_TAIL_BYTES = 4096


class Hook:
    """Runs a command with a document on standard input, without a shell.

    One run at a time; meanwhile only the newest document is kept. The command's output is not shown. After a
    failed run the last line of its stderr is reported.
    """

    def __init__(
        self, command: Sequence[str], notify: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        """Start nothing yet; ``notify`` receives a sentence when a run fails.

        ``clock`` counts seconds.
        """
        self._command = list(command)
        self._notify = notify
        self._clock = clock
        self._pending: str | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._began = 0.0

    def submit(self, document: str) -> None:
        """Pass a document to the command, as soon as no other run is in progress."""
        self._pending = document
        self.poll()

    def poll(self) -> None:
        """Check the current run, and start the pending one."""
        if self._running is not None:
            if self._running.poll() is None and self._clock() - self._began < TIMEOUT:
                return
            self._finish_run()
        if self._pending is not None:
            self._start(self._pending)

    def wait(self) -> None:
        """Wait until the last document has been processed."""
        while self._running is not None:
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(TIMEOUT)
            self._finish_run()
            self.poll()

    def stop(self) -> None:
        """Kill the current run and drop the pending one."""
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
        """Report how the current run ended; one over the time limit is killed."""
        process = self._running
        if process is None:
            return
        late = process.poll() is None
        if late:
            _kill_process_group(process)
        status, last_line = self._collect_result(process)
        if late:
            self._notify(f"--on-change was stopped after {TIMEOUT:.0f} s{last_line}")
        elif status:
            self._notify(f"--on-change ended with status {status}{last_line}")

    def _collect_result(self, process: "subprocess.Popen[bytes]") -> tuple[int, str]:
        """Return the status of a finished run and the last line of its stderr."""
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
    """Kill a command and its children."""
    with suppress(ProcessLookupError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
