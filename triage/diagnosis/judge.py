"""The diagnosis: every run and line looked at once, then the incidents ranked."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import partial

import msgspec

from triage.diagnosis.case import AROUND, Case, fill, merged
from triage.diagnosis.exhibits import Link
from triage.diagnosis.leads import Leads
from triage.diagnosis.noises import Noises
from triage.diagnosis.ranking import attach, rank
from triage.diagnosis.scene import Causes, Known, Moment, moment
from triage.diagnosis.settling import limits, settle
from triage.diagnosis.sighting import Sightings, gather, sight
from triage.diagnosis.state import Service
from triage.diagnosis.traces import Traces
from triage.models import (
    Coverage,
    Diagnosis,
    Entry,
    Event,
    Incident,
    Pack,
    Passage,
    Run,
    ServiceState,
    ServiceVerdict,
)

#: The worst first: with several primary services the document's verdict is the worst of theirs.
_WORST: tuple[ServiceVerdict, ...] = ("not_ready", "inconclusive", "degraded", "ready")

#: The lines of revisions are looked at in the end, in order: what was told before stays.
_AT_LAST: Moment = (2**63, "", "", "")


class Judge:
    """Collects what the entries, events and runs of an export say, then concludes.

    Those of one instance come in order of time; in which order the instances come changes nothing. Memory depends on how many different things are said at how many revisions, not on how often.
    """

    def __init__(self, packs: Sequence[Pack], link: Link) -> None:
        """Take the packs whose causes are looked for, and what makes a link to an event."""
        self._packs = packs
        self._link = link
        self._causes = Causes(packs)
        self._noise_titles = {
            f"{pack.id}/{rule.id}": rule.noise for pack in packs for rule in pack.rules if rule.noise
        }
        self._services: dict[str, Service] = {}
        self._seen: dict[tuple[str, str], Sightings] = defaultdict(dict)
        self._cases: dict[str, Case] = {}
        self._noises = Noises()
        self._leads = Leads()
        self._traces = Traces()
        self._claimed: Counter[tuple[str, str, str]] = Counter()

    def see(self, entry: Entry, event: Event | None) -> None:
        """Look at one entry, with what a rule says of it."""
        service = self._services.get(entry.service)
        if service is None:
            service = self._services[entry.service] = Service(entry.service)
        service.see(entry)
        self._traces.see(entry, event)
        if event is None:
            self._leads.see(entry)
        elif event.noise:
            self._noises.see(self._noise_titles[event.name], entry)
        else:
            sight(self._seen[entry.service, entry.revision], event)

    def add(self, passage: Passage) -> None:
        """Look at one run that is over."""
        run = passage.run
        self._services.setdefault(run.service, Service(run.service)).add(run)
        seen = gather(passage.events)
        known = self._causes.of_run(run, seen)
        if known is not None or run.verdict in ("ready", "degraded"):
            for name, sighting in seen.items():
                self._claimed[run.service, run.revision, name] += sighting.count
        if known is not None:
            at = moment(run)
            case = self._case(known, run.service, _check(known, run), seen, at)
            case.add(seen, run, run.revision, at)
            case.clear(run, passage.events, at)

    def conclude(self, coverage: Coverage) -> Diagnosis:
        """Return the diagnosis of everything that was seen."""
        if not coverage.records - coverage.broken - coverage.outside:
            return Diagnosis(
                verdict="no_data", coverage=coverage, limits=["There are no log entries to judge."]
            )
        self._cases = dict(sorted(self._cases.items(), key=lambda found: (found[1].since, found[0])))
        self._look_at_revisions()
        for case in self._cases.values():
            case.put_in_order()
        states = [self._state(service) for service in self._known_services(coverage)]
        states = [self._with_causes(_told(state, coverage)) for state in states]
        deciding = [state for state in states if state.primary] or states
        leading = min(deciding, key=lambda state: _WORST.index(state.verdict))
        incidents = self._incidents(states)
        validated = any(self._services[state.service].validated for state in states if state.primary)
        return Diagnosis(
            verdict=leading.verdict,
            recovered=leading.recovered,
            services=sorted(
                states, key=lambda state: (state is not leading, not state.primary, state.service)
            ),
            coverage=coverage,
            limits=limits(self._packs, states, coverage, self._cases.values(), validated=validated),
            incidents=incidents,
            next=settle(self._packs, leading, coverage, incidents, self._cases.values()),
            noise=self._noises.all(),
        )

    def _case(self, known: Known, service: str, check: str | None, seen: Sightings, at: Moment) -> Case:
        """Return the case that a scene belongs to: the same cause at the same service, said of the same thing."""
        cause = known.cause
        deciding = known.names([*(reason.rule for reason in cause.because), *cause.any_of, *cause.all_of])
        fields = {
            field: value
            for name in deciding
            if name in seen
            for field, value in seen[name].first.fields.items()
        }
        title = fill(cause.title, fields, check=check or "", service=service)
        scene = Case(known, service, check, title, at)
        case = self._cases.setdefault(scene.id, scene)
        case.begin(scene)
        return case

    def _look_at_revisions(self) -> None:
        """Look for the causes that show in the lines of a revision; offer the errors that none explains as leads."""
        explained = {name for case in self._cases.values() for name in case.seen}
        places = sorted(self._seen.items(), key=lambda place: _first(place[1]).turn)
        for (service, revision), seen in places:
            for known in self._causes.of_revision(service, seen):
                names = known.names([*known.cause.all_of, *known.cause.any_of])
                names += known.names(reason.rule for reason in known.cause.because)
                scene = {name: seen[name] for name in names if name in seen}
                at = (_first(scene).timestamp, service, revision, "")
                case = self._case(known, service, known.cause.check or None, scene, _AT_LAST)
                case.add(scene, None, revision, at)
                explained |= scene.keys()
        for case in self._cases.values():
            explained |= set(case.known.names(reason.rule for reason in case.known.cause.because))
        for (service, revision), seen in places:
            for name, sighting in seen.items():
                alone = sighting.count - self._claimed[service, revision, name]
                if name not in explained and alone > 0:
                    self._leads.see(sighting.first.entry, alone, sighting.ended)

    def _known_services(self, coverage: Coverage) -> list[Service]:
        """Return the services of the export, also those that say nothing; entries without one count where none has."""
        for name in coverage.services:
            self._services.setdefault(name, Service(name))
        services = sorted(self._services.values(), key=Service.began)
        named = [service for service in services if service.name]
        return named or services or [Service("")]

    def _state(self, service: Service) -> ServiceState:
        packs = [p for p in self._packs if any(fnmatchcase(service.name, pattern) for pattern in p.primary)]
        chain = next((pack.id for pack in packs if pack.chain), "")
        return service.state(primary=bool(packs), chain=chain)

    def _with_causes(self, state: ServiceState) -> ServiceState:
        """Let a cause that was seen at runtime speak where no run decides."""
        if state.verdict != "inconclusive":
            return state
        saying: list[tuple[ServiceVerdict, str]] = [
            (says, case.title)
            for case in self._cases.values()
            if (says := case.known.cause.verdict)
            and case.service == state.service
            and (state.revision in case.revisions or not state.revision)
        ]
        if not saying:
            return state
        verdict, title = min(saying, key=lambda said: _WORST.index(said[0]))
        return msgspec.structs.replace(state, verdict=verdict, why=f"no readiness run, but: {title}")

    def _incidents(self, states: list[ServiceState]) -> list[Incident]:
        by_service = {state.service: state for state in states}
        for case in self._cases.values():
            service = self._services[case.service]
            cause = case.known.cause
            ends = cause.tier in ("crash", "startup", "check") or cause.scope == "probe"
            case.recovered = ends and service.ready_after(case.ended, case.revisions.names())
            case.traced = self._traces.of(case)
        cases = attach(list(self._cases.values()))
        incidents = [case.incident(partial(self._around, case), self._link) for case in cases]
        return rank([*incidents, *self._leads.incidents()], by_service)

    def _around(self, case: Case, services: str) -> Sightings:
        """Return the lines that were said while a case went on: of its own revisions, or of the services of a pattern.

        What a client saw may be of any revision, if no line tells which.
        """
        places = [
            seen
            for (service, revision), seen in self._seen.items()
            if (
                fnmatchcase(service, services)
                if services
                else service == case.service
                and (case.may_be_anywhere or not revision or revision in case.revisions)
            )
        ]
        return {
            name: sighting
            for name, sighting in merged(places).items()
            if sighting.began <= case.ended + AROUND and sighting.ended >= case.began - AROUND
        }


def _first(seen: Sightings) -> Entry:
    return min((sighting.first.entry for sighting in seen.values()), key=lambda entry: entry.turn)


def _told(state: ServiceState, coverage: Coverage) -> ServiceState:
    """Let a service about which the logs are silent say so, where the exporter took its words."""
    if state.verdict != "inconclusive" or not any(gap.kind == "payload_lost" for gap in coverage.gaps):
        return state
    return msgspec.structs.replace(
        state, why="the exporter lost the payloads of these logs, so they cannot tell"
    )


def _check(known: Known, run: Run) -> str | None:
    """Return the check to blame: the cause's own, or the one of the run that it points at."""
    pointed = {
        "@failed": run.failed_checks,
        "@noncritical": run.noncritical_failed,
        "@tolerated": run.tolerated,
    }
    if known.cause.check in pointed:
        return next(iter(pointed[known.cause.check]), None)
    return known.cause.check or None
