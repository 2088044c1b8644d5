"""A command of the user's that is handed a document when something changes."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

#: Seconds that a command may take.
SECONDS = 60.0


class Hook:
    """Runs a command with a document on its standard input, one run at a time, without a shell.

    While it runs, only the newest of the documents that come is kept for the next run. What it prints is not shown; of
    a run that fails the last line of its errors is told.
    """

    def __init__(
        self, command: Sequence[str], tell: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        """Run nothing yet. ``tell`` is told, in a sentence, when a run fails; ``clock`` counts seconds."""
        self._command = list(command)
        self._tell = tell
        self._clock = clock
        self._waiting: str | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._began = 0.0

    def call(self, document: str) -> None:
        """Hand the document over, as soon as no other run is under way."""
        self._waiting = document
        self.look()

    def look(self) -> None:
        """See to the run that is under way, and begin the one that waits."""
        if self._running is not None:
            if self._running.poll() is None and self._clock() - self._began < SECONDS:
                return
            self._ended()
        if self._waiting is not None:
            self._begin(self._waiting)

    def finish(self) -> None:
        """Wait until the last document has been handed over."""
        while self._running is not None:
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(SECONDS)
            self._ended()
            self.look()

    def stop(self) -> None:
        """End what runs, and begin no more."""
        self._waiting = None
        if self._running is not None:
            _kill(self._running)
            self._running.wait()
            self._running = None

    def _begin(self, document: str) -> None:
        self._waiting, self._began = None, self._clock()
        try:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (read and closed when the run has ended)
            with tempfile.TemporaryFile() as given:
                given.write(document.encode())
                given.seek(0)
                self._running = subprocess.Popen(
                    self._command,
                    stdin=given,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    start_new_session=True,
                )
        except OSError as error:
            self._tell(f"--on-change could not be run: {self._command[0]}: {error.strerror}")

    def _ended(self) -> None:
        process, self._running = self._running, None
        if process is None or self._errors is None:
            return
        late = process.poll() is None
        if late:
            _kill(process)
        status = process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        self._errors.close()
        because = f": {said[-1]}" if said else ""
        if late:
            self._tell(f"--on-change was stopped after {SECONDS:.0f} s{because}")
        elif status:
            self._tell(f"--on-change ended with status {status}{because}")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command and what it started."""
    with suppress(ProcessLookupError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
