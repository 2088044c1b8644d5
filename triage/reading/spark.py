"""Exports read by Spark: its executors read and judge their part of them, and what may matter comes back in order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from triage.errors import TriageError, UsageError
from triage.models import ExportFile, Gap, Record, Skipped
from triage.reading.batch import rebase
from triage.reading.file_parts import Part, PartEnd, read_part, split_files
from triage.reading.reader import PARALLEL_BYTES
from triage.reading.record_filter import RecordFilter
from triage.reading.sources import expand
from triage.reading.spark_context import Spark, require_spark, spark_context
from triage.reading.spark_order import (
    Range,
    SortKeyFunction,
    attach_sort_keys,
    group_into_blocks,
    sort_keyed_records,
    without_keyed_records,
)

Item = Record | Gap | Skipped | ExportFile | PartEnd | TriageError
#: What judges the items of a file, which the function that it is given reads.
PartFilter = Callable[[Callable[[RecordFilter], Iterable[Any]]], Iterator[Any]]

#: How many bytes of files one task reads, where they can be divided; so few that no task is spread once more.
PART = PARALLEL_BYTES // 2
#: So many blocks of items are handed over at a time: memory is bounded by these.
_BLOCKS = 8
T = TypeVar("T")


def read_on_spark(
    sources: Sequence[str | Path],
    make_filter: Callable[[], PartFilter],
    sort_key: SortKeyFunction | None = None,
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    """Yield what ``read`` gives of exports, as far as it is handed on, in the same order.

    Each task asks ``make_filter`` once for what judges its part. It is sent there, so it is a function of a module. With
    ``sort_key`` the records for which it finds a place come after all else, sorted by their places.

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
    require_spark()
    groups = list(_groups(split_files(expand(sources), PART)))
    before: dict[Range, int] = {}
    with spark_context() as spark:
        with spark.call():
            read = spark.context.parallelize(groups, len(groups)).flatMap(
                partial(_read_group, make_filter=make_filter, sort_key=sort_key)
            )
            blocks = _persist(read)
        yield from _restore_positions(
            _collect_groups(spark, without_keyed_records(blocks) if sort_key else blocks, groups), before
        )
        if sort_key:
            with spark.call():
                ordered = _persist(sort_keyed_records(blocks, len(groups)).mapPartitions(group_into_blocks))
                blocks.unpersist()
            for records in _collect_groups(spark, ordered, groups):
                for range_, record in records:
                    yield rebase(record, before.get(range_, 0))
            blocks = ordered
        with spark.call():
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


def _read_group(
    group: list[Part], make_filter: Callable[[], PartFilter], sort_key: SortKeyFunction | None
) -> Iterator[list[Item]]:
    """Yield, on an executor, what a group of parts holds, in blocks. An error of ours travels as an item and ends it."""
    items = _filter_parts(group, make_filter())
    return group_into_blocks(attach_sort_keys(items, sort_key) if sort_key else items)


def _filter_parts(group: list[Part], part_filter: PartFilter) -> Iterator[Item]:
    try:
        for part in group:
            yield from part_filter(partial(read_part, part))
    except TriageError as error:
        yield error


def _persist(blocks: Any) -> Any:
    """Return blocks that all executors have computed at once, and keep."""
    from pyspark import StorageLevel

    blocks.persist(StorageLevel.DISK_ONLY).count()
    return blocks


def _collect_groups(spark: Spark, blocks: Any, groups: Sequence[object]) -> Iterator[Iterator[Any]]:
    """Yield the items of each partition, of which there are as many as groups, a few blocks at a time."""
    for number in range(len(groups)):
        yield _collect_partition(spark, blocks, number)


def _collect_partition(spark: Spark, blocks: Any, number: int) -> Iterator[Any]:
    begin = 0
    while True:
        with spark.call():
            taken = spark.context.runJob(blocks, partial(_slice, begin), [number])
        for block in taken:
            yield from block
        begin += len(taken)
        if len(taken) < _BLOCKS:
            return


def _slice(begin: int, blocks: Iterator[T]) -> Iterator[T]:
    return islice(blocks, begin, begin + _BLOCKS)


def _restore_positions(
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
                yield rebase(item, lines)
