"""Commands that run in a process group of their own, which ends with the test."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Seconds; a machine with much else to do starts Spark slowly.
PATIENCE = 600


@contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command in a process group that ends with the block."""
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # else, begun in the background, all would ignore it
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | environment,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
