"""Find or start Spark without output, and stop all of its processes."""

import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from triage.errors import IOFailureError, UsageError

#: Set when Java starts, so that the user's own configuration overrides them.
_SETTINGS = {
    "spark.app.name": "triage",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def require_spark() -> None:
    """Check that Spark can be started.

    Raises:
        UsageError: pyspark or Java is not installed.

    """
    if find_spec("pyspark") is None:
        raise UsageError(
            "--engine spark needs pyspark, which is not installed",
            "install it: pip install 'cloudrun-triage[spark]'",
        )
    home = os.environ.get("JAVA_HOME")
    if shutil.which(Path(home, "bin", "java") if home else "java") is None:
        raise UsageError(
            f"Spark needs Java, and {f'JAVA_HOME ({home}) holds none' if home else 'none is installed'}",
            "install Java 17 or newer, such as `apt install openjdk-17-jre-headless`, and let JAVA_HOME "
            "name it",
        )


class Spark:
    """A Spark context, with calls that end by result, IOFailureError or signal."""

    def __init__(self, context: Any = None) -> None:
        """Use an existing context, or none yet."""
        self.context = context
        self._java: Any = None
        self._handlers: dict[int, Any] = {}
        self._received: list[int] = []
        self._calling = False

    @contextmanager
    def call(self, explain: Callable[[Exception], IOFailureError] | None = None) -> Iterator[None]:
        """Call Spark inside the block; ``explain`` converts its errors.

        Raises:
            IOFailureError: Spark failed.

        """
        self._calling = True
        try:
            yield
        except _spark_errors() as error:
            raise (explain or _task_error)(error) from error
        finally:
            self._calling = False
            if self._received:
                self._restore_signal_handlers()
                signal.raise_signal(self._received[0])

    def start(self, stack: ExitStack, log: IO[bytes]) -> None:
        """Start a context whose Java output goes to ``log``; the stack stops both."""
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway

        with warnings.catch_warnings():
            # It warns of the installed pandas, which is not used here.
            warnings.simplefilter("ignore", FutureWarning)
            import_module("pyspark.testing")
        self._install_signal_handlers()
        stack.callback(self._restore_signal_handlers)
        conf = SparkConf(loadDefaults=False).setAll(list(_SETTINGS.items()))
        with self.call(partial(_start_error, log)):
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
            self._java = gateway.proc
            stack.callback(_stop_gateway, gateway)
        with self.call(partial(_start_error, log)):
            if gateway.jvm.System.getProperty("spark.master").startswith("local"):
                os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            self.context = SparkContext(gateway=gateway)
            self._install_signal_handlers()  # Spark has installed its own handler for Ctrl-C
            stack.callback(_stop_context, self.context)

    def _install_signal_handlers(self) -> None:
        """Stop Java on a signal, so that the call ends.

        An exception raised inside of Spark's code could be lost. Signals that the process ignores stay
        ignored.
        """
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = self._handlers.setdefault(number, signal.getsignal(number))
                signal.signal(number, self._on_signal if callable(before) else before)

    def _restore_signal_handlers(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: object) -> None:
        self._received.append(number)
        if not self._calling:
            self._restore_signal_handlers()
            signal.raise_signal(number)
        elif self._java is not None:
            self._java.terminate()


@contextmanager
def spark_context() -> Iterator[Spark]:
    """Yield the context of the active session, else one that is stopped at the end.

    Raises:
        IOFailureError: Spark does not start.

    """
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        yield Spark(session.sparkContext)
        return
    with ExitStack() as stack:
        stack.enter_context(_silence_py4j())
        log = stack.enter_context(tempfile.TemporaryFile(prefix="triage-"))
        spark = Spark()
        spark.start(stack, log)
        yield spark


def _stop_context(context: Any) -> None:
    """Stop a context, whose Java process may have ended by a signal."""
    with warnings.catch_warnings(), suppress(OSError, *_spark_errors()):
        warnings.simplefilter("ignore", RuntimeWarning)
        context.stop()


def _stop_gateway(gateway: Any) -> None:
    """Stop the Java process if this process started it, and make Spark forget it."""
    from pyspark import SparkContext

    with suppress(OSError, *_spark_errors()):
        gateway.shutdown()
    if gateway.proc is not None:
        gateway.proc.stdin.close()
        gateway.proc.terminate()
        gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001 (else it would be used again)


def _start_error(log: IO[bytes], error: Exception) -> IOFailureError:
    """Return the error with the reason that Java printed."""
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").splitlines() or [str(error)]
    reason = next((line for line in lines if re.search("error|exception", line, re.IGNORECASE)), lines[-1])
    return IOFailureError(
        f"Spark did not start: {reason.strip()[:300]}",
        "check Java (17 or newer), Spark's configuration and PYSPARK_SUBMIT_ARGS",
    )


def _task_error(error: Exception) -> IOFailureError:
    """Return the error with the last message of the failed task."""
    text = str(error)
    if re.search(r"No module named '?triage", text):
        return IOFailureError(
            "the Python of Spark's executors has no triage",
            "let PYSPARK_PYTHON name a Python with triage on every worker, or ship one of venv-pack "
            "with spark.archives (docs/scale.md)",
        )
    lines = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Interrupt): .+)$", text, re.MULTILINE)
    reason = lines[0] if lines else (text.strip().splitlines() or [type(error).__name__])[0]
    return IOFailureError(
        f"Spark failed: {reason[:300]}", "--debug shows the whole of it; Spark's own log has more"
    )


@contextmanager
def _silence_py4j() -> Iterator[None]:
    """Keep py4j from configuring the root logger, which would print tracebacks."""
    silence = logging.NullHandler()
    logging.getLogger().addHandler(silence)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(silence)


def _spark_errors() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (Py4JError, PySparkException)
