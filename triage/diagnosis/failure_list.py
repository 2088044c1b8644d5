"""The incidents of failures: those that no other incident explains, with the services that passed them on."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from triage.diagnosis.evidence_list import Link
from triage.diagnosis.failure_causes import FailureCauses
from triage.diagnosis.failure_incidents import build_incident, is_refusal, refuses_all
from triage.diagnosis.failure_parents import find_parent, find_wrappers
from triage.diagnosis.incident_builder import IncidentBuilder
from triage.diagnosis.onsets import is_refused, onset_of
from triage.diagnosis.passed_on import PassedOn, follow_requests
from triage.diagnosis.regions import RegionTracker, failures_in
from triage.diagnosis.service_tracker import ServiceTracker
from triage.diagnosis.serving import ServiceServing, ServingTracker
from triage.diagnosis.serving_verdict import is_recovered
from triage.models import AffectedService, FailureGroup, Incident
from triage.models.change import Onset
from triage.text import path_template

#: Refused requests on a path that never succeeded which are no incident: scanners send them.
_FEW = 2
#: Such paths from which on a scanner looks for what it knows, and no client has a wrong address.
_MANY_PATHS = 5
_NOT_FOUND = 404
#: Scripts of a server, which a service has or has not.
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jspx?|cgi|pl)$", re.IGNORECASE)
#: How the platform ends an attempt of a task before it can clean up.
_KILLED = frozenset({"memory", "terminated", "signal"})


class FailureList:
    """Turns groups of failures into incidents, with what the services did meanwhile."""

    def __init__(
        self,
        causes: FailureCauses,
        serving: ServingTracker,
        regions: RegionTracker,
        services: Mapping[str, ServiceTracker],
        link: Link,
    ) -> None:
        """Take what is known of the services; ``link`` returns the Logs Explorer link of an event."""
        self._causes = causes
        self._serving = serving
        self._regions = regions
        self._services = services
        self._link = link
        self._incident_ids: dict[int, str] = {}
        self._passed_on = PassedOn({}, {}, {})
        self.onsets: list[Onset] = []

    def build(self, failures: Sequence[FailureGroup], builders: list[IncidentBuilder]) -> list[Incident]:
        """Return the incidents of failures that no other one explains; what one explains is its symptom.

        ``builders`` that only say that a start failed become symptoms of the failures that say why, and leave
        the list.
        """
        wrapped = self._take_wrapped(failures, builders)
        incidents = []
        self.onsets = []
        self._incident_ids = {}
        self._passed_on = follow_requests(failures)
        for index, group in enumerate(failures):
            parent = find_parent(group, builders)
            if parent is not None:
                parent.failures.append(group)
                self._incident_ids[index] = parent.id
                continue
            if index in self._passed_on.roots:
                continue
            serving, service = self._serving.of(group.service), self._services[group.service]
            recovered = self._is_recovered(group, serving, service)
            incident = build_incident(group, self._causes, serving, self._link, recovered=recovered)
            headlines = [builder.headline() for builder in wrapped.get(index, ())]
            incident = msgspec.structs.replace(incident, symptoms=[*incident.symptoms, *headlines])
            incidents.append(incident)
            self._incident_ids[index] = incident.id
            self.onsets.append(onset_of(incident, [group]))
        return incidents

    def _take_wrapped(
        self, failures: Sequence[FailureGroup], builders: list[IncidentBuilder]
    ) -> dict[int, list[IncidentBuilder]]:
        """Take the incidents that only say that a start failed, by the index of the failures that say why."""
        wrapped: dict[int, list[IncidentBuilder]] = {}
        for index, group in enumerate(failures):
            found = find_wrappers(group, builders, self._causes.is_symptom)
            if found:
                wrapped[index] = found
                builders[:] = [builder for builder in builders if builder not in found]
        return wrapped

    def incidents_behind(self, failures: Sequence[FailureGroup]) -> set[str]:
        """Return the ids of the incidents that come behind others.

        Of deployments that were refused, and so changed nothing; and of attempts of tasks before which the
        platform had killed one, which left its locks and half of its output behind.
        """
        refused = {onset.incident for onset in self.onsets if is_refused(onset)}
        return refused | {
            name
            for index, name in self._incident_ids.items()
            if any(_was_killed_before(failures[index], other) for other in failures)
        }

    def add_affected(self, incident: Incident) -> Incident:
        """Return an incident with the services that passed it on, and what they returned."""
        indexes = [index for index, name in self._incident_ids.items() if name == incident.id]
        requests: Counter[str] = Counter()
        for index in indexes:
            for found in self._passed_on.affected.get(index, ()):
                requests[found.service] += found.requests
        symptoms = [text for index in indexes for text in self._passed_on.symptoms.get(index, ())]
        return msgspec.structs.replace(
            incident,
            affected=[AffectedService(*found) for found in requests.most_common()],
            symptoms=[*incident.symptoms, *symptoms],
        )

    def is_ordinary_refusal(self, group: FailureGroup) -> bool:
        """Return whether requests were refused as those of users and scanners are.

        Now and then on a path that mostly succeeds, once or twice on one that never does, or on many such
        paths. A refusal that the platform explains is never ordinary, nor is one of all requests from a time
        on.
        """
        if not is_refusal(group) or (group.known is not None and not group.known.is_symptom):
            return False
        serving = self._serving.of(group.service)
        if refuses_all(group, serving):
            return False
        names = {path_template(path) for path, _ in group.paths} & serving.paths.keys()
        succeeded = sum(serving.paths[name].succeeded for name in names)
        is_said = group.samples[0].statement is not None
        if succeeded:
            is_rare = group.count <= succeeded if is_said else group.count < succeeded
            return is_rare and (is_said or _serves_meanwhile(group, serving))
        count = group.count if is_said else max(group.paths.values(), default=0)
        return count <= _FEW or _is_scan(group, serving) or _asks_for_scripts(group, serving)

    def _is_recovered(self, group: FailureGroup, serving: ServiceServing, service: ServiceTracker) -> bool:
        """Return whether what failed succeeded afterwards, in every region in which it failed."""
        regions = [
            is_recovered(found, serving_there, tracker.newest_first())
            for location, tracker, serving_there in self._regions.of(group.service)
            for found in failures_in(location, [group])
        ]
        return all(regions) if regions else is_recovered(group, serving, service.newest_first())


def _was_killed_before(group: FailureGroup, killed: FailureGroup) -> bool:
    """Return whether each task that failed had been killed by the platform before."""
    return (
        not _KILLED.isdisjoint(killed.kinds)
        and killed.service == group.service
        and bool(group.tasks)
        and all(killed.tasks.get(task, group.first) < group.first for task in group.tasks)
    )


def _serves_meanwhile(group: FailureGroup, serving: ServiceServing) -> bool:
    """Return whether each revision that refused requests answered others after the first of them."""
    return all(
        name in serving.revisions and serving.revisions[name].served_at > at
        for name, at in group.revisions.items()
    )


def _asks_for_scripts(group: FailureGroup, serving: ServiceServing) -> bool:
    """Return whether nothing but scripts was not found, at a service that serves and has none."""
    served = [name for name, path in serving.paths.items() if path.succeeded]
    missing = all(status == _NOT_FOUND and _SCRIPT.search(path) for path, status in group.paths)
    return bool(served) and missing and not any(map(_SCRIPT.search, served))


def _is_scan(group: FailureGroup, serving: ServiceServing) -> bool:
    """Return whether a service that serves is asked for many paths that it never had, no one mostly."""
    missing = [path.refused for path in serving.paths.values() if path.refused and not path.succeeded]
    serves = any(path.succeeded for path in serving.paths.values())
    by_path = max(group.paths.values(), default=0)
    return serves and len(missing) >= _MANY_PATHS and 2 * by_path <= sum(missing)
