"""Spark found or started, quietly, and ended with all its processes."""

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

#: Said when Java is started, so that a user's own configuration wins over it.
_SETTINGS = {
    "spark.app.name": "triage",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def need_spark() -> None:
    """Make sure that Spark can be started.

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
            "install Java 17 or newer, such as `apt install openjdk-17-jre-headless`, and let JAVA_HOME name it",
        )


class Spark:
    """A Spark context, and calls of it that end by their answer, by one line, or by the signal that came meanwhile."""

    def __init__(self, context: Any = None) -> None:
        """Take the context of another, or none as yet."""
        self.context = context
        self._java: Any = None
        self._before: dict[int, Any] = {}
        self._come: list[int] = []
        self._calling = False

    @contextmanager
    def calling(self, explain: Callable[[Exception], IOFailureError] | None = None) -> Iterator[None]:
        """Call Spark in the block. ``explain`` gives the line for what it raises.

        Raises:
            IOFailureError: Spark failed.

        """
        self._calling = True
        try:
            yield
        except _spark_errors() as error:
            raise (explain or _failed)(error) from error
        finally:
            self._calling = False
            if self._come:
                self._give_signals_back()
                signal.raise_signal(self._come[0])

    def start(self, stack: ExitStack, log: IO[bytes]) -> None:
        """Start a context of which all that Java prints goes into ``log``; the stack ends it and its Java process."""
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway

        with warnings.catch_warnings():
            # It tells of the pandas that is installed, which nothing here hands to it.
            warnings.simplefilter("ignore", FutureWarning)
            import_module("pyspark.testing")
        self._take_signals()
        stack.callback(self._give_signals_back)
        conf = SparkConf(loadDefaults=False).setAll(list(_SETTINGS.items()))
        with self.calling(partial(_not_started, log)):
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
            self._java = gateway.proc
            stack.callback(_end, gateway)
        with self.calling(partial(_not_started, log)):
            if gateway.jvm.System.getProperty("spark.master").startswith("local"):
                os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            self.context = SparkContext(gateway=gateway)
            self._take_signals()  # Spark has put a handler of its own for Ctrl-C
            stack.callback(_stop, self.context)

    def _take_signals(self) -> None:
        """Let no exception come up inside of Spark's code, which loses some: a signal ends Java, and so the call.

        What a process that was begun in the background ignores stays ignored.
        """
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = self._before.setdefault(number, signal.getsignal(number))
                signal.signal(number, self._on_signal if callable(before) else before)

    def _give_signals_back(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: object) -> None:
        self._come.append(number)
        if not self._calling:
            self._give_signals_back()
            signal.raise_signal(number)
        elif self._java is not None:
            self._java.terminate()


@contextmanager
def spark_context() -> Iterator[Spark]:
    """Give the context of the active session, else one of our own until the end of the block.

    Raises:
        IOFailureError: Spark does not start.

    """
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        yield Spark(session.sparkContext)
        return
    with ExitStack() as stack:
        stack.enter_context(_silence())
        log = stack.enter_context(tempfile.TemporaryFile(prefix="triage-"))
        spark = Spark()
        spark.start(stack, log)
        yield spark


def _stop(context: Any) -> None:
    """Stop a context, whose Java process a signal may have ended."""
    with warnings.catch_warnings(), suppress(OSError, *_spark_errors()):
        warnings.simplefilter("ignore", RuntimeWarning)
        context.stop()


def _end(gateway: Any) -> None:
    """End the Java process, if it is ours, and wait for it; its own children end with it. Spark forgets it."""
    from pyspark import SparkContext

    with suppress(OSError, *_spark_errors()):
        gateway.shutdown()
    if gateway.proc is not None:
        gateway.proc.stdin.close()
        gateway.proc.terminate()
        gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001 (else it would be used again)


def _not_started(log: IO[bytes], error: Exception) -> IOFailureError:
    """Return the error with what Java said of it."""
    log.seek(0)
    said = log.read().decode("utf-8", "replace").splitlines() or [str(error)]
    reason = next((line for line in said if re.search("error|exception", line, re.IGNORECASE)), said[-1])
    return IOFailureError(
        f"Spark did not start: {reason.strip()[:300]}",
        "check Java (17 or newer), Spark's configuration and PYSPARK_SUBMIT_ARGS",
    )


def _failed(error: Exception) -> IOFailureError:
    """Return the error with the last that the failed task said."""
    text = str(error)
    said = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Interrupt): .+)$", text, re.MULTILINE)
    reason = said[0] if said else (text.strip().splitlines() or [type(error).__name__])[0]
    return IOFailureError(
        f"Spark failed: {reason[:300]}", "--debug shows the whole of it; Spark's own log has more"
    )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep py4j from setting the root logger up to print on stderr, with tracebacks of what is told in one line."""
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
