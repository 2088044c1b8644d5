"""What entries say together: the timeline and the diagnosis, built entry by entry."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from triage.diagnosis import ActivityTracker, DiagnosisBuilder, ErrorCounter, EvidenceSampler
from triage.models import (
    Coverage,
    Diagnosis,
    Entry,
    ErrorPattern,
    Event,
    EvidenceSample,
    Pack,
    RevisionActivity,
    Run,
    RunRecord,
    Timeline,
)
from triage.rules import Matcher
from triage.runs import RequestCounter, TimelineBuilder
from triage.text import quote
from triage.window import format_timestamp

_ERROR = 500


class Analysis(msgspec.Struct, frozen=True):
    """What one reading of the logs gives: the timeline and the diagnosis, and what they are compared by.

    ``errors`` are all errors by shape and revision, ``activities`` the revisions in the logs, ``samples`` a few lines
    that show how each went. ``impact`` is what the pack of the leading service says of its business impact, "" where
    it says nothing. ``open_runs`` are the runs that may still go on where the logs end.
    """

    timeline: Timeline
    diagnosis: Diagnosis
    errors: list[ErrorPattern] = []
    activities: list[RevisionActivity] = []
    samples: list[EvidenceSample] = []
    impact: str = ""
    open_runs: list[Run] = []


class Analyser:
    """Entries to an analysis, one by one: ``observe`` them, then ``build``, once.

    Those of one instance come in order of time, and so do all those together that have no instance; otherwise they
    may come in any order. Where they come instance by instance, ``close_partition`` after each frees what is known of it. What is to go on after a conclusion is copied before it: the copy shares what never changes, and costs little.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Begin with nothing seen."""
        self.packs = packs
        self._matcher = Matcher(packs)
        self._tracer = TimelineBuilder(packs)
        self._requested = RequestCounter(packs)
        self._judge = DiagnosisBuilder(packs, _event_link)
        self._errors = ErrorCounter()
        self._presences = ActivityTracker()
        self._witnesses = EvidenceSampler(_link)
        self._runs: list[Run] = []
        self._open_runs: list[Run] = []
        self._matched = 0

    @property
    def literals(self) -> list[str]:
        """Return what must stand in an entry that is no error for it to matter."""
        return [*self._matcher.literals, *self._requested.literals]

    def wants(self, entry: Entry) -> bool:
        """Return whether an entry may change the analysis; of the others only their number is told."""
        return may_matter(self._matcher, entry) or self._requested.kind_of(entry) is not None

    def observe(self, entry: Entry) -> None:
        """Look at one more entry."""
        event = self._matcher.match(entry)
        self._judge.observe(entry, event)
        if event is None or event.run != "probe":
            # A client's lines are nothing that the service logged.
            self._errors.observe(entry, event)
            self._presences.observe(entry)
        self._witnesses.observe(entry, self._requested.observe(entry))
        if event is not None:
            self._matched += 1
            self._take(self._tracer.on_event(event))

    def close_partition(self) -> None:
        """End the runs of the instances that were seen: nothing more comes of them."""
        unfinished = self._tracer.close_all()
        self._take(unfinished)
        self._open_runs += [passage.run for passage in unfinished]

    def build(self, cover: Callable[[int], Coverage]) -> Analysis:
        """Return what the entries say; ``cover`` gives their coverage for the number of those that a rule knows."""
        self.close_partition()
        coverage = cover(self._matched)
        for runs in (self._runs, self._open_runs):
            runs.sort(key=lambda run: (run.started, run.kind, run.id))
        timeline = Timeline(coverage=coverage, runs=self._runs, requests=self._requested.counts())
        diagnosis = self._judge.build(coverage)
        leading = diagnosis.services[0].chain if diagnosis.services else ""
        impact = next((pack.impact for pack in self.packs if pack.id == leading), "")
        return Analysis(
            timeline=timeline,
            diagnosis=diagnosis,
            errors=self._errors.build(),
            activities=self._presences.build(),
            samples=self._witnesses.build(),
            impact=impact,
            open_runs=self._open_runs,
        )

    def _take(self, passages: Iterable[RunRecord]) -> None:
        for passage in passages:
            self._runs.append(passage.run)
            self._judge.add_run(passage)
            self._witnesses.add_run(passage)


def may_matter(matcher: Matcher, entry: Entry) -> bool:
    """Return whether an entry may say something: a rule may know it, it is an error, or its payload is lost."""
    return entry.level >= _ERROR or entry.payload_lost or matcher.may_match(entry)


def _event_link(event: Event) -> str:
    """Return the link of an event's entry, "" for a client's line, which stands in no log of Cloud Logging."""
    return "" if event.run == "probe" else _link(event.entry)


def _link(entry: Entry) -> str:
    """Return the Logs Explorer link of an entry, "" where it does not name its project."""
    from triage.rendering.links import logs_explorer_url

    if not entry.project:
        return ""
    timestamp = format_timestamp(entry.timestamp)
    filter = f"insertId={quote(entry.insert_id)}" if entry.insert_id else f'timestamp="{timestamp}"'  # noqa: A001 - the field's word
    return logs_explorer_url(entry.project, filter, timestamp, entry.insert_id)
