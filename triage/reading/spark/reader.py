"""Read exports with Spark: executors read and filter, results come in order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from triage.errors import TriageError, UsageError
from triage.models import ExportFile
from triage.reading.record_filter import RecordFilter
from triage.reading.sources import expand
from triage.reading.spark.context import Spark, require_spark, spark_context
from triage.reading.spark.file_parts import Part, PartEnd, read_part, split_files
from triage.reading.spark.order import (
    Range,
    SortKeyFunction,
    attach_sort_keys,
    group_into_blocks,
    sort_keyed_records,
    without_keyed_records,
)
from triage.reading.workers.batch import Item as FileItem
from triage.reading.workers.batch import rebase

Item = FileItem | PartEnd | TriageError
#: Filters the items of a part, which the given function reads.
PartFilter = Callable[[Callable[[RecordFilter], Iterable[Any]]], Iterator[Any]]

#: The bytes that one task reads, where files can be divided.
PART = 24 << 20
#: How many blocks are collected at a time, which bounds the memory.
_BLOCKS = 8
T = TypeVar("T")


def read_on_spark(
    sources: Sequence[str | Path],
    make_filter: Callable[[], PartFilter],
    sort_key: SortKeyFunction | None = None,
) -> Iterator[FileItem]:
    """Yield the items of exports that the filter keeps, in the order of ``read``.

    The active Spark session is used. Without one, Spark is started with its own configuration
    (spark-defaults.conf, PYSPARK_SUBMIT_ARGS; on this machine if they name no master) and stopped at the
    end. All parts are read before the first item comes; they are stored on the disks of the executors.

    make_filter: a module-level function that each task calls once for the filter of its parts.
    sort_key: if given, records with a key come after all other items, sorted by it.

    Raises:
        TriageError: as ``read``.
        UsageError: Spark or Java is not installed, or standard input is among the sources.
        IOFailureError: Spark does not start, or a task failed.
        OutOfOrderError: copies of a record have different keys.

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
    """Yield groups of parts in order, small files together; each is one task."""
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
    """Yield, on an executor, the items of a group in blocks.

    A TriageError is yielded as the last item.
    """
    items = _filter_parts(group, make_filter())
    return group_into_blocks(attach_sort_keys(items, sort_key) if sort_key else items)


def _filter_parts(group: list[Part], part_filter: PartFilter) -> Iterator[Item]:
    try:
        for part in group:
            yield from part_filter(partial(read_part, part))
    except TriageError as error:
        yield error


def _persist(blocks: Any) -> Any:
    """Return blocks that the executors compute now and store on disk."""
    from pyspark import StorageLevel

    blocks.persist(StorageLevel.DISK_ONLY).count()
    return blocks


def _collect_groups(spark: Spark, blocks: Any, groups: Sequence[object]) -> Iterator[Iterator[Any]]:
    """Yield the items of each partition, one per group, a few blocks at a time."""
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


def _restore_positions(groups: Iterable[Iterable[Item]], before: dict[Range, int]) -> Iterator[FileItem]:
    """Yield the items with their positions in the file, the ranges of a file as one.

    before: filled with the number of lines before each range.
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
