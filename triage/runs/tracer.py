"""The timeline from a stream of events, those of one instance in order of time."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from triage.models import Chain, Event, Pack, Passage
from triage.runs.draft import Place
from triage.runs.instance import Instance


class Tracer:
    """Follows every instance until it is let go; memory depends on those and their open runs, not on the number of lines."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Take the chains of the packs, each for the services that it is of."""
        self._chains = [(pattern, pack.chain) for pack in packs if pack.chain for pattern in pack.primary]
        self._instances: dict[Place, Instance] = {}

    def feed(self, event: Event) -> list[Passage]:
        """Read one event and return the runs that are over with it."""
        if not event.run and "environment" not in event.fields:
            return []
        place = Place.of(event.entry)
        instance = self._instances.get(place)
        if instance is None:
            instance = self._instances[place] = Instance(self._chain(place.service))
        return instance.feed(event)

    def let_go(self) -> list[Passage]:
        """Return the runs that are still open where the logs of the instances end, and forget these."""
        instances, self._instances = self._instances, {}
        return [passage for instance in instances.values() for passage in instance.end()]

    def _chain(self, service: str) -> Chain | None:
        """Return the chain of a service; an entry that names no service may be of any, so the first chain serves."""
        return next(
            (chain for pattern, chain in self._chains if not service or fnmatchcase(service, pattern)), None
        )
