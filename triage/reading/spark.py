"""Exports read by Spark: its executors read and judge their part of them, and what may matter comes back in order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from triage.errors import TriageError, UsageError
from triage.models import ExportFile, Gap, Record, Skipped, Source
from triage.reading.parts import Part, PartEnd, parts, read_part
from triage.reading.sift import Sift
from triage.reading.sources import expand
from triage.reading.spark_context import Spark, need_spark, spark_context
from triage.reading.spread import LARGE

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
    with spark_context() as spark:
        yield from _in_files(_collected(spark, groups, narrowing))


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


def _collected(spark: Spark, groups: list[list[Part]], narrowing: Callable[[], Narrow]) -> Iterator[Item]:
    """Yield the items of all groups in order, computed by all executors at once, then handed over block by block."""
    from pyspark import StorageLevel

    with spark.calling():
        blocks = spark.context.parallelize(groups, len(groups)).flatMap(partial(_work, narrowing=narrowing))
        blocks.persist(StorageLevel.DISK_ONLY).count()
    for number in range(len(groups)):
        yield from _handed_over(spark, blocks, number)
    with spark.calling():
        blocks.unpersist()


def _handed_over(spark: Spark, blocks: Any, number: int) -> Iterator[Item]:
    """Yield the items of one group, a few blocks at a time."""
    begin = 0
    while True:
        with spark.calling():
            taken = spark.context.runJob(blocks, partial(_slice, begin), [number])
        for block in taken:
            yield from block
        begin += len(taken)
        if len(taken) < _BLOCKS:
            return


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
        elif isinstance(item, Record):
            yield Record(item.data, Source(item.source.path, item.source.position + lines))
        elif isinstance(item, Gap) and item.position is not None:
            yield Gap(item.kind, item.path, item.detail, item.position + lines, item.count)
        else:
            yield item
