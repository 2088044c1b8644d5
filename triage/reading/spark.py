"""Exports read by Spark: its executors read and judge their part of them, and what may matter comes back in order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from triage.errors import TriageError, UsageError
from triage.models import ExportFile, Gap, Record, Skipped
from triage.reading.batch import moved
from triage.reading.parts import Part, PartEnd, parts, read_part
from triage.reading.read import LARGE
from triage.reading.sift import Sift
from triage.reading.sources import expand
from triage.reading.spark_context import Spark, need_spark, spark_context
from triage.reading.spark_order import Placing, Range, in_blocks, in_order, placed, unplaced

Item = Record | Gap | Skipped | ExportFile | PartEnd | TriageError
#: What judges the items of a file, which the function that it is given reads.
Narrow = Callable[[Callable[[Sift], Iterable[Any]]], Iterator[Any]]

#: How many bytes of files one task reads, where they can be divided; so few that no task is spread once more.
PART = LARGE // 2
#: So many blocks of items are handed over at a time: memory is bounded by these.
_BLOCKS = 8
T = TypeVar("T")


def read_on_spark(
    sources: Sequence[str | Path], narrowing: Callable[[], Narrow], placing: Placing | None = None
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield what ``read`` gives of exports, as far as it is handed on, in the same order.

    Each task asks ``narrowing`` once for what judges its part. It is sent there, so it is a function of a module. With
    ``placing`` the records for which it finds a place come after all else, sorted by their places.

    The active Spark session is used, else one is started by Spark's own configuration (spark-defaults.conf,
    PYSPARK_SUBMIT_ARGS; on this machine if they name no master) and stopped in the end. All parts are read before
    the first item comes; they wait on the executors' disks.

    Raises:
        TriageError: as ``read``.
        UsageError: Spark or Java is not installed, or standard input is among the sources.
        IOFailureError: Spark does not start, or a task of it failed.
        OutOfOrderError: copies of a record have different places.

    """
    if "-" in map(str, sources):
        raise UsageError("Spark cannot read standard input", "write it to a file, or leave --engine away")
    need_spark()
    groups = list(_groups(parts(expand(sources), PART)))
    before: dict[Range, int] = {}
    with spark_context() as spark:
        with spark.calling():
            read = spark.context.parallelize(groups, len(groups)).flatMap(
                partial(_work, narrowing=narrowing, placing=placing)
            )
            blocks = _kept(read)
        yield from _in_files(_handed_over(spark, unplaced(blocks) if placing else blocks, groups), before)
        if placing:
            with spark.calling():
                ordered = _kept(in_order(blocks, len(groups)).mapPartitions(in_blocks))
                blocks.unpersist()
            for records in _handed_over(spark, ordered, groups):
                for range_, record in records:
                    yield moved(record, before.get(range_, 0))
            blocks = ordered
        with spark.calling():
            blocks.unpersist()


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


def _work(
    group: list[Part], narrowing: Callable[[], Narrow], placing: Placing | None
) -> Iterator[list[Item]]:
    """Yield, on an executor, what a group of parts holds, in blocks. An error of ours travels as an item and ends it."""
    items = _narrowed(group, narrowing())
    return in_blocks(placed(items, placing) if placing else items)


def _narrowed(group: list[Part], narrow: Narrow) -> Iterator[Item]:
    try:
        for part in group:
            yield from narrow(partial(read_part, part))
    except TriageError as error:
        yield error


def _kept(blocks: Any) -> Any:
    """Return blocks that all executors have computed at once, and keep."""
    from pyspark import StorageLevel

    blocks.persist(StorageLevel.DISK_ONLY).count()
    return blocks


def _handed_over(spark: Spark, blocks: Any, groups: Sequence[object]) -> Iterator[Iterator[Any]]:
    """Yield the items of each partition, of which there are as many as groups, a few blocks at a time."""
    for number in range(len(groups)):
        yield _of_partition(spark, blocks, number)


def _of_partition(spark: Spark, blocks: Any, number: int) -> Iterator[Any]:
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


def _in_files(
    groups: Iterable[Iterable[Item]], before: dict[Range, int]
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield the items with the positions that they have in their files, the ranges of a file as that file.

    How many lines of its file come ``before`` a range is noted.
    """
    lines = records = 0
    for number, items in enumerate(groups):
        ended = 0
        before[number, ended] = lines
        for item in items:
            if isinstance(item, TriageError):
                raise item
            if isinstance(item, PartEnd):
                lines, records = lines + item.lines, records + item.records
                if item.last:
                    yield ExportFile(item.path, "JSON lines", records)
                    lines = records = 0
                ended += 1
                before[number, ended] = lines
            else:
                yield moved(item, lines)
