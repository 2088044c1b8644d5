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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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


@contextmanager
def spark_context() -> Iterator[Any]:
    """Give the context of the active session, else one of our own until the end of the block.

    Raises:
        IOFailureError: Spark does not start.

    """
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        yield session.sparkContext
        return
    with ExitStack() as stack:
        stack.enter_context(_silence())
        stack.enter_context(_own_signals())
        log = stack.enter_context(tempfile.TemporaryFile(prefix="triage-"))
        try:
            context = _started(stack, log)
        except _spark_errors() as error:
            raise _not_started(error, log) from error
        stack.callback(context.stop)
        yield context


def _started(stack: ExitStack, log: IO[bytes]) -> Any:
    """Return a new context of which all that Java prints goes into ``log``; the stack ends its Java process."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    with warnings.catch_warnings():
        # It tells of the pandas that is installed, which nothing here hands to it.
        warnings.simplefilter("ignore", FutureWarning)
        import_module("pyspark.testing")
    conf = SparkConf(loadDefaults=False).setAll(list(_SETTINGS.items()))
    with _held_back():  # an interrupted launch would leave its Java process behind
        gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
        stack.callback(_end, gateway)
    if gateway.jvm.System.getProperty("spark.master").startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return SparkContext(gateway=gateway)


def _end(gateway: Any) -> None:
    """End the Java process, if it is ours, and wait for it; its own children end with it."""
    gateway.shutdown()
    if gateway.proc is not None:
        gateway.proc.stdin.close()
        gateway.proc.terminate()
        gateway.proc.wait()


def _not_started(error: Exception, log: IO[bytes]) -> IOFailureError:
    """Return the error with what Java said of it."""
    log.seek(0)
    said = log.read().decode("utf-8", "replace").splitlines() or [str(error)]
    reason = next((line for line in said if re.search("error|exception", line, re.IGNORECASE)), said[-1])
    return IOFailureError(
        f"Spark did not start: {reason.strip()[:300]}",
        "check Java (17 or newer), Spark's configuration and PYSPARK_SUBMIT_ARGS",
    )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep py4j, which tells of Ctrl-C with a traceback, from setting the root logger up to print on stderr."""
    silence = logging.NullHandler()
    logging.getLogger().addHandler(silence)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(silence)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Put the handler of Ctrl-C back in the end: Spark leaves its own there."""
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        with suppress(ValueError):  # not the main thread, where Spark has put none
            signal.signal(signal.SIGINT, interrupt)


@contextmanager
def _held_back() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM come through at the end of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    come: list[int] = []
    before = {
        number: signal.signal(number, lambda got, _frame: come.append(got))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for got in come[:1]:
            signal.raise_signal(got)


def _spark_errors() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (Py4JError, PySparkException)


@contextmanager
def telling() -> Iterator[None]:
    """Turn what Spark raises into one line: the last that the failed task said.

    Raises:
        IOFailureError: Spark failed.

    """
    try:
        yield
    except _spark_errors() as error:
        text = str(error)
        said = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Interrupt): .+)$", text, re.MULTILINE)
        reason = said[0] if said else (text.strip().splitlines() or [type(error).__name__])[0]
        raise IOFailureError(
            f"Spark failed: {reason[:300]}", "--debug shows the whole of it; Spark's own log has more"
        ) from error
