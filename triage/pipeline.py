"""The stages wired: source -> entries -> events -> runs -> diagnosis -> report. The doors call nothing else."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import msgspec

from triage import rules
from triage.diagnosis import Judge
from triage.entries import Entries
from triage.models import (
    Diagnosis,
    Entry,
    Event,
    ExportFile,
    Fetched,
    FetchPlan,
    Finding,
    Gap,
    Need,
    Pack,
    Progress,
    Query,
    Record,
    Run,
    Skipped,
    Timeline,
)
from triage.rendering.playbooks import Playbook as Playbook  # noqa: PLC0414 (the doors lay it out)
from triage.rules import Matcher
from triage.runs import Tracer
from triage.window import Window, format_timestamp

if TYPE_CHECKING:
    from triage.lql import Explanation

_ERROR = 500
Sources = Sequence[str | Path] | Iterable[Record]


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are looked at. Names are exact or glob patterns; times are nanoseconds in UTC, ``until`` excluded.

    ``filter`` is a Logging filter.
    """

    service: tuple[str, ...] = ()
    revision: tuple[str, ...] = ()
    instance: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    filter: str | None = None


ALL = Selection()


class Analysis(msgspec.Struct, frozen=True):
    """What one reading of the logs gives: the timeline and the diagnosis."""

    timeline: Timeline
    diagnosis: Diagnosis


def load_packs(extra: Sequence[Path] = ()) -> list[Pack]:
    """Return the rule packs: the user's first, then those that ship.

    Raises:
        BadDataError: a pack cannot be used; every fault is told with file and line.

    """
    return rules.load(extra)


def check_rules(paths: Sequence[Path] = ()) -> list[str]:
    """Return every fault of some packs (of all that ship when no path is given), each as ``file:line: what``."""
    return [str(fault) for fault in rules.check(paths)[1]]


def read_entries(sources: Sources, selection: Selection = ALL, *, matcher: Matcher | None = None) -> Entries:
    """Return the entries of some exports in order, each once. Their coverage is known once they have been read.

    With a ``matcher`` only what may matter to its rules is looked at; the rest is counted.
    """
    everything = selection == ALL
    wanted = matcher.literals if matcher is not None and everything else ()
    return Entries(
        _records(sources, wanted),
        keep=None if matcher is None else lambda entry: matters(matcher, entry),
        within=None if everything else _within(selection),
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
    matcher, tracer = Matcher(packs), Tracer(packs)
    judge = Judge(packs, _link)
    entries = read_entries(sources, selection, matcher=matcher)
    matched = 0
    runs = []
    for entry in entries:
        event = matcher.match(entry)
        matched += event is not None
        judge.see(entry, event)
        for passage in tracer.feed(event) if event is not None else ():
            runs.append(passage.run)
            judge.add(passage)
    for passage in tracer.end():
        runs.append(passage.run)
        judge.add(passage)
    coverage = entries.coverage(matched)
    runs.sort(key=lambda run: (run.started, run.kind, run.id))
    return Analysis(Timeline(coverage=coverage, runs=runs), judge.conclude(coverage))


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
    if isinstance(listed, list) and all(isinstance(source, str | Path) for source in listed):
        yield from read([source for source in listed if isinstance(source, str | Path)], wanted=wanted)
    else:
        yield from (record for record in listed if isinstance(record, Record))


def _within(selection: Selection) -> Callable[[Entry], bool]:
    """Return the test whether an entry is among those selected."""
    admits = _admits(selection.filter) if selection.filter else None
    named = [
        (patterns, get)
        for patterns, get in (
            (selection.service, lambda entry: entry.service),
            (selection.revision, lambda entry: entry.revision),
            (selection.instance, lambda entry: entry.instance),
        )
        if patterns
    ]
    since, until = selection.since, selection.until

    def within(entry: Entry) -> bool:
        if since is not None and entry.timestamp < since:
            return False
        if until is not None and entry.timestamp >= until:
            return False
        if not all(any(fnmatchcase(get(entry), pattern) for pattern in patterns) for patterns, get in named):
            return False
        return admits is None or admits(entry)

    return within


def _admits(text: str) -> Callable[[Entry], bool]:
    from triage.lql import matcher

    matches = matcher(text)
    return lambda entry: matches(_plain(entry))


def _plain(entry: Entry) -> dict[str, Any]:
    """Return the entry as the plain data that filters look at."""
    plain: dict[str, Any] = msgspec.json.decode(entry.raw)
    return plain


def lint_filter(text: str) -> list[Finding]:
    """Return what is probably not meant in a Logging filter, each with its place and its mend.

    Raises:
        UsageError: the text is no Logging filter; the message has line and column.

    """
    from triage.lql import lint

    return lint(text)


def mend_filter(text: str) -> str:
    """Return the Logging filter with every error that ``lint_filter`` finds mended, where the mend is known.

    Raises:
        UsageError: the text is no Logging filter.

    """
    from triage.lql import mend

    return mend(text)


def explain_filter(text: str, entry: Entry | None = None) -> "Explanation":
    """Return a Logging filter in words; with an entry, which part of it held and what the entry has there.

    Raises:
        UsageError: the text is no Logging filter, or one that an entry cannot be held against offline.

    """
    from triage.lql import explain, parse

    return explain(parse(text), None if entry is None else _plain(entry))


def _link(event: Event) -> str:
    """Return the Logs Explorer link of an event's entry, "" where the entry does not name its project."""
    from triage.rendering.links import logs_explorer

    entry = event.entry
    if not entry.project:
        return ""
    timestamp = format_timestamp(entry.timestamp)
    return logs_explorer(entry.project, f'insertId="{entry.insert_id}"', timestamp, entry.insert_id)


def report(analysis: Analysis, template: str = "remediation") -> str:
    """Return the report of an analysis: Markdown, or the plain text of the template ``summary``."""
    from triage.rendering.markdown import report as render

    return render(analysis.diagnosis, analysis.timeline, template=template)


def to_json(document: Diagnosis | Timeline) -> str:
    """Return a document as JSON, secrets masked."""
    from triage.rendering.documents import to_json as render

    return render(document)


def playbook(name: str) -> Playbook:
    """Return what cures a cause; {service}, {revision} and the like stand in it as they are.

    A cause without a playbook of its own (one of a user's pack, say) gets that of an unknown error.
    """
    from triage.rendering.playbooks import load

    return load(name)


def write_entries(
    entries: Iterable[Entry], form: Literal["jsonl", "csv", "parquet"], stream: BinaryIO
) -> None:
    """Write a table of entries, unmasked, for other programs and to be read again."""
    from triage.rendering import tables

    if form == "parquet":
        tables.write_parquet(entries, stream)
    else:
        stream.writelines(tables.json_lines(entries) if form == "jsonl" else tables.comma_separated(entries))


def write_runs(timeline: Timeline, stream: BinaryIO) -> None:
    """Write the runs of a timeline as CSV, secrets masked."""
    from triage.rendering.tables import runs_comma_separated

    stream.writelines(runs_comma_separated(timeline))


def fold(timeline: Timeline) -> list[list[Run]]:
    """Return the runs of a timeline in blocks of alike ones."""
    from triage.rendering.fold import fold as alike

    return alike(timeline.runs)


def queries(plan: FetchPlan, packs: Sequence[Pack]) -> list[Query]:
    """Return what a fetch would ask for, one query per service.

    Raises:
        UsageError: a service, the project or the filter cannot be asked for.

    """
    from triage.fetching.foresee import queries as asked

    _check_filter(plan)
    return asked(plan, packs)


def foresee(plan: FetchPlan, packs: Sequence[Pack], now: int) -> list[str]:
    """Return what a fetch would do, and how many calls it takes at most, a sentence each. Nothing is called."""
    from triage.fetching.foresee import foresee as seen

    queries(plan, packs)
    return seen(plan, now)


def fetch(
    plan: FetchPlan, packs: Sequence[Pack], *, tell: Callable[[str], None], show: Callable[[Progress], None]
) -> tuple[list[Fetched], Analysis]:
    """Fetch logs, as far round the window as the runs in it need, and return their files and what they say together.

    Raises:
        TriageError: as ``triage.fetching.fetch`` says; what was fetched is kept.

    """
    from triage.fetching import widen
    from triage.fetching.fetch import fetch as fetch_files

    _check_filter(plan)

    def judge(files: Sequence[Path], window: Window, asked: Window) -> list[Need]:
        if not files:
            return []
        found = analyse(files, packs=packs)
        return widen.needs(found.timeline, found.diagnosis, files, window, asked)

    fetched = fetch_files(plan, packs, judge=judge, tell=tell, show=show)
    window = fetched[0].window
    selection = Selection(since=window.start, until=window.end)
    return fetched, analyse([file.path for file in fetched], packs=packs, selection=selection)


def _check_filter(plan: FetchPlan) -> None:
    """Refuse a filter that Cloud Logging would refuse, before it is asked."""
    if plan.filter:
        from triage.lql import parse

        parse(plan.filter)
