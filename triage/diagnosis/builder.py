"""The diagnosis: observes every entry and run once, then ranks the incidents."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import partial

import msgspec

from triage.diagnosis.adjustments import explain_lost_payloads, limit_confidence, with_open_incidents
from triage.diagnosis.error_statement import ErrorStatement
from triage.diagnosis.evidence_list import Link
from triage.diagnosis.failure_causes import FailureCauses
from triage.diagnosis.failure_incidents import severity_of, share_of
from triage.diagnosis.failure_list import FailureList
from triage.diagnosis.filtered_exports import find_filtered, find_reported, mark_filtered
from triage.diagnosis.incident_builder import NEARBY, IncidentBuilder, fill_sentence, merge_matches
from triage.diagnosis.leading import WORST_FIRST, leading_state
from triage.diagnosis.matching import CauseIndex, FinishKey, PackCause, failing_check, finish_key
from triage.diagnosis.no_data import explain_no_data
from triage.diagnosis.noise_counter import NoiseCounter
from triage.diagnosis.onsets import onset_of_runs
from triage.diagnosis.opening_errors import explain_by_openings
from triage.diagnosis.places import group_by_place
from triage.diagnosis.ranking import attach_symptoms, rank
from triage.diagnosis.regions import RegionTracker, failures_in, join_regions
from triage.diagnosis.request_traces import RequestTraces
from triage.diagnosis.rule_matches import MatchesByRule, first_entry, group_by_rule, record
from triage.diagnosis.service_tracker import ServiceTracker
from triage.diagnosis.serving import ServiceServing, ServingTracker
from triage.diagnosis.serving_verdict import judge_serving
from triage.diagnosis.suggestions import answer_limits, standing_limits, suggest_query
from triage.diagnosis.unknown_errors import KnownError, ServiceContext, UnknownErrors, is_error
from triage.diagnosis.unnamed_checks import unnamed_check
from triage.models import (
    Coverage,
    Diagnosis,
    Event,
    FailureGroup,
    Incident,
    Observed,
    Pack,
    RevisionTraffic,
    RunRecord,
    ServiceState,
    ServiceVerdict,
    Traffic,
)
from triage.models.change import Onset
from triage.window import parse_timestamp

#: Finish key of revisions, which are matched last: an earlier title stays.
_LAST_KEY: FinishKey = (2**63, "", "", "")


class DiagnosisBuilder:
    """Collects entries, events and runs, then builds the diagnosis.

    Entries of one instance arrive in order of time; the order of the instances changes nothing. Memory
    depends on the number of different rules and revisions, not on the number of lines.

    holds_only_output: whether all entries so far are output of programs.
    """

    def __init__(
        self, packs: Sequence[Pack], link: Link, failure_causes: FailureCauses | None = None
    ) -> None:
        """Use the causes of the packs; ``link`` returns the Logs Explorer link of an event."""
        self._packs = packs
        self._link = link
        self._causes = CauseIndex(packs)
        self._noise_titles = {
            f"{pack.id}/{rule.id}": rule.noise for pack in packs for rule in pack.rules if rule.noise
        }
        self._services: dict[str, ServiceTracker] = {}
        self._matches: dict[tuple[str, str], MatchesByRule] = defaultdict(dict)
        self._builders: dict[str, IncidentBuilder] = {}
        self._noise = NoiseCounter()
        self._unknown_errors = UnknownErrors()
        self.holds_only_output = True
        self._reported: dict[str, int] = {}
        self._failure_causes = failure_causes or FailureCauses(packs)
        self._serving = ServingTracker()
        self._regions = RegionTracker(self._services, self._serving)
        self.regions: dict[str, dict[str, ServiceState]] = {}
        self._failures: list[FailureGroup] = []
        self._traces = RequestTraces()
        self._explained: Counter[tuple[str, str, str]] = Counter()
        self._failure_list = FailureList(
            self._failure_causes, self._serving, self._regions, self._services, link
        )
        self._run_onsets: list[Onset] = []

    def observe(self, observed: Sequence[Observed]) -> None:
        """Record entries. An error that an application printed is counted with its whole statement."""
        self._traces.observe(observed)
        self.holds_only_output = self.holds_only_output and all(is_output for _, _, is_output in observed)
        for place, found in group_by_place(observed).items():
            name, revision, _ = place
            self._regions.observe(place, found)
            service = self._services.get(name)
            if service is None:
                service = self._services[name] = ServiceTracker(name)
            service.observe(revision, [entry for entry, _, _ in found])
            self._serving.observe(name, revision, found)
            matched = [event for _, event, _ in found if event is not None and not event.noise]
            if matched:
                record(self._matches[name, revision], matched)
        for entry, event, is_output in observed:
            if event is None:
                if not is_output:
                    self._unknown_errors.observe(entry)
            elif event.noise:
                self._noise.observe(self._noise_titles[event.name], entry)
            elif not (is_output or event.failure) and is_error(entry):
                known = self._failure_causes.recognize_event(event)
                if known is not None:
                    self._unknown_errors.observe(entry, known=known)

    def observe_errors(self, errors: Iterable[KnownError], complaints: Iterable[ErrorStatement]) -> None:
        """Record statements that are errors, with what the packs know of them, and complaints that are none.

        Lines beside the decisive one are no errors of their own. A statement whose decisive line a rule of a
        chain matches is counted by that rule.
        """
        counted: list[KnownError] = []
        for error in errors:
            statement, known = error
            entry, events = statement.decisive_entry, statement.events
            matched = [event.name for event in events if event.entry is entry]
            if matched and not self._causes.rules.isdisjoint(matched):
                continue
            is_known = known is not None and bool(known.cause)
            for event in events if is_known or len(events) > len(matched) else ():
                if is_known or event.entry is not entry:
                    self._explained[event.entry.service, event.entry.revision, event.name] += 1
            if is_known or (known is None and not matched):
                counted.append(error)
        self._unknown_errors.observe_statements(counted)
        self._unknown_errors.observe_complaints(complaints)

    def add_run(self, run_record: RunRecord) -> None:
        """Record one finished run."""
        run = run_record.run
        self._regions.add_run(run_record)
        self._services.setdefault(run.service, ServiceTracker(run.service)).add_run(run)
        matched = Counter([event.name for event in run_record.events])
        pack_cause = self._causes.match_run(run, matched.keys()) or unnamed_check(run_record, self._packs)
        if pack_cause is not None or run.verdict in ("ready", "degraded"):
            for name, count in matched.items():
                self._explained[run.service, run.revision, name] += count
        if pack_cause is not None:
            matches = group_by_rule(run_record.events)
            at = finish_key(run)
            builder = self._find_builder(pack_cause, run.service, failing_check(pack_cause, run), matches, at)
            builder.add_match(matches, run, run.revision, at)
            builder.mark_passed(run, run_record.events, at)

    def add_traffic(self, traffic: Traffic) -> None:
        """Count requests that were not observed one by one."""
        self._regions.add_traffic(traffic)
        self._serving.add_traffic(traffic)
        service = self._services.setdefault(traffic.service, ServiceTracker(traffic.service))
        service.add_revision(traffic.revision)

    def traffic(self) -> list[RevisionTraffic]:
        """Return the requests of each revision."""
        return self._serving.traffic()

    def onsets(self) -> list[Onset]:
        """Return how each incident of the last diagnosis that has failure points began."""
        return [*self._failure_list.onsets, *self._run_onsets]

    def build(self, coverage: Coverage, failures: Sequence[FailureGroup] = ()) -> Diagnosis:
        """Return the diagnosis of everything that was recorded.

        ``failures`` are the failures with their evidence.
        """
        mark_filtered(self._services, self._serving, self._regions, coverage)
        self._reported = find_reported(self._unknown_errors.reported_requests(), self._serving)
        failures = [group for group in failures if not self._failure_list.is_ordinary_refusal(group)]
        self._failures = explain_by_openings(failures, self._unknown_errors.counts(), self._serving)
        for group in self._failures:
            self._services.setdefault(group.service, ServiceTracker(group.service))
        if nothing := explain_no_data(coverage):
            return Diagnosis(verdict="no_data", coverage=coverage, limits=[nothing])
        self._builders = dict(
            sorted(self._builders.items(), key=lambda found: (found[1].first_key, found[0]))
        )
        self._match_revisions()
        for builder in self._builders.values():
            builder.sort()
        states = [self._state(service) for service in self._all_services(coverage)]
        states = [self._apply_cause_verdict(explain_lost_payloads(state, coverage)) for state in states]
        deciding = [state for state in states if state.primary] or states
        leading = leading_state(deciding, self._services)
        filtered = find_filtered(self._services, coverage)
        incidents = self._build_incidents(states, filtered) + self._find_errors(states, coverage)
        is_bare = self.holds_only_output and not (incidents or self._serving.traffic())
        if is_bare and leading.verdict == "inconclusive":
            incidents = self._unknown_errors.complaints(self._failure_causes, self._link)
        states = [with_open_incidents(state, incidents) for state in states]
        leading = next(state for state in states if state.service == leading.service)
        open_incidents = sum(incident.is_open for incident in incidents)
        validated = any(self._services[state.service].validated for state in states if state.primary)
        builders = self._builders.values()
        may_change = answer_limits(states, coverage, builders, filtered, validated=validated)
        return Diagnosis(
            verdict=leading.verdict,
            recovered=leading.recovered and not open_incidents,
            open_incidents=open_incidents,
            services=sorted(
                states, key=lambda state: (state is not leading, not state.primary, state.service)
            ),
            coverage=coverage,
            limits=list(dict.fromkeys([*may_change, *standing_limits(self._packs, states, builders)])),
            answer_limits=may_change,
            incidents=incidents,
            next=suggest_query(self._packs, leading, coverage, incidents, builders),
            noise=self._noise.build(),
        )

    def _find_builder(
        self, pack_cause: PackCause, service: str, check: str | None, matches: MatchesByRule, at: FinishKey
    ) -> IncidentBuilder:
        """Return the builder of an incident: same cause, service and title."""
        cause = pack_cause.cause
        deciding = pack_cause.full_names(
            [*(reason.rule for reason in cause.because), *cause.any_of, *cause.all_of]
        )
        fields = {
            field: value
            for name in deciding
            if name in matches
            for field, value in matches[name].first.fields.items()
        }
        title = fill_sentence(cause.title, fields, check=check or "", service=service)
        part = IncidentBuilder(pack_cause, service, check, title, at)
        builder = self._builders.setdefault(part.id, part)
        builder.merge(part)
        return builder

    def _match_revisions(self) -> None:
        """Match causes against revisions; what no cause explains becomes an unknown error."""
        explained = {name for builder in self._builders.values() for name in builder.matches}
        places = sorted(self._matches.items(), key=lambda place: first_entry(place[1]).sort_key)
        for (service, revision), matches in places:
            for pack_cause in self._causes.match_revision(service, matches):
                names = pack_cause.full_names([*pack_cause.cause.all_of, *pack_cause.cause.any_of])
                names += pack_cause.full_names(reason.rule for reason in pack_cause.cause.because)
                part = {name: matches[name] for name in names if name in matches}
                at = (first_entry(part).timestamp, service, revision, "")
                builder = self._find_builder(
                    pack_cause, service, pack_cause.cause.check or None, part, _LAST_KEY
                )
                builder.add_match(part, None, revision, at)
                explained |= part.keys()
        for builder in self._builders.values():
            explained |= set(
                builder.pack_cause.full_names(reason.rule for reason in builder.pack_cause.cause.because)
            )
        for (service, revision), matches in places:
            for name, found in matches.items():
                unexplained = found.count - self._explained[service, revision, name]
                if name not in explained and unexplained > 0 and not self._is_of_failures(found.first):
                    self._unknown_errors.observe(found.first.entry, unexplained, found.ended)

    def _is_of_failures(self, event: Event) -> bool:
        """Return whether a line is a failure point, or its rule names the cause of failures."""
        return bool(event.failure) or event.name in self._failure_causes.rules

    def _find_errors(self, states: Sequence[ServiceState], coverage: Coverage) -> list[Incident]:
        """Return the errors that no failure explains, those of primary services first."""
        covered = [parse_timestamp(time) for time in (coverage.first, coverage.last) if time]

        def context_of(service: str) -> ServiceContext:
            tracker = self._services.get(service)
            revisions = tracker.newest_first() if tracker is not None else []
            middle = sum(covered) // max(1, len(covered))
            is_served = self._serving.of(service).is_served
            return ServiceContext(revisions, middle, is_served, service in self._reported)

        errors = self._unknown_errors.incidents(self._failures, self._failure_causes, context_of, self._link)
        primary = {state.service for state in states if state.primary}
        return sorted(errors, key=lambda error: error.service not in primary)

    def _all_services(self, coverage: Coverage) -> list[ServiceTracker]:
        """Return all services; entries without a service count only where no other is known."""
        for name in coverage.services:
            self._services.setdefault(name, ServiceTracker(name))
        services = sorted(self._services.values(), key=ServiceTracker.start_key)
        named = [service for service in services if service.name]
        return named or services or [ServiceTracker("")]

    def _state(self, service: ServiceTracker) -> ServiceState:
        packs = [p for p in self._packs if any(fnmatchcase(service.name, pattern) for pattern in p.primary)]
        chain = next((pack.id for pack in packs if pack.chain), "")
        failures = [group for group in self._failures if group.service == service.name]

        def state_of(
            tracker: ServiceTracker, serving: ServiceServing, found: list[FailureGroup]
        ) -> ServiceState:
            state = tracker.build(primary=bool(packs), chain=chain, kind=serving.kind)
            if chain and state.verdict != "inconclusive":
                return state
            return self._judge_serving(state, tracker, serving, found)

        whole = state_of(service, self._serving.of(service.name), failures)
        regions = self._regions.of(service.name)
        if not regions or service.probed is not None:
            return whole
        self.regions[service.name] = {
            location: state_of(tracker, serving, failures_in(location, failures))
            for location, tracker, serving in regions
        }
        return join_regions(whole, self.regions[service.name])

    def _judge_serving(
        self,
        state: ServiceState,
        service: ServiceTracker,
        serving: ServiceServing,
        failures: list[FailureGroup],
    ) -> ServiceState:
        """Return the verdict that started instances, deployments and requests give, where no run decides."""
        groups = [(group, severity_of(group, serving, share_of(group, serving))) for group in failures]
        if service.validated or service.probed is not None:
            return state
        reported = self._reported.get(service.name, 0)
        judged = judge_serving(serving, groups, service.newest_first(), reported=reported)
        if state.chain:
            failing = judged.verdict in ("degraded", "not_ready") and groups
            return msgspec.structs.replace(state, verdict="degraded", why=judged.why) if failing else state
        return msgspec.structs.replace(
            state,
            verdict=judged.verdict,
            revision=judged.revision or state.revision,
            why=judged.why,
            recovered=False,
            revisions={**state.revisions, **judged.revisions},
        )

    def _apply_cause_verdict(self, state: ServiceState) -> ServiceState:
        """Return the state with the verdict of a cause where no run decides."""
        if state.verdict != "inconclusive":
            return state
        verdicts: list[tuple[ServiceVerdict, str]] = [
            (says, builder.title)
            for builder in self._builders.values()
            if (says := builder.pack_cause.cause.verdict)
            and builder.service == state.service
            and (state.revision in builder.revisions or not state.revision)
        ]
        if not verdicts:
            return state
        verdict, title = min(verdicts, key=lambda item: WORST_FIRST.index(item[0]))
        return msgspec.structs.replace(state, verdict=verdict, why=f"no readiness run, but: {title}")

    def _build_incidents(self, states: list[ServiceState], filtered: set[str]) -> list[Incident]:
        by_service = {state.service: state for state in states}
        for builder in self._builders.values():
            service = self._services[builder.service]
            cause = builder.pack_cause.cause
            ends = cause.tier in ("crash", "startup", "check") or cause.scope == "probe"
            builder.recovered = ends and service.ready_after(
                builder.ended, builder.revisions.names(), builder.instances.names()
            )
            if service.name not in filtered:  # where what succeeded is missing, every share is too high
                builder.measure_share(service.runs, self._serving.of(service.name).requests)
            builder.trace_events = self._traces.lines_of(builder)
        builders = attach_symptoms(list(self._builders.values()))
        failures = self._failure_list.build(self._failures, builders)
        incidents = [builder.build(partial(self._nearby, builder), self._link) for builder in builders]
        self._run_onsets = [onset_of_runs(*found) for found in zip(incidents, builders, strict=True)]
        incidents = [self._failure_list.add_affected(incident) for incident in [*incidents, *failures]]
        behind = self._failure_list.incidents_behind(self._failures)
        return [limit_confidence(incident, filtered) for incident in rank(incidents, by_service, behind)]

    def _nearby(self, builder: IncidentBuilder, services: str) -> MatchesByRule:
        """Return the matches near an incident: of its revisions, or of a glob pattern of services.

        What a probe saw may be about any revision if no line names it.
        """
        places = [
            matches
            for (service, revision), matches in self._matches.items()
            if (
                fnmatchcase(service, services)
                if services
                else service == builder.service
                and (builder.revision_unknown or not revision or revision in builder.revisions)
            )
        ]
        return {
            name: found
            for name, found in merge_matches(places).items()
            if found.began <= builder.ended + NEARBY and found.ended >= builder.began - NEARBY
        }
