"""Events counted and sampled: enough to cite them, whatever their number."""

from dataclasses import dataclass, field

from triage.models import Event

#: Events of one kind that are kept to be cited: the first ones, and the first of each check that they name.
_SAMPLES, _CHECKS = 3, 12


@dataclass(slots=True)
class Sighting:
    """All events of one rule at one place: how many, the first few, and when the last.

    ``checks`` counts the checks that they name, of very many those whose names are the smallest; ``heralds`` are the
    first events of each. All of it is the same in whatever order the events come.
    """

    rule: str
    count: int = 0
    ended: int = 0
    checks: dict[str, int] = field(default_factory=dict)
    heralds: dict[str, Event] = field(default_factory=dict)
    earliest: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Count one more event."""
        at, herald = event.entry.timestamp, self.heralds.get(event.check)
        if herald is None or at <= herald.entry.timestamp:
            self._tell(event.check, 1, event)
        else:
            self.checks[event.check] += 1
        if len(self.earliest) < _SAMPLES or at <= self.earliest[-1].entry.timestamp:
            self._keep(event)
        if at > self.ended:  # noqa: PLR1730 - max() takes longer, and this is for every line
            self.ended = at
        self.count += 1

    def absorb(self, other: "Sighting") -> None:
        """Count what was seen at another place, too."""
        for check, herald in other.heralds.items():
            self._tell(check, other.checks[check], herald)
        for event in other.earliest:
            self._keep(event)
        self.ended = max(self.ended, other.ended)
        self.count += other.count

    def _tell(self, check: str, count: int, herald: Event) -> None:
        """Count events that name a check, of which this is the first."""
        known = self.heralds.get(check)
        if known is None:
            self.heralds[check] = herald
            self.checks[check] = count
            if len(self.heralds) > _CHECKS:
                largest = max(self.heralds)
                del self.heralds[largest], self.checks[largest]
            return
        self.checks[check] += count
        if herald.entry.is_before(known.entry):
            self.heralds[check] = herald

    def _keep(self, event: Event) -> None:
        """Put an event among the first, where it belongs."""
        place = len(self.earliest)
        while place and event.entry.is_before(self.earliest[place - 1].entry):
            place -= 1
        self.earliest.insert(place, event)
        del self.earliest[_SAMPLES:]

    @property
    def samples(self) -> list[Event]:
        """Return the first events, and the first of each check that they name."""
        more = [event for event in self.heralds.values() if not any(event is kept for kept in self.earliest)]
        return sorted([*self.earliest, *more], key=lambda event: event.entry.turn)

    @property
    def first(self) -> Event:
        """Return the first event."""
        return self.earliest[0]

    @property
    def began(self) -> int:
        """Return the time of the first event in nanoseconds."""
        return self.earliest[0].entry.timestamp


Sightings = dict[str, Sighting]


def sight(seen: Sightings, event: Event) -> None:
    """Add an event to the sighting of its rule."""
    name = event.name
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
