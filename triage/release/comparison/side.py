"""What one side of a comparison knows."""

from functools import cached_property

import msgspec

from triage.models import (
    ErrorPattern,
    Gap,
    Incident,
    RequestCounts,
    RevisionActivity,
    Run,
    ServiceState,
    ServiceVerdict,
)
from triage.window import NANOSECONDS, parse_timestamp


class Side(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The logs of one side, whole or of some revisions only.

    ``states`` are those of its services, each with the revisions that belong to the side; ``first`` and ``last``
    (RFC 3339) are the ends of the time that was looked at, which rates are counted by.
    """

    name: str
    verdict: ServiceVerdict
    states: list[ServiceState] = []
    incidents: list[Incident] = []
    runs: list[Run] = []
    requests: list[RequestCounts] = []
    errors: list[ErrorPattern] = []
    activities: list[RevisionActivity] = []
    gaps: list[Gap] = []
    first: str | None = None
    last: str | None = None

    @cached_property
    def hours(self) -> float:
        """Return how long the side is."""
        if self.first is None or self.last is None:
            return 0.0
        return max(0, parse_timestamp(self.last) - parse_timestamp(self.first)) / NANOSECONDS / 3600

    @cached_property
    def leading(self) -> ServiceState | None:
        """Return the state of the service that the verdict is of."""
        return min(self.states, key=lambda state: not state.primary, default=None)

    @cached_property
    def services(self) -> set[str]:
        """Return the services that the side knows something of."""
        return {state.service for state in self.states} | {seen.service for seen in self.activities}

    def instances(self, service: str) -> int:
        """Return how many instances of a service logged something."""
        return sum(seen.instances for seen in self.activities if seen.service == service)
