"""Exports to the timeline and the diagnosis, in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from triage import rules
from triage.diagnosis import Judge
from triage.entries import Entries
from triage.models import Diagnosis, Entry, Event, ExportFile, Gap, Pack, Record, Skipped, Timeline
from triage.pipeline.selecting import ALL, Selection, within
from triage.rules import Matcher
from triage.runs import Requested, Tracer
from triage.text import quote
from triage.window import format_timestamp

_ERROR = 500
Sources = Sequence[str | Path] | Iterable[Record] | Sequence[str | Path | Record]


class Analysis(msgspec.Struct, frozen=True):
    """What one reading of the logs gives: the timeline and the diagnosis.

    ``impact`` is what the pack of the leading service says of its business impact, "" where it says nothing.
    """

    timeline: Timeline
    diagnosis: Diagnosis
    impact: str = ""


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
    matcher: Matcher | None = None,
    requested: Requested | None = None,
) -> Entries:
    """Return the entries of some exports in order, each once. Their coverage is known once they have been read.

    With a ``matcher`` only what may matter to its rules, or is ``requested``, is looked at; the rest is counted.
    """
    everything = selection == ALL
    requested = requested or Requested([])
    wanted = [*matcher.literals, *requested.literals] if matcher is not None and everything else ()
    return Entries(
        _records(sources, wanted),
        keep=None
        if matcher is None
        else lambda entry: matters(matcher, entry) or requested.kind(entry) is not None,
        within=None if everything else within(selection),
        asked=(selection.since, selection.until),
    )


def analyse(sources: Sources, *, packs: Sequence[Pack] | None = None, selection: Selection = ALL) -> Analysis:
    """Return the timeline and the diagnosis of some exports, from one pass over them.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: the filter of the selection is no Logging filter.

    """
    packs = load_packs() if packs is None else packs
    matcher, tracer, requested = Matcher(packs), Tracer(packs), Requested(packs)
    judge = Judge(packs, _link)
    entries = read_entries(sources, selection, matcher=matcher, requested=requested)
    matched = 0
    runs = []
    for entry in entries:
        event = matcher.match(entry)
        matched += event is not None
        judge.see(entry, event)
        requested.see(entry)
        for passage in tracer.feed(event) if event is not None else ():
            runs.append(passage.run)
            judge.add(passage)
    for passage in tracer.end():
        runs.append(passage.run)
        judge.add(passage)
    coverage = entries.coverage(matched)
    runs.sort(key=lambda run: (run.started, run.kind, run.id))
    timeline = Timeline(coverage=coverage, runs=runs, requests=requested.counts())
    diagnosis = judge.conclude(coverage)
    leading = diagnosis.services[0].chain if diagnosis.services else ""
    impact = next((pack.impact for pack in packs if pack.id == leading), "")
    return Analysis(timeline, diagnosis, impact)


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


def _records(sources: Sources, wanted: Sequence[str]) -> Iterator[Record | Gap | Skipped | ExportFile]:
    from triage.reading import read

    listed = list(sources) if isinstance(sources, Sequence) else sources
    if isinstance(listed, list):
        files = [source for source in listed if isinstance(source, str | Path)]
        yield from read(files, wanted=wanted) if files else ()
    yield from (record for record in listed if isinstance(record, Record))


def _link(event: Event) -> str:
    """Return the Logs Explorer link of an event's entry, "" where its project is not named or it is a client's line."""
    from triage.rendering.links import logs_explorer

    entry = event.entry
    if not entry.project or event.run == "probe":
        return ""
    timestamp = format_timestamp(entry.timestamp)
    filter = f"insertId={quote(entry.insert_id)}" if entry.insert_id else f'timestamp="{timestamp}"'  # noqa: A001 - the field's word
    return logs_explorer(entry.project, filter, timestamp, entry.insert_id)
