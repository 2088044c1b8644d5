"""Build the timeline and the diagnosis of entries."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from triage.diagnosis import (
    ActivityTracker,
    DiagnosisBuilder,
    ErrorCounter,
    EvidenceSampler,
)
from triage.entries import to_batches
from triage.failures import (
    STRONG,
    BalancerCollector,
    FailureCollector,
    NeighborhoodReader,
    Statement,
    is_output,
)
from triage.models import (
    Coverage,
    Diagnosis,
    Entry,
    ErrorPattern,
    Event,
    EvidenceSample,
    Neighborhoods,
    Observed,
    Pack,
    Playbook,
    Recognized,
    RequestMinute,
    RevisionActivity,
    RevisionTraffic,
    Run,
    RunRecord,
    ServiceState,
    Timeline,
    Traffic,
)
from triage.models.change import AppliedChange
from triage.pipeline.change_links import add_changes
from triage.pipeline.compiled_packs import compile_packs
from triage.pipeline.failure_recognizer import FailureRecognizer
from triage.pipeline.text_notes import TextNotes
from triage.rules import Matcher, own_playbooks
from triage.runs import RequestCounter, TimelineBuilder
from triage.text import quote
from triage.window import format_timestamp

if TYPE_CHECKING:
    from triage.changes import ChangeReader, Configuration

_ERROR = 500
#: Entries that go through one part of the analysis before the next one.
_BATCH = 256
_CLIENT_ERROR = 400


class Analysis(msgspec.Struct, frozen=True):
    """The result of reading logs once.

    timeline: the runs and the request counts.
    diagnosis: the verdict, the services and the incidents.
    errors: all errors by pattern and revision; these and the next two are for comparisons, else empty.
    activities: the revisions in the logs.
    samples: a few log lines that show how each revision went.
    impact: the business impact according to the pack of the leading service, "" if it states none.
    playbooks: the playbooks beside the packs in use, by name.
    packs: the packs in use.
    open_runs: the runs that may continue after the end of the logs.
    traffic: all requests of each revision by status.
    configurations: the last configuration of each service that the logs hold.
    given_configurations: those that the user supplied.
    changes: the changes with what links them to incidents; documents have them in the diagnosis.
    regions: the state of each region of the services that run in several, by service.
    request_history: the requests of the last minutes, by minute and outcome.
    """

    timeline: Timeline
    diagnosis: Diagnosis
    errors: list[ErrorPattern] = []
    activities: list[RevisionActivity] = []
    samples: list[EvidenceSample] = []
    impact: str = ""
    playbooks: dict[str, Playbook] = {}
    packs: Sequence[Pack] = ()
    open_runs: list[Run] = []
    traffic: list[RevisionTraffic] = []
    configurations: "list[Configuration]" = []
    given_configurations: "list[Configuration]" = []
    changes: list[AppliedChange] = []
    regions: dict[str, dict[str, ServiceState]] = {}
    request_history: list[RequestMinute] = []


class Analyzer:
    """Builds an analysis: ``observe`` the entries, then ``build`` once.

    The entries of one instance come in order of time, and so do all those without an instance. Otherwise
    the order does not matter. When the entries come by instance, call ``close_partition`` after each one to
    free its memory. To continue after ``build``, copy the analyzer before: the copy shares what never
    changes, and is cheap.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        keeps_all: bool = False,
        compares: bool = True,
        configurations: "Sequence[Configuration]" = (),
        since: int | None = None,
        prepare: Callable[[], object] | None = None,
    ) -> None:
        """Create an analyzer without entries; ``configurations`` are those that the logs may lack.

        Of entries before ``since``, in nanoseconds, only the changes count. ``prepare`` is what
        this process does once workers read. Without ``compares``, what no diagnosis asks is left out: see
        Analysis.
        """
        self._since, self.prepare, self._compares = since, prepare, compares
        self.packs = packs
        self.keeps_all = keeps_all
        compiled = compile_packs(packs)
        self._recognizer = FailureRecognizer(compiled)
        self.notes = TextNotes(compiled, self._recognizer)
        self._failures = FailureCollector(
            self._recognizer.meanings,
            self._recognizer.recognize_point,
            self._observe_errors,
            is_partial=not keeps_all,
            chains=frozenset(pack.id for pack in packs if pack.chain),
        )
        self._balancers = BalancerCollector(self._recognizer.recognize_entry)
        self._changes: ChangeReader | None = None
        self._configurations = configurations
        self._matcher = compiled.matcher
        self._relevant = compiled.relevant
        self._timeline = TimelineBuilder(packs)
        self._requests = RequestCounter(packs)
        self._diagnosis = DiagnosisBuilder(packs, _event_link, compiled.causes)
        self._errors = ErrorCounter()
        self._activities = ActivityTracker()
        self._samples = EvidenceSampler(_link)
        self._runs: list[Run] = []
        self._open_runs: list[Run] = []
        self._matched = 0

    @property
    def literals(self) -> list[str]:
        """Return the literals of which a relevant entry below ERROR holds at least one."""
        return [*self._relevant.literals, *self._requests.literals]

    @property
    def default_literals(self) -> list[str]:
        """Return the literals of which a relevant text without severity holds at least one."""
        return self._matcher.literals

    def wants(self, entry: Entry) -> bool:
        """Return whether an entry can change the analysis; others are skipped."""
        return (
            self.keeps_all
            or may_matter(self._relevant if entry.level else self._matcher, entry)
            or self._requests.kind_of(entry) is not None
            or entry.concerns_changes
            or is_balanced_or_failed(entry)
        )

    def observe(self, entries: Iterable[Entry]) -> None:
        """Add entries.

        A batch of them goes through one part of the analysis before it goes through the next one. That takes
        half the time that it takes entry by entry: the code of a part stays in the processor's cache.
        """
        for batch in to_batches(entries, _BATCH):
            self._observe_batch(batch)

    def _observe_batch(self, entries: Sequence[Entry]) -> None:
        """Add some entries; no part asks another one for what it made of them."""
        self.notes.learn(entries)
        for entry in entries:
            if entry.concerns_changes:
                self._change_reader().observe(entry)
        if self._since is not None:
            entries = [entry for entry in entries if entry.timestamp >= self._since]
        self._balancers.observe(entries)
        events = [self._matcher.match(entry) for entry in entries]
        self._matched += sum([event is not None for event in events])
        taken: list[Observed] = [
            (entry, event, is_output(entry))
            for entry, event in zip(entries, events, strict=True)
            if entry.balancer is None
        ]
        self._diagnosis.observe(taken)
        # The service did not log the lines of a probe.
        own = [observed for observed in taken if observed[1] is None or observed[1].run != "probe"]
        self._failures.observe(own)
        requests = self._requests.observe(taken)
        if self._compares:
            self._errors.observe(own)
            self._activities.observe(own)
            for entry, kind in requests:
                self._samples.observe(entry, kind)
        for _, event, _ in taken:
            if event is not None and (ended := self._timeline.on_event(event)):
                self._take(ended)

    def close_partition(self) -> None:
        """End the runs of the instances so far: no more of their entries come."""
        self._failures.close_partition()
        unfinished = self._timeline.close_all()
        self._take(unfinished)
        self._open_runs += [run_record.run for run_record in unfinished]

    def add_traffic(self, traffic: Iterable[Traffic]) -> None:
        """Count requests that were not observed one by one."""
        for item in traffic:
            self._diagnosis.add_traffic(item)

    @property
    def neighborhoods(self) -> Neighborhoods:
        """Return where evidence of failures is still to be read, once all entries were observed."""
        self._failures.close_partition()
        return self._failures.neighborhoods

    def read_evidence(self, entries: Iterable[Entry]) -> None:
        """Explain the failures that wait by all entries around them."""
        reader = NeighborhoodReader(self._recognizer.meanings, self.neighborhoods)
        for batch in to_batches(entries, _BATCH):
            self.notes.learn(batch)
            observed = [(entry, self._matcher.match(entry), is_output(entry)) for entry in batch]
            self._failures.replace_waiting(reader.observe(observed))
        self._failures.replace_waiting(reader.finish())
        self._failures.add_said(reader.said)

    def build(self, cover: Callable[[int], Coverage]) -> Analysis:
        """Return the analysis.

        cover: returns the coverage of the entries for the number of those that match a rule.
        """
        self.close_partition()
        coverage = cover(self._matched)
        open_runs = [run for run in self._open_runs if self._timeline.may_continue(run)]
        for runs in (self._runs, open_runs):
            runs.sort(key=lambda run: (run.started, run.kind, run.id))
        timeline = Timeline(coverage=coverage, runs=self._runs, requests=self._requests.counts())
        balanced = self._balancers.build()
        self.add_traffic(balanced.traffic)
        diagnosis = self._diagnosis.build(coverage, [*self._failures.build(), *balanced.groups])
        history = self._changes.build() if self._changes else None
        diagnosis = add_changes(diagnosis, self._diagnosis.onsets(), history, self._configurations)
        if limits := _limits(balanced.omitted, self._failures.unread):
            diagnosis = replace(
                diagnosis,
                limits=[*diagnosis.limits, *limits],
                answer_limits=[*diagnosis.answer_limits, *limits],
            )
        leading = diagnosis.services[0].chain if diagnosis.services else ""
        impact = next((pack.impact for pack in self.packs if pack.id == leading), "")
        return Analysis(
            timeline=timeline,
            diagnosis=diagnosis,
            errors=self._errors.build(),
            activities=self._activities.build(),
            samples=self._samples.build(timeline.requests),
            impact=impact,
            playbooks=own_playbooks(self.packs),
            packs=self.packs,
            open_runs=open_runs,
            traffic=self._diagnosis.traffic(),
            configurations=history.configurations if history else [],
            given_configurations=list(self._configurations),
            changes=history.changes if history else [],
            regions=self._diagnosis.regions,
            request_history=self._requests.history.build(),
        )

    def _change_reader(self) -> "ChangeReader":
        """Return the reader of changes, which is loaded when an entry concerns one: few logs hold any."""
        if self._changes is None:
            from triage.changes import ChangeReader

            self._changes = ChangeReader(self._configurations)
        return self._changes

    def _observe_errors(self, statements: Sequence[Statement]) -> None:
        errors: list[tuple[Statement, Recognized | None]] = []
        for statement in statements:
            meaning = statement.meaning
            known = meaning.recognized
            if known is not None and known.kinds:
                known = None  # it explains only a failure
            is_named = known is not None and known.cause and not known.is_symptom
            # a weaker one is an error if a pack knows it
            if (meaning.strength >= STRONG or is_named) and not meaning.is_retried:
                errors.append((statement, known))
        plain = statements if self._diagnosis.holds_only_output else ()
        self._diagnosis.observe_errors(errors, [said for said in plain if said.meaning.explains_alone])

    def _take(self, run_records: Iterable[RunRecord]) -> None:
        for run_record in run_records:
            self._runs.append(run_record.run)
            self._diagnosis.add_run(run_record)
            if self._compares:
                self._samples.add_run(run_record)


def is_balanced_or_failed(entry: Entry) -> bool:
    """Return whether an entry is a load balancer's, or a request that failed."""
    return entry.balancer is not None or (
        entry.http is not None and (entry.http.status or 0) >= _CLIENT_ERROR
    )


def _limits(balanced: int, unread: int) -> list[str]:
    """Return what is missing: requests of load balancers, and what was said around failures."""
    limits = []
    if balanced:
        limits.append(f"{balanced:,} further failed requests of load balancers are in no incident")
    if unread:
        failures = f"{unread:,} failure{'s' * (unread != 1)}"
        limits.append(f"around {failures} only errors and known lines were read, not all that was printed")
    return limits


def may_matter(matcher: Matcher, entry: Entry) -> bool:
    """Return whether an entry is an error, may match a rule, or lost its payload."""
    return entry.level >= _ERROR or entry.payload_lost or matcher.may_match(entry)


def _event_link(event: Event) -> str:
    """Return the link of an event's entry, "" for a probe line, which has none."""
    return "" if event.run == "probe" else _link(event.entry)


def _link(entry: Entry) -> str:
    """Return the Logs Explorer link of an entry, "" if it does not name its project."""
    from triage.rendering.links import logs_explorer_url

    if not entry.project:
        return ""
    timestamp = format_timestamp(entry.timestamp)
    filter = f"insertId={quote(entry.insert_id)}" if entry.insert_id else f'timestamp="{timestamp}"'  # noqa: A001 - the field's word
    return logs_explorer_url(entry.project, filter, timestamp, entry.insert_id)
