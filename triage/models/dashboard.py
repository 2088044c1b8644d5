"""What a dashboard shows: the state of its services, and the page that is made of it."""

import msgspec

from triage.models.diagnosis import Incident, ServiceState, ServiceVerdict
from triage.models.request_counts import RequestMinute
from triage.models.run import Timeline
from triage.models.watch import InstanceStatus, SeenInstance, Stream, VerdictChange, Watch


class DashboardState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the watched services, with what led to it.

    Attributes:
        watch: the services, their diagnosis and their instances.
        timeline: their runs and requests.
        regions: the state of each region of the services that run in several, by service.
        locations: a region of each service that an entry names, by service.
        requests: their requests by minute.
        verdict_changes: how their verdicts changed, the newest last.

    """

    watch: Watch
    timeline: Timeline
    regions: dict[str, dict[str, ServiceState]] = {}
    locations: dict[str, str] = {}
    requests: list[RequestMinute] = []
    verdict_changes: list[VerdictChange] = []

    def services(self) -> list[ServiceState]:
        """Return the state of each watched service, then of others whose entries came with theirs."""
        diagnosis, names = self.watch.diagnosis, self.watch.services
        asked = [
            diagnosis.state_of(name) or ServiceState(service=name, verdict="no_data", why="it logged nothing")
            for name in names
        ]
        return asked + [state for state in diagnosis.services if state.service and state.service not in names]

    def instances_of(self, state: ServiceState) -> list["InstanceState"]:
        """Return the instances of a service that logged something lately, the latest first."""
        standings = {(found.service, found.instance): found for found in self.watch.standings}
        return [
            InstanceState(
                seen=seen,
                standing=standings.get((seen.service, seen.instance)),
                has_chain=bool(state.chain),
            )
            for seen in self.watch.seen
            if seen.service == state.service
        ]

    def region_statuses(self, state: ServiceState) -> list["RegionStatus"]:
        """Return the status of a service in each of its regions; one without a name where none is known."""
        instances = self.instances_of(state)
        named = list(state.regions) or [self.locations.get(state.service, "")]
        whys = self.regions.get(state.service, {})
        regions = []
        for name in named:
            here = [found for found in instances if found.seen.location in (name, "") or len(named) < 2]
            regions.append(
                RegionStatus(
                    service=state.service,
                    name=name,
                    verdict=state.regions.get(name, state.verdict),
                    why=whys[name].why if name in whys else state.why,
                    ready=sum(found.is_ready for found in here),
                    instances=sum(not found.has_failed_start for found in here),
                    failed_starts=sum(found.has_failed_start for found in here),
                )
            )
        return regions

    def incidents_of(self, service: str) -> list[Incident]:
        """Return the incidents of a service in order of rank."""
        return [found for found in self.watch.diagnosis.incidents if found.service == service]


class RegionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The status of a service in one region.

    Attributes:
        service: the service.
        name: the region, "" where no entry names it.
        verdict: the verdict there.
        why: the reason, as a sentence.
        ready: number of instances that are ready.
        instances: number of instances that logged something lately and whose start did not fail.
        failed_starts: number of instances whose start failed lately.

    """

    service: str
    name: str
    verdict: ServiceVerdict
    why: str
    ready: int
    instances: int
    failed_starts: int = 0


class InstanceState(msgspec.Struct, frozen=True, kw_only=True):
    """An instance, and its runs as far as they are known.

    Attributes:
        seen: the instance.
        standing: its status, null where no run of it is known.
        has_chain: whether its service has a readiness chain.

    """

    seen: SeenInstance
    standing: InstanceStatus | None
    has_chain: bool

    @property
    def has_failed_start(self) -> bool:
        """Return whether its last run is a start that failed, with which it ended."""
        run = self.standing.run if self.standing else None
        return run is not None and run.kind == "boot" and run.verdict == "not_ready"

    @property
    def is_ready(self) -> bool:
        """Return whether its last decided run was good.

        Without a readiness chain: whether it started well or served requests.
        """
        if self.has_failed_start:
            return False
        if self.standing is not None and self.standing.decided is not None:
            return self.standing.decided.verdict in ("ready", "degraded")
        has_started = self.standing is not None and self.standing.run.verdict == "ready"
        return not self.has_chain and (has_started or self.seen.has_served)


class PageSection(msgspec.Struct, frozen=True):
    """A part of a page that is replaced as a whole.

    Attributes:
        name: id of its element.
        html: the element.

    """

    name: str
    html: str


class DashboardPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, and the same state for machines.

    Attributes:
        version: name of this page, "RUN-NUMBER".
        title: title of the window: the worst verdict first.
        html: the whole page.
        sections: the parts of the page that change.
        news: what changed since the page before, as sentences.
        verdicts: state of each service and region.
        incidents: number of open incidents by service and severity.

    """

    version: str
    title: str
    html: str
    sections: list[PageSection]
    news: list[str] = []
    verdicts: list[RegionStatus] = []
    incidents: dict[str, dict[str, int]] = {}


class StreamStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How current a dashboard is. Times are nanoseconds.

    Attributes:
        now: time of this status.
        read_until: time up to which the logs were read; null before any answer.
        stream: state of the log stream.

    """

    now: int
    read_until: int | None
    stream: Stream
