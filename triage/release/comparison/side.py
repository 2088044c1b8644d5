"""The data of one side of a comparison."""

from functools import cached_property

import msgspec

from triage.models import (
    ErrorPattern,
    Gap,
    Incident,
    RequestCounts,
    RevisionActivity,
    RevisionTraffic,
    Run,
    ServiceState,
    ServiceVerdict,
)
from triage.window import NANOSECONDS, parse_timestamp


class Side(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The logs of one side, complete or of some revisions.

    Attributes:
        name: what the user calls the side.
        verdict: the verdict of the diagnosis.
        states: its services, each with the revisions of the side.
        incidents: the incidents of the diagnosis.
        runs: its runs.
        requests: its request counts.
        errors: its error patterns.
        activities: which revisions logged, when and on how many instances.
        traffic: all its requests by status.
        gaps: what could not be read.
        first: start of the measured time (RFC 3339).
        last: end of the measured time (RFC 3339).

    """

    name: str
    verdict: ServiceVerdict
    states: list[ServiceState] = []
    incidents: list[Incident] = []
    runs: list[Run] = []
    requests: list[RequestCounts] = []
    errors: list[ErrorPattern] = []
    activities: list[RevisionActivity] = []
    traffic: list[RevisionTraffic] = []
    gaps: list[Gap] = []
    first: str | None = None
    last: str | None = None

    @cached_property
    def hours(self) -> float:
        """Return the length of the side in hours."""
        if self.first is None or self.last is None:
            return 0.0
        return max(0, parse_timestamp(self.last) - parse_timestamp(self.first)) / NANOSECONDS / 3600

    @cached_property
    def leading(self) -> ServiceState | None:
        """Return the state of the service that the verdict is about."""
        return min(self.states, key=lambda state: not state.primary, default=None)

    @cached_property
    def services(self) -> set[str]:
        """Return the services that occur in the side."""
        return {state.service for state in self.states} | {activity.service for activity in self.activities}

    def instances(self, service: str) -> int:
        """Return the number of instances of a service that logged."""
        return sum(activity.instances for activity in self.activities if activity.service == service)
