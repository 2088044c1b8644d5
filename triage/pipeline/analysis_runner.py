"""Analyze exports in one pass: timeline and diagnosis."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from triage import rules
from triage.entries import Entries, EntriesByInstance, stream_in_order
from triage.errors import OutOfOrderError
from triage.models import Entry, Event, ExportFile, Gap, Pack, Record, Skipped
from triage.pipeline.analyzer import Analysis, Analyzer
from triage.pipeline.record_sources import (
    Sources,
    can_be_read_again,
    can_come_by_instance,
    is_small,
    read_neighborhoods,
    read_records,
    selection_tests,
)
from triage.pipeline.selection import ALL, Selection
from triage.pipeline.spark_sources import OnSpark
from triage.pipeline.stdin_copy import StdinCopy, copy_stdin
from triage.rules import Matcher

if TYPE_CHECKING:
    from triage.changes import Configuration

#: Returns a new analyzer; ``keeps_all`` says that every entry is decoded.
AnalyzerFactory = Callable[..., Analyzer]
#: One machine reads so many records in some 3 s, and Spark needs longer to start: benchmarks/SCALE.md.
_FEW_FOR_SPARK = 1_000_000
#: Analyses sources whose entries come in the order that it needs, else it raises OutOfOrderError.
Strategy = Callable[[Sources, AnalyzerFactory, Selection, Callable[[str], None]], Analysis]


def load_packs(extra: Sequence[Path] = ()) -> list[Pack]:
    """Return the rule packs: those of the user first, then the shipped ones.

    Raises:
        BadDataError: a pack is invalid; the message lists every fault with file and line.

    """
    return rules.load_packs(extra)


def load_configurations(paths: Sequence[Path]) -> "list[Configuration]":
    """Return the configurations in files that gcloud wrote, as JSON or YAML.

    Raises:
        BadDataError: a file holds no configuration of a service, revision or job.
        IOFailureError: a file cannot be read.

    """
    from triage.changes import read_config_files

    return read_config_files(paths)


def check_rules(paths: Sequence[Path] = ()) -> list[str]:
    """Return the faults of packs, by default the shipped ones, as ``file:line: what``."""
    from triage.rules.checker import check_packs

    return [str(fault) for fault in check_packs(paths)[1]]


def read_entries(
    sources: Sources,
    selection: Selection = ALL,
    *,
    analyzer: Analyzer | None = None,
    notify: Callable[[str], None] | None = None,
) -> Entries:
    """Return the entries of some exports in order, deduplicated.

    Their coverage is known after they were iterated.

    analyzer: keep only the entries that can change its analysis, and count the others.
    notify: called with what the user should know before a table is read.
    """
    return _entries(
        Entries, read_records(sources, selection, analyzer, notify or _ignore), selection, analyzer
    )


def _entries(
    kind: type[Entries],
    items: Iterable[Entry | Record | Gap | Skipped | ExportFile],
    selection: Selection,
    analyzer: Analyzer | None,
) -> Entries:
    return kind(
        items,
        requested=(selection.since, selection.until),
        services_asked=selection.service,
        **selection_tests(selection, analyzer),
    )


def analyze(
    sources: Sources,
    *,
    packs: Sequence[Pack] | None = None,
    selection: Selection = ALL,
    configurations: "Sequence[Configuration]" = (),
    notify: Callable[[str], None] | None = None,
    prepare: Callable[[], object] | None = None,
    compares: bool = True,
) -> Analysis:
    """Return the timeline and the diagnosis of some exports, in one pass.

    Sources that yield entries by instance, and a file in order of time, are analyzed while they are read.

    packs: the rule packs; None loads the shipped ones.
    selection: the entries to analyze.
    configurations: configurations of services that the logs may lack.
    notify: called with what the user should know before a table is read, and of too few records for Spark.
    prepare: called once workers read, to load what the answer needs; not called where none do.
    compares: whether revisions are compared by the analysis; else what only that needs is not counted.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: the filter of the selection is invalid.

    """
    known = load_packs() if packs is None else packs
    notify = notify or _ignore

    def create(*, keeps_all: bool = False) -> Analyzer:
        return Analyzer(
            known,
            keeps_all=keeps_all,
            compares=compares,
            configurations=configurations,
            since=selection.since,
            prepare=prepare,
        )

    if isinstance(sources, OnSpark):
        found = _analyze(sources, create, selection, notify)
        records = found.timeline.coverage.records
        if records < _FEW_FOR_SPARK:
            notify(
                f"Spark read {records:,} records: one machine is faster for so few; leave out --engine spark"
            )
        return found
    if isinstance(sources, Sequence) and any(str(source) == "-" for source in sources):
        with copy_stdin() as copy:
            kept = [copy if str(source) == "-" else source for source in dict.fromkeys(sources)]
            return _analyze(kept, create, selection, notify)
    return _analyze(sources, create, selection, notify)


def _analyze(
    sources: Sources, create: AnalyzerFactory, selection: Selection, notify: Callable[[str], None]
) -> Analysis:
    *faster, last = choose_strategies(sources)
    for strategy in faster:
        try:
            return strategy(sources, create, selection, notify)
        except OutOfOrderError as error:
            if strategy is analyze_by_instance:
                notify(f"{error}: all are read once more, and sorted")
    return last(sources, create, selection, notify)


def choose_strategies(sources: Sources) -> list[Strategy]:
    """Return how to analyze some sources: the fastest way first, and last the one that takes any order.

    The strategies differ in the order in which they need the entries:

    - ``analyze_by_instance``: by instance, then by time, as Spark and a table give them. Memory holds one
      instance at a time.
    - ``analyze_in_order``: by time, as most sinks and downloads of one file are. Large JSON lines with the
      newest entries first are read from their end. Memory holds what may still come late.
    - ``analyze_sorted``: any order. All entries that matter are sorted first, on disk where they are many.
    """
    if is_small(sources):
        return [analyze_sorted]
    if can_come_by_instance(sources):
        return [analyze_by_instance, analyze_sorted]
    return [analyze_in_order, analyze_sorted] if _is_one_file(sources) else [analyze_sorted]


def analyze_sorted(
    sources: Sources, create: AnalyzerFactory, selection: Selection, notify: Callable[[str], None]
) -> Analysis:
    """Return the analysis of entries in any order, sorted before they are observed."""
    analyzer = create(keeps_all=is_small(sources))
    entries = read_entries(sources, selection, analyzer=analyzer, notify=notify)
    analyzer.observe(entries)
    _read_evidence(analyzer, sources, selection, in_order=False)
    analyzer.add_traffic(entries.traffic)
    return analyzer.build(entries.coverage)


def _is_one_file(sources: Sources) -> bool:
    """Return whether the source is one file, which can be read twice."""
    if not isinstance(sources, Sequence) or len(sources) != 1:
        return False
    source = sources[0]
    if isinstance(source, StdinCopy):
        return source.is_whole
    return isinstance(source, str | Path) and Path(source).is_file()


def analyze_in_order(
    sources: Sources, create: AnalyzerFactory, selection: Selection, notify: Callable[[str], None]
) -> Analysis:
    """Return the analysis of entries that come in order of time.

    Raises:
        OutOfOrderError: they do not.

    """
    analyzer = create()
    entries = _entries(Entries, (), selection, analyzer)
    with closing(read_records(sources, selection, analyzer, notify)) as items:
        analyzer.observe(stream_in_order(entries, items))
        _read_evidence(analyzer, sources, selection, in_order=True)
        analyzer.add_traffic(entries.traffic)
        return analyzer.build(entries.coverage)


def _read_evidence(analyzer: Analyzer, sources: Sources, selection: Selection, *, in_order: bool) -> None:
    """Read the files once more where failures wait for evidence that the prefilter dropped.

    Raises:
        OutOfOrderError: the entries are said to come in order of time, and do not.

    """
    neighborhoods = analyzer.neighborhoods
    if not neighborhoods.windows or not can_be_read_again(sources):
        return
    tests = selection_tests(selection, analyzer)
    tests["keep"] = lambda entry: neighborhoods.contains(
        entry.timestamp, entry.service, entry.revision, entry.instance
    )
    items = read_neighborhoods(sources, neighborhoods, selection, tests, analyzer.notes)
    analyzer.read_evidence(
        stream_in_order(Entries((), **tests), items) if in_order else Entries(items, **tests)
    )


def analyze_by_instance(
    sources: Sources, create: AnalyzerFactory, selection: Selection, notify: Callable[[str], None]
) -> Analysis:
    """Return the analysis of entries that come by instance.

    Raises:
        OutOfOrderError: they do not.

    """
    analyzer = create()
    with closing(read_records(sources, selection, analyzer, notify, by_instance=True)) as items:
        entries = _entries(EntriesByInstance, items, selection, analyzer)
        for _, partition in groupby(entries, key=attrgetter("partition_key")):
            analyzer.observe(partition)
            analyzer.close_partition()
        analyzer.add_traffic(entries.traffic)
        return analyzer.build(entries.coverage)


def recognize(
    sources: Sources, *, packs: Sequence[Pack] | None = None, selection: Selection = ALL
) -> Iterator[tuple[Entry, Event | None]]:
    """Yield every entry in order of time with its event, None if no rule matches it."""
    matcher = Matcher(load_packs() if packs is None else packs)
    for entry in read_entries(sources, selection):
        yield entry, matcher.match(entry)


def _ignore(_text: str) -> None:
    """Do nothing."""
