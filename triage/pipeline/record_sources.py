"""Read records from files, objects, BigQuery tables, Spark or memory."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypedDict

from triage.entries import (
    NeighborhoodFilter,
    Prefilter,
    QueryFilter,
    decode_records,
    instance_sort_key,
    prefilter_records,
)
from triage.errors import TriageError
from triage.models import Entry, ExportFile, Gap, Neighborhoods, Pack, Record, Skipped
from triage.pipeline.analyzer import Analyzer
from triage.pipeline.selection import ALL, Selection, selection_test
from triage.pipeline.spark_sources import OnSpark
from triage.pipeline.stdin_copy import StdinCopy
from triage.rules.decoding import ignored_errors, shipped_ignored_errors

if TYPE_CHECKING:
    from triage.pipeline.text_notes import TextNotes
    from triage.reading.record_filter import RecordFilter
    from triage.reading.spark.order import SortKeyFunction

#: Bytes of records up to which every entry is decoded.
_SMALL = 8 << 20
_COMPRESSED, _RATIO = frozenset({".gz", ".zst", ".parquet"}), 12
Sources = Sequence[str | Path] | Iterable[Record] | Sequence[str | Path | Record | StdinCopy]


class SelectionTests(TypedDict):
    """What decides whether a decoded entry is analyzed.

    Attributes:
        keep: whether it is relevant; None keeps all.
        within: whether it is within the selection; None keeps all.
        ignored: exceptions of payloads that are no error.

    """

    keep: Callable[[Entry], bool] | None
    within: Callable[[Entry], bool] | None
    ignored: AbstractSet[tuple[str, str]]


def can_be_read_again(sources: Sources) -> bool:
    """Return whether all sources are local files that a second pass finds as they were."""
    files = _list_files(sources)
    return files is not None and all(
        not isinstance(file, Record) and (file.is_whole if isinstance(file, StdinCopy) else True)
        for file in files
    )


def read_neighborhoods(
    sources: Sources,
    neighborhoods: Neighborhoods,
    selection: Selection,
    tests: SelectionTests,
    notes: "TextNotes",
) -> Iterator[Entry | Record | Gap | Skipped | ExportFile]:
    """Yield the entries of files that lie in the windows around failures and pass the tests."""
    from triage.reading import WorkerTasks, read

    files, stdin = _open_stdin(sources)
    return read(
        files,
        stdin=stdin,
        record_filter=NeighborhoodFilter(neighborhoods),
        decode=partial(decode_records, **tests),
        tasks=WorkerTasks(notes.take),
        roots=selection.roots,
    )


def _open_stdin(sources: Iterable[object]) -> tuple[list[str | Path], BinaryIO | None]:
    """Return the paths among sources, "-" for a copy of standard input, and that copy."""
    copies = [source for source in sources if isinstance(source, StdinCopy)]
    paths = ["-" if isinstance(source, StdinCopy) else source for source in sources]
    return [path for path in paths if isinstance(path, str | Path)], copies[0].open() if copies else None


def is_small(sources: Sources) -> bool:
    """Return whether the sources are so small that every entry is decoded: evidence may stand in any."""
    files = _list_files(sources)
    return files is not None and sum(map(_expected_size, files)) <= _SMALL


def _list_files(sources: Sources) -> list[Path | StdinCopy | Record] | None:
    """Return the local files and records in memory that sources name, None if they name anything else."""
    from triage.reading.bigquery import is_address
    from triage.reading.remote import is_remote
    from triage.reading.sources import expand

    if isinstance(sources, OnSpark) or not isinstance(sources, Sequence):
        return None
    named = [source for source in sources if isinstance(source, str | Path)]
    if any(str(path) == "-" or is_address(path) or is_remote(str(path)) for path in named):
        return None
    try:
        files = [Path(file.path) for file in expand(named)]
    except TriageError:
        return None  # reading reports it
    return [*files, *(source for source in sources if isinstance(source, StdinCopy | Record))]


def _expected_size(file: Path | StdinCopy | Record) -> int:
    """Return about how many bytes of records a file holds."""
    if isinstance(file, StdinCopy):
        return file.size if file.is_whole else _SMALL + 1
    if isinstance(file, Record):
        return len(file.data)
    try:
        size = file.stat().st_size
    except OSError:
        return 0  # reading reports it
    return size * _RATIO if file.suffix in _COMPRESSED else size


def can_come_by_instance(sources: Sources) -> bool:
    """Return whether the records can come by instance: from Spark, or from one table."""
    from triage.reading.bigquery import is_address

    if isinstance(sources, OnSpark):
        return True
    if not isinstance(sources, Sequence) or len(sources) != 1:
        return False
    return isinstance(sources[0], str) and is_address(sources[0])


def read_records(
    sources: Sources,
    selection: Selection,
    analyzer: Analyzer | None,
    notify: Callable[[str], None],
    *,
    by_instance: bool = False,
) -> Generator[Entry | Record | Gap | Skipped | ExportFile]:
    """Yield the records of some sources, their gaps, and counts of irrelevant ones.

    Files come first, then tables, then records in memory. Where an analyzer says which records are relevant,
    those of files come as entries.

    analyzer: knows which records are relevant; None reads all.
    notify: called with what the user should know before a table is read.
    by_instance: yield the records by instance, see ``can_come_by_instance``.
    """
    from triage.reading import ALL_RECORDS, NO_TASKS, WorkerTasks, read
    from triage.reading.bigquery import is_address

    if isinstance(sources, OnSpark):
        packs = None if analyzer is None else analyzer.packs
        yield from _read_on_spark(sources, selection, packs, instance_sort_key if by_instance else None)
        return
    listed = list(sources) if isinstance(sources, Sequence) else sources
    addresses, stdin = _open_stdin(listed) if isinstance(listed, list) else ([], None)
    files = [source for source in addresses if not is_address(source)]
    prefilter = _build_prefilter(analyzer, selection)
    if files:
        decode, tasks = None, NO_TASKS
        if analyzer is not None and not analyzer.keeps_all:
            decode = partial(decode_records, **selection_tests(selection, analyzer))
            tasks = WorkerTasks(analyzer.notes.take, analyzer.prepare)
        yield from read(
            files,
            stdin=stdin,
            record_filter=prefilter or ALL_RECORDS,
            decode=decode,
            tasks=tasks,
            roots=selection.roots,
        )
    if tables := [str(source) for source in addresses if is_address(source)]:
        from triage.pipeline.bigquery_tables import read_tables

        yield from read_tables(tables, selection, analyzer, notify)
    yield from (record for record in listed if isinstance(record, Record))


def _read_on_spark(
    sources: OnSpark,
    selection: Selection,
    packs: Sequence[Pack] | None,
    sort_key: "SortKeyFunction | None",
) -> Iterator[Entry | Record | Gap | Skipped | ExportFile]:
    from triage.reading.spark import read_on_spark

    return read_on_spark(sources, partial(_executor_filter, selection, packs), sort_key)


def _executor_filter(
    selection: Selection, packs: Sequence[Pack] | None
) -> Callable[[Callable[["RecordFilter"], Iterable[Record]]], Iterator[Record | Skipped]]:
    """Return the filter for ``read_entries`` that an executor of Spark applies."""
    from triage.reading import ALL_RECORDS

    analyzer = None if packs is None else Analyzer(packs)
    prefilter = _build_prefilter(analyzer, selection)
    tests = selection_tests(selection, analyzer)
    return lambda read: prefilter_records(read(prefilter or ALL_RECORDS), **tests)


def selection_tests(selection: Selection, analyzer: Analyzer | None) -> SelectionTests:
    """Return what decides whether an entry is selected and, with an analyzer, relevant."""
    return SelectionTests(
        keep=None if analyzer is None else analyzer.wants,
        within=None if selection == ALL else selection_test(selection),
        ignored=shipped_ignored_errors() if analyzer is None else ignored_errors(analyzer.packs),
    )


def _build_prefilter(analyzer: Analyzer | None, selection: Selection) -> Prefilter | None:
    """Return the prefilter, None if every record has to be decoded."""
    if selection.filter is not None:
        from triage.lql.evaluation import matcher
        from triage.lql.read_fields import read_fields

        return QueryFilter(matcher(selection.filter), read_fields(selection.filter))
    if analyzer is None or analyzer.keeps_all:
        return None
    bounds = None if selection == ALL else selection
    return Prefilter(analyzer.literals, bounds, default_literals=analyzer.default_literals)
