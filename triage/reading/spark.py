"""Exports read by Spark: its executors read and judge their part of them, and what may matter comes back in order."""

import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

from triage.errors import IOFailureError, TriageError, UsageError
from triage.models import ExportFile, Gap, Record, Skipped
from triage.reading.parts import Part, PartEnd, parts, read_part
from triage.reading.sift import Sift
from triage.reading.sources import expand
from triage.reading.spread import LARGE, moved

Item = Record | Gap | Skipped | ExportFile | PartEnd | TriageError
#: What judges the items of a file, which the function that it is given reads.
Narrow = Callable[[Callable[[Sift], Iterable[Any]]], Iterator[Any]]

#: How many bytes of files one task reads, where they can be divided; so few that no task is spread once more.
PART = LARGE // 2
#: The items of a task are handed over in blocks of about so many bytes, a few at a time: memory is bounded by these.
_BLOCK = 4 << 20
_BLOCKS = 8
T = TypeVar("T")


def read_on_spark(
    sources: Sequence[str | Path], narrowing: Callable[[], Narrow]
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield what ``read`` gives of exports, as far as it is handed on, in the same order.

    Each task asks ``narrowing`` once for what judges its part. It is sent there, so it is a function of a module.

    The active Spark session is used, else one is started by Spark's own configuration (spark-defaults.conf,
    PYSPARK_SUBMIT_ARGS; on this machine if they name no master) and stopped in the end. All parts are read before
    the first item comes; they wait on the executors' disks.

    Raises:
        TriageError: as ``read``.
        UsageError: Spark or Java is not installed, or standard input is among the sources.
        IOFailureError: Spark does not start, or a task of it failed.

    """
    if "-" in map(str, sources):
        raise UsageError("Spark cannot read standard input", "write it to a file, or leave --engine away")
    need_spark()
    groups = list(_groups(parts(expand(sources), PART)))
    with _context() as context:
        yield from _in_files(_collected(context, groups, narrowing))


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


def _groups(found: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield the parts in order, small files together: a task for each."""
    group: list[Part] = []
    size = 0
    for part in found:
        if group and size + part.size > PART:
            yield group
            group, size = [], 0
        group.append(part)
        size += part.size
    if group:
        yield group


def _work(group: list[Part], narrowing: Callable[[], Narrow]) -> Iterator[list[Item]]:
    """Yield, on an executor, what a group of parts holds, in blocks. An error of ours travels as an item and ends it."""
    block: list[Item] = []
    weight = 0
    for item in _narrowed(group, narrowing()):
        block.append(item)
        weight += 200 + (len(item.data) if isinstance(item, Record) else 0)
        if weight > _BLOCK:
            yield block
            block, weight = [], 0
    yield block


def _narrowed(group: list[Part], narrow: Narrow) -> Iterator[Item]:
    try:
        for part in group:
            yield from narrow(partial(read_part, part))
    except TriageError as error:
        yield error


def _collected(context: Any, groups: list[list[Part]], narrowing: Callable[[], Narrow]) -> Iterator[Item]:
    """Yield the items of all groups in order, computed by all executors at once, then handed over block by block."""
    from pyspark import StorageLevel

    blocks = context.parallelize(groups, len(groups)).flatMap(partial(_work, narrowing=narrowing))
    blocks.persist(StorageLevel.DISK_ONLY)
    with _telling():
        blocks.count()
    for number in range(len(groups)):
        begin = 0
        while True:
            with _telling():
                taken = context.runJob(blocks, partial(_slice, begin), [number])
            for block in taken:
                yield from block
            begin += len(taken)
            if len(taken) < _BLOCKS:
                break
    blocks.unpersist()


def _slice(begin: int, blocks: Iterator[T]) -> Iterator[T]:
    return islice(blocks, begin, begin + _BLOCKS)


def _in_files(items: Iterable[Item]) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield the items with the positions that they have in their files, the ranges of a file as that file."""
    lines = records = 0
    for item in items:
        if isinstance(item, TriageError):
            raise item
        if isinstance(item, PartEnd):
            lines, records = lines + item.lines, records + item.records
            if item.last:
                yield ExportFile(item.path, "JSON lines", records)
                lines = records = 0
        elif isinstance(item, ExportFile):
            yield item
        else:
            yield moved(item, lines)


@contextmanager
def _context() -> Iterator[Any]:
    """Give the context of the active session, else one of our own until the end of the block."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        yield session.sparkContext
        return
    interrupt = signal.getsignal(signal.SIGINT)
    silence = logging.NullHandler()
    logging.getLogger().addHandler(silence)  # else its wire tells of Ctrl-C with a traceback on stderr
    with tempfile.TemporaryFile(prefix="triage-") as log:
        context = _started(log)
        try:
            yield context
        finally:
            _stop(context)
            logging.getLogger().removeHandler(silence)
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, interrupt)  # Spark has put its own there


def _started(log: IO[bytes]) -> Any:
    """Return a new context of which all that Java prints goes into ``log``."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    with (
        warnings.catch_warnings()
    ):  # it warns of the pandas that is installed, which nothing here hands to it
        warnings.simplefilter("ignore", FutureWarning)
        import_module("pyspark.testing")
    settings = {
        "spark.app.name": "triage",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    try:
        gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
        if gateway.jvm.System.getProperty("spark.master").startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        with _telling():
            return SparkContext(gateway=gateway)
    except PySparkException as error:
        log.seek(0)
        said = log.read().decode("utf-8", "replace").splitlines() or [str(error)]
        reason = next((line for line in said if re.search("error|exception", line, re.IGNORECASE)), said[-1])
        raise IOFailureError(
            f"Spark did not start: {reason.strip()[:300]}",
            "check Java (17 or newer) and Spark's configuration",
        ) from error


def _stop(context: Any) -> None:
    """Stop the context and the Java process under it, if it is ours, and wait for its end."""
    gateway = context._gateway  # noqa: SLF001 (SparkContext has no way to end its Java process)
    context.stop()
    gateway.shutdown()
    if gateway.proc is not None:
        gateway.proc.stdin.close()
        gateway.proc.wait()


@contextmanager
def _telling() -> Iterator[None]:
    """Turn what Spark raises into one line: the last that the failed task said."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        text = str(error)
        said = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Interrupt): .+)$", text, re.MULTILINE)
        reason = said[0] if said else (text.strip().splitlines() or [type(error).__name__])[0]
        raise IOFailureError(
            f"Spark failed: {reason[:300]}", "--debug shows the whole of it; Spark's own log has more"
        ) from error
