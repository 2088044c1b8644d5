"""Events counted and sampled: enough to cite them, whatever their number."""

from collections import Counter
from dataclasses import dataclass, field

from triage.models import Event

#: Events of one kind that are kept to be cited: the first ones, and the first of each check that they name.
_SAMPLES, _CHECKS = 3, 12


@dataclass
class Sighting:
    """All events of one rule at one place: how many, the first few and the last."""

    rule: str
    count: int = 0
    samples: list[Event] = field(default_factory=list)
    last: Event | None = None
    checks: Counter[str] = field(default_factory=Counter)

    def add(self, event: Event) -> None:
        """Count one more event; events arrive in order of time, or nearly."""
        self._keep(event)
        self.count += 1
        self.checks[event.check if event.check in self.checks or len(self.checks) < _CHECKS else ""] += 1

    def absorb(self, other: "Sighting") -> None:
        """Count what was seen at another place, or later, too."""
        for event in other.samples:
            self._keep(event)
        if other.last is not None and other.ended >= self.ended:
            self.last = other.last
        self.count += other.count
        self.checks.update(other.checks)

    def _keep(self, event: Event) -> None:
        if len(self.samples) < _SAMPLES or event.check not in self.checks:
            checks = {sample.check for sample in self.samples}
            if len(self.samples) < _SAMPLES or (event.check not in checks and len(checks) < _CHECKS):
                self.samples.append(event)
        if self.last is None or event.entry.order >= self.last.entry.order:
            self.last = event

    @property
    def first(self) -> Event:
        """Return the first event."""
        return self.samples[0]

    @property
    def began(self) -> int:
        """Return the time of the first event in nanoseconds."""
        return self.samples[0].entry.timestamp

    @property
    def ended(self) -> int:
        """Return the time of the last event in nanoseconds."""
        return self.last.entry.timestamp if self.last else self.began


Sightings = dict[str, Sighting]


def rule_name(event: Event) -> str:
    """Return a rule's name as causes of any pack call it: ``pack/rule``."""
    return f"{event.pack}/{event.rule}"


def sight(seen: Sightings, event: Event) -> None:
    """Add an event to the sighting of its rule."""
    name = rule_name(event)
    sighting = seen.get(name)
    if sighting is None:
        sighting = seen[name] = Sighting(name)
    sighting.add(event)


def gather(events: list[Event]) -> Sightings:
    """Return the sightings of some events by the name of their rule."""
    found: Sightings = {}
    for event in events:
        sight(found, event)
    return found
