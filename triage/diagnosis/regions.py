"""What each region of a service did, where a service runs in several."""

from collections.abc import Mapping, Sequence
from copy import deepcopy

import msgspec

from triage.diagnosis.places import Place
from triage.diagnosis.service_tracker import ServiceTracker
from triage.diagnosis.serving import ServiceServing, ServingTracker
from triage.models import (
    FailureGroup,
    Observed,
    RunRecord,
    ServiceState,
    ServiceVerdict,
    Traffic,
)

#: The region that decides the verdict comes first; an inconclusive region does not affect it.
_WORST_FIRST: tuple[ServiceVerdict, ...] = ("not_ready", "degraded", "ready", "inconclusive", "no_data")
_WORDS: dict[ServiceVerdict, str] = {"not_ready": "not ready", "no_data": "without data"}
#: Maximum number of regions per service; Cloud Run has fewer.
_MAX_REGIONS = 100


class RegionTracker:
    """The regions of every service. Entries without a region belong to none.

    While all that is known of a service comes from one region, its own trackers count it. They are copied
    when something else comes, so each method is called before the trackers of the service take the same.
    """

    def __init__(self, services: Mapping[str, ServiceTracker], serving: ServingTracker) -> None:
        """Create a tracker without regions; the trackers are those of the whole services."""
        self._services = services
        self._whole_serving = serving
        self._only: dict[str, str | None] = {}
        self._trackers: dict[str, dict[str, ServiceTracker]] = {}
        self._serving: dict[str, ServingTracker] = {}

    def observe(self, place: Place, observed: Sequence[Observed]) -> None:
        """Record entries of one place."""
        service, revision, location = place
        if self._is_only(service, location):
            return
        if location and (tracker := self._tracker(service, location)) is not None:
            tracker.observe(revision, [entry for entry, _, _ in observed])
            self._serving_of(location).observe(service, revision, observed)

    def add_run(self, run_record: RunRecord) -> None:
        """Record a finished run in the region of its lines."""
        locations = (event.entry.location for event in run_record.events)
        location, service = next(filter(None, locations), ""), run_record.run.service
        if self._is_only(service, location):
            return
        if location and (tracker := self._tracker(service, location)) is not None:
            tracker.add_run(run_record.run)

    def add_traffic(self, traffic: Traffic) -> None:
        """Count requests that were not observed one by one."""
        if self._is_only(traffic.service, traffic.location):
            return
        if traffic.location and (tracker := self._tracker(traffic.service, traffic.location)) is not None:
            tracker.add_revision(traffic.revision)
            self._serving_of(traffic.location).add_traffic(traffic)

    def _is_only(self, service: str, location: str) -> bool:
        """Return whether a region is the only one of a service so far, which the service's trackers count."""
        only = self._only.setdefault(service, location)
        if only == location:
            return True
        if only is not None:
            self._only[service] = None
            if only:
                self._trackers[service] = {only: deepcopy(self._services[service])}
                self._serving_of(only).add_service(service, deepcopy(self._whole_serving.of(service)))
        return False

    def of(self, service: str) -> list[tuple[str, ServiceTracker, ServiceServing]]:
        """Return the regions of a service with what it did there, by name; none where it runs in one only."""
        trackers = self._trackers.get(service, {})
        if len(trackers) < 2:
            return []
        return [
            (location, tracker, self._serving_of(location).of(service))
            for location, tracker in sorted(trackers.items())
        ]

    def _tracker(self, service: str, location: str) -> ServiceTracker | None:
        trackers = self._trackers.setdefault(service, {})
        tracker = trackers.get(location)
        if tracker is None and len(trackers) < _MAX_REGIONS:
            tracker = trackers[location] = ServiceTracker(service)
        return tracker

    def _serving_of(self, location: str) -> ServingTracker:
        serving = self._serving.get(location)
        if serving is None:
            serving = self._serving[location] = ServingTracker()
        return serving


def failures_in(location: str, groups: Sequence[FailureGroup]) -> list[FailureGroup]:
    """Return the failures of a region, each with its revisions and instances there only.

    A failure that names no region, such as a refused deployment, counts for every region.
    """
    return [found for group in groups if (found := _restrict(group, location)) is not None]


def _restrict(group: FailureGroup, location: str) -> FailureGroup | None:
    places = {
        (revision, instance): at
        for (where, revision, instance), at in group.places.items()
        if where in (location, "")
    }
    if not places:
        return None
    revisions: dict[str, int] = {}
    instances: dict[str, int] = {}
    for (revision, instance), at in places.items():
        revisions[revision] = min(at, revisions.get(revision, at))
        if instance:
            instances[instance] = min(at, instances.get(instance, at))
    return msgspec.structs.replace(group, revisions=revisions, instances=instances)


def join_regions(state: ServiceState, regions: dict[str, ServiceState]) -> ServiceState:
    """Return the state of a service from those of its regions: the worst one decides and is named."""
    ordered = sorted(regions.items(), key=lambda item: (_WORST_FIRST.index(item[1].verdict), item[0]))
    location, worst = ordered[0]
    others = [f"{name} is {_WORDS.get(other.verdict, other.verdict)}" for name, other in ordered[1:]]
    said = f"{location} is {_WORDS.get(worst.verdict, worst.verdict)}: {worst.why}"
    return msgspec.structs.replace(
        state,
        verdict=worst.verdict,
        revision=worst.revision or state.revision,
        why="; ".join([said, *others]),
        recovered=all(region.recovered for region in regions.values()),
        regions={name: region.verdict for name, region in sorted(regions.items())},
    )
