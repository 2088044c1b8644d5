"""Exports to the timeline and the diagnosis, in one pass."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from triage import rules
from triage.entries import Entries, EntriesByInstance, ahead
from triage.errors import OutOfOrderError
from triage.models import Entry, Event, ExportFile, Gap, Pack, Record, Skipped
from triage.pipeline.analyser import Analyser, Analysis
from triage.pipeline.selecting import ALL, Selection, within
from triage.pipeline.sourcing import Sources, come_by_instance, records
from triage.rules import Matcher


def load_packs(extra: Sequence[Path] = ()) -> list[Pack]:
    """Return the rule packs: the user's first, then those that ship.

    Raises:
        BadDataError: a pack cannot be used; every fault is told with file and line.

    """
    return rules.load(extra)


def check_rules(paths: Sequence[Path] = ()) -> list[str]:
    """Return every fault of some packs (of all that ship when no path is given), each as ``file:line: what``."""
    from triage.rules.check import check

    return [str(fault) for fault in check(paths)[1]]


def read_entries(
    sources: Sources,
    selection: Selection = ALL,
    *,
    analyser: Analyser | None = None,
    tell: Callable[[str], None] | None = None,
) -> Entries:
    """Return the entries of some exports in order, each once. Their coverage is known once they have been read.

    With an ``analyser`` only what it wants is looked at; the rest is counted. What is to be known before a table is
    read is told by ``tell``.
    """
    return _entries(Entries, records(sources, selection, analyser, tell or _say_nothing), selection, analyser)


def _entries(
    kind: type[Entries],
    items: Iterable[Record | Gap | Skipped | ExportFile],
    selection: Selection,
    analyser: Analyser | None,
) -> Entries:
    return kind(
        items,
        keep=None if analyser is None else analyser.wants,
        within=None if selection == ALL else within(selection),
        asked=(selection.since, selection.until),
    )


def analyse(
    sources: Sources,
    *,
    packs: Sequence[Pack] | None = None,
    selection: Selection = ALL,
    tell: Callable[[str], None] | None = None,
) -> Analysis:
    """Return the timeline and the diagnosis of some exports, from one pass over them.

    Sources that give their entries by instance, and a file in order of time, are looked at while they are read. What
    is to be known before a table is read is told by ``tell``.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: the filter of the selection is no Logging filter.

    """
    known = load_packs() if packs is None else packs
    tell = tell or _say_nothing
    if come_by_instance(sources):
        try:
            return _by_instance(sources, known, selection, tell)
        except OutOfOrderError as error:
            tell(f"{error}: all are read once more, and sorted")
    elif _is_one_file(sources):
        with suppress(OutOfOrderError):
            return _ahead(sources, known, selection, tell)
    analyser = Analyser(known)
    entries = read_entries(sources, selection, analyser=analyser, tell=tell)
    for entry in entries:
        analyser.see(entry)
    return analyser.conclude(entries.coverage)


def _is_one_file(sources: Sources) -> bool:
    """Return whether all that there is can be read once more, and is likely to be in order of time."""
    if not isinstance(sources, Sequence) or len(sources) != 1:
        return False
    return isinstance(sources[0], str | Path) and Path(sources[0]).is_file()


def _ahead(
    sources: Sources, packs: Sequence[Pack], selection: Selection, tell: Callable[[str], None]
) -> Analysis:
    """Return the analysis of entries that come in order of time.

    Raises:
        OutOfOrderError: they do not.

    """
    analyser = Analyser(packs)
    entries = _entries(Entries, (), selection, analyser)
    with closing(records(sources, selection, analyser, tell)) as items:
        for entry in ahead(entries, items):
            analyser.see(entry)
        return analyser.conclude(entries.coverage)


def _by_instance(
    sources: Sources, packs: Sequence[Pack], selection: Selection, tell: Callable[[str], None]
) -> Analysis:
    """Return the analysis of entries that come by instance, each of which is let go when its last one was seen.

    Raises:
        OutOfOrderError: they do not.

    """
    analyser = Analyser(packs)
    with closing(records(sources, selection, analyser, tell, by_instance=True)) as items:
        entries = _entries(EntriesByInstance, items, selection, analyser)
        for _, stretch in groupby(entries, key=attrgetter("stretch")):
            for entry in stretch:
                analyser.see(entry)
            analyser.let_go()
        return analyser.conclude(entries.coverage)


def recognise(
    sources: Sources, *, packs: Sequence[Pack] | None = None, selection: Selection = ALL
) -> Iterator[tuple[Entry, Event | None]]:
    """Yield every entry in order of time with what a rule says of it, None where no rule knows it."""
    matcher = Matcher(load_packs() if packs is None else packs)
    for entry in read_entries(sources, selection):
        yield entry, matcher.match(entry)


def _say_nothing(_text: str) -> None:
    """Leave what could be told untold."""
