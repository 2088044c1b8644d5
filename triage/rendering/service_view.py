"""One service on a dashboard, laid out for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from triage.measures import Latency, measure_latencies
from triage.models import (
    DashboardState,
    Evidence,
    Incident,
    InstanceState,
    InstanceStatus,
    Pack,
    Playbook,
    RegionStatus,
    Run,
    ServiceState,
    ServiceVerdict,
)
from triage.models.change import Change
from triage.rendering.chain_graph import ChainNode, build_last_results
from triage.rendering.decisive_line import find_decisive_line
from triage.rendering.first_actions import Action, first_actions
from triage.rendering.incident_view import IncidentView
from triage.rendering.report_view import WORDS, mark_trusted
from triage.rendering.request_chart import RequestChart, draw_requests
from triage.rendering.swimlane import Swimlane, draw_swimlane
from triage.text import pluralize
from triage.window import format_timestamp

_MAX_INCIDENTS, _MAX_OVER, _MAX_CHANGES, _MAX_INSTANCES, _MAX_REVISIONS = 8, 5, 12, 40, 10


@dataclass(frozen=True)
class InstanceRow:
    """A row of the table of instances.

    Attributes:
        found: the instance.
        revision: its revision without the name of the service.
        says: its last step, or how its last run ended.
        last: time of its last line, RFC 3339.

    """

    found: InstanceState
    revision: str
    says: str
    last: str


@dataclass(frozen=True)
class ServiceView:
    """One service of a dashboard.

    Attributes:
        number: position on the page, from 1.
        state: state of the service.
        dashboard: state of all services, masked.
        packs: the packs in use.
        playbooks: the playbooks beside the packs in use, by name.
        numbers: number of each incident by its id, which stays the same from page to page.

    """

    number: int
    state: ServiceState
    dashboard: DashboardState
    packs: Sequence[Pack]
    playbooks: Mapping[str, Playbook]
    numbers: Mapping[str, int]

    @cached_property
    def regions(self) -> list[RegionStatus]:
        """Return the status of each region."""
        return self.dashboard.region_statuses(self.state)

    @property
    def verdict(self) -> ServiceVerdict:
        """Return the verdict that its color shows: one that is ready with an open incident is degraded."""
        has_incident = self.state.verdict == "ready" and self.state.open_incidents
        return "degraded" if has_incident else self.state.verdict

    @property
    def says(self) -> str:
        """Return the verdict in words."""
        incidents = f", {pluralize(self.state.open_incidents, 'open incident')}"
        return WORDS[self.state.verdict] + (incidents if self.verdict != self.state.verdict else "")

    @property
    def ready(self) -> int:
        """Return the number of instances that are ready."""
        return sum(region.ready for region in self.regions)

    @property
    def instances(self) -> int:
        """Return the number of instances that run, as far as their lines say."""
        return sum(region.instances for region in self.regions)

    @property
    def failed_starts(self) -> int:
        """Return the number of instances whose start failed lately."""
        return sum(region.failed_starts for region in self.regions)

    @cached_property
    def incidents(self) -> list[Incident]:
        """Return all incidents, open ones first."""
        found = self.dashboard.incidents_of(self.state.service)
        return sorted(found, key=lambda incident: not incident.is_open)

    @cached_property
    def open_incidents(self) -> list[IncidentView]:
        """Return the open incidents, at most eight."""
        return [self._view(found) for found in self.incidents if found.is_open][:_MAX_INCIDENTS]

    @property
    def omitted(self) -> int:
        """Return the number of open incidents that are left out."""
        return sum(found.is_open for found in self.incidents) - len(self.open_incidents)

    @cached_property
    def other_incidents(self) -> list[Incident]:
        """Return incidents that are over or minor, at most five."""
        return [found for found in self.incidents if not found.is_open][:_MAX_OVER]

    def decisive_line(self, incident: Incident) -> Evidence | None:
        """Return the line that names the cause of an incident, None without evidence."""
        return find_decisive_line(incident, self.packs)

    def actions(self, incident: Incident) -> list[Action]:
        """Return what to do first about an incident, marked as trusted Markdown."""
        return mark_trusted(first_actions(self.dashboard.watch.diagnosis, incident, self.playbooks))

    @cached_property
    def runs(self) -> list[Run]:
        """Return the runs of the service."""
        return [run for run in self.dashboard.timeline.runs if run.service == self.state.service]

    @cached_property
    def chain(self) -> list[ChainNode]:
        """Return each check of the chain with its last result, and its time where that is not the latest."""
        latest = self.chain_at
        return [node._replace(at="") if node.at == latest else node for node in self._last_results]

    @property
    def chain_at(self) -> str:
        """Return the time of the latest result of a check, RFC 3339; "" without one."""
        return max((node.at for node in self._last_results), default="")

    @cached_property
    def _last_results(self) -> list[ChainNode]:
        chain = next((pack.chain for pack in self.packs if pack.id == self.state.chain), None)
        return build_last_results(self.runs, chain)

    @cached_property
    def latencies(self) -> list[Latency]:
        """Return how long boots, validations and checks took."""
        return measure_latencies(self.runs)

    @cached_property
    def charts(self) -> list[RequestChart]:
        """Return the requests of the last hour."""
        own = [found for found in self.dashboard.requests if found.service == self.state.service]
        return draw_requests(own, self.dashboard.watch.at, only_known=bool(self.state.chain))

    @cached_property
    def lanes(self) -> Swimlane | None:
        """Return the drawing of the runs."""
        lines = {line.insert_id: line.message for found in self.incidents for line in found.evidence}
        first = self.incidents[0] if self.incidents else None
        return draw_swimlane(
            self.runs,
            first.scope.runs if first else [],
            lines,
            self.changes[::-1],
            first.change if first else None,
        )

    @cached_property
    def changes(self) -> list[Change]:
        """Return the latest changes, the newest first."""
        names = (self.state.service, None)
        found = [change for change in self.dashboard.watch.diagnosis.changes if change.service in names]
        return found[-_MAX_CHANGES:][::-1]

    @cached_property
    def alive(self) -> list[InstanceState]:
        """Return the instances that logged something lately."""
        return self.dashboard.instances_of(self.state)

    @cached_property
    def rows(self) -> list[InstanceRow]:
        """Return the rows of the instances, at most forty."""
        prefix = f"{self.state.service}-"
        return [
            InstanceRow(
                found,
                found.seen.revision.removeprefix(prefix),
                _stands_at(found.standing) if found.standing else "serving" if found.seen.has_served else "",
                format_timestamp(found.seen.last),
            )
            for found in self.alive[:_MAX_INSTANCES]
        ]

    @property
    def revisions(self) -> list[tuple[str, ServiceVerdict]]:
        """Return the newest revisions with their verdicts, at most ten."""
        return list(self.state.revisions.items())[:_MAX_REVISIONS]

    def _view(self, incident: Incident) -> IncidentView:
        return IncidentView(
            self.numbers[incident.id], incident, self.state, self.dashboard.timeline, self.playbooks
        )


def _stands_at(standing: InstanceStatus) -> str:
    """Return the last step of an instance's run, or how the run ended."""
    run = standing.run
    if not standing.going_on:
        how = "failed" if run.verdict == "not_ready" else "cut" if run.verdict == "unknown" else "passed"
        reason = ", ".join(run.failed_checks) or (run.condition or "").replace("_", " ")
        return f"{run.kind} {how}{f': {reason}' if reason else ''}"
    done = [step for step in run.steps if step.at]
    if not done:
        return f"{run.kind} in progress"
    name = done[-1].check or (done[-1].rule or done[-1].step).rpartition("/")[2].replace("-", " ")
    return f"{run.kind} in progress, after {name}"
