"""Exports to the timeline and the diagnosis, in one pass."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from triage import rules
from triage.diagnosis import Errors, Judge, Presences, Witnesses
from triage.entries import Entries, Sieve, narrow
from triage.models import (
    Coverage,
    Diagnosis,
    Entry,
    ErrorShape,
    Event,
    ExportFile,
    Gap,
    Pack,
    Passage,
    Presence,
    Record,
    Run,
    Skipped,
    Timeline,
    Witness,
)
from triage.pipeline.selecting import ALL, Selection, within
from triage.pipeline.spark import OnSpark
from triage.rules import Matcher
from triage.runs import Requested, Tracer
from triage.text import quote
from triage.window import format_timestamp

if TYPE_CHECKING:
    from triage.reading.sift import Sift

_ERROR = 500
Sources = Sequence[str | Path] | Iterable[Record] | Sequence[str | Path | Record]


class Analysis(msgspec.Struct, frozen=True):
    """What one reading of the logs gives: the timeline and the diagnosis, and what they are compared by.

    ``errors`` are all errors by shape and revision, ``presences`` the revisions in the logs, ``witnesses`` a few lines
    that show how each went. ``impact`` is what the pack of the leading service says of its business impact, "" where
    it says nothing. ``open`` are the runs that may still go on where the logs end.
    """

    timeline: Timeline
    diagnosis: Diagnosis
    errors: list[ErrorShape] = []
    presences: list[Presence] = []
    witnesses: list[Witness] = []
    impact: str = ""
    open: list[Run] = []


class Analyser:
    """Entries to an analysis, one by one: ``see`` them in order of time, then ``conclude``, once.

    What is to go on after a conclusion is copied before it: the copy shares what never changes, and costs little.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Begin with nothing seen."""
        self.packs = packs
        self._matcher = Matcher(packs)
        self._tracer = Tracer(packs)
        self._requested = Requested(packs)
        self._judge = Judge(packs, _event_link)
        self._errors = Errors()
        self._presences = Presences()
        self._witnesses = Witnesses(_link)
        self._runs: list[Run] = []
        self._matched = 0

    @property
    def literals(self) -> list[str]:
        """Return what must stand in an entry that is no error for it to matter."""
        return [*self._matcher.literals, *self._requested.literals]

    def wants(self, entry: Entry) -> bool:
        """Return whether an entry may change the analysis; of the others only their number is told."""
        return matters(self._matcher, entry) or self._requested.kind(entry) is not None

    def see(self, entry: Entry) -> None:
        """Look at one more entry."""
        event = self._matcher.match(entry)
        self._judge.see(entry, event)
        if event is None or event.run != "probe":
            # A client's lines are nothing that the service logged.
            self._errors.see(entry, event)
            self._presences.see(entry)
        self._witnesses.see(entry, self._requested.see(entry))
        if event is not None:
            self._matched += 1
            self._take(self._tracer.feed(event))

    def conclude(self, cover: Callable[[int], Coverage]) -> Analysis:
        """Return what the entries say; ``cover`` gives their coverage for the number of those that a rule knows."""
        going_on = self._tracer.end()
        self._take(going_on)
        coverage = cover(self._matched)
        self._runs.sort(key=lambda run: (run.started, run.kind, run.id))
        timeline = Timeline(coverage=coverage, runs=self._runs, requests=self._requested.counts())
        diagnosis = self._judge.conclude(coverage)
        leading = diagnosis.services[0].chain if diagnosis.services else ""
        impact = next((pack.impact for pack in self.packs if pack.id == leading), "")
        return Analysis(
            timeline=timeline,
            diagnosis=diagnosis,
            errors=self._errors.shapes(),
            presences=self._presences.all(),
            witnesses=self._witnesses.all(),
            impact=impact,
            open=[passage.run for passage in going_on],
        )

    def _take(self, passages: Iterable[Passage]) -> None:
        for passage in passages:
            self._runs.append(passage.run)
            self._judge.add(passage)
            self._witnesses.add(passage)


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
    if isinstance(sources, OnSpark):
        records = _records_on_spark(sources, selection, analyser.packs if analyser is not None else None)
    else:
        records = _records(sources, selection, analyser, tell or _say_nothing)
    return Entries(
        records,
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

    What is to be known before a table is read is told by ``tell``.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: the filter of the selection is no Logging filter.

    """
    analyser = Analyser(load_packs() if packs is None else packs)
    entries = read_entries(sources, selection, analyser=analyser, tell=tell)
    for entry in entries:
        analyser.see(entry)
    return analyser.conclude(entries.coverage)


def recognise(
    sources: Sources, *, packs: Sequence[Pack] | None = None, selection: Selection = ALL
) -> Iterator[tuple[Entry, Event | None]]:
    """Yield every entry in order of time with what a rule says of it, None where no rule knows it."""
    matcher = Matcher(load_packs() if packs is None else packs)
    for entry in read_entries(sources, selection):
        yield entry, matcher.match(entry)


def matters(matcher: Matcher, entry: Entry) -> bool:
    """Return whether an entry may say something: a rule may know it, it is an error, or its payload is lost."""
    return entry.level >= _ERROR or entry.payload_lost or matcher.may_know(entry)


def _records(
    sources: Sources, selection: Selection, analyser: Analyser | None, tell: Callable[[str], None]
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    from triage.reading import everything, read
    from triage.reading.bigquery import is_address

    listed = list(sources) if isinstance(sources, Sequence) else sources
    named = (
        [source for source in listed if isinstance(source, str | Path)] if isinstance(listed, list) else []
    )
    files = [source for source in named if not is_address(source)]
    sieve = _sieve(analyser, selection)
    if files:
        yield from read(files, sift=sieve.sift if sieve else everything)
    if tables := [str(source) for source in named if is_address(source)]:
        from triage.pipeline.tables import read_tables

        wanted = None if analyser is None else analyser.literals
        yield from read_tables(tables, selection, wanted, tell)
    yield from (record for record in listed if isinstance(record, Record))


def _say_nothing(_text: str) -> None:
    """Leave what could be told untold."""


def _sieve(analyser: Analyser | None, selection: Selection) -> Sieve | None:
    return Sieve(analyser.literals) if analyser is not None and selection == ALL else None


def _records_on_spark(
    sources: OnSpark, selection: Selection, packs: Sequence[Pack] | None
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    from triage.reading.spark import read_on_spark

    return read_on_spark(sources, partial(_narrowing, selection, packs))


def _narrowing(
    selection: Selection, packs: Sequence[Pack] | None
) -> Callable[[Callable[["Sift"], Iterable[Record]]], Iterator[Record | Skipped]]:
    """Return what makes the items of a file those that ``read_entries`` needs; an executor of Spark calls it."""
    from triage.reading import everything

    analyser = None if packs is None else Analyser(packs)
    sieve = _sieve(analyser, selection)
    keep = None if analyser is None else analyser.wants
    test = None if selection == ALL else within(selection)
    return lambda read: narrow(read(sieve.sift if sieve else everything), keep=keep, within=test)


def _event_link(event: Event) -> str:
    """Return the link of an event's entry, "" for a client's line, which stands in no log of Cloud Logging."""
    return "" if event.run == "probe" else _link(event.entry)


def _link(entry: Entry) -> str:
    """Return the Logs Explorer link of an entry, "" where it does not name its project."""
    from triage.rendering.links import logs_explorer

    if not entry.project:
        return ""
    timestamp = format_timestamp(entry.timestamp)
    filter = f"insertId={quote(entry.insert_id)}" if entry.insert_id else f'timestamp="{timestamp}"'  # noqa: A001 - the field's word
    return logs_explorer(entry.project, filter, timestamp, entry.insert_id)
