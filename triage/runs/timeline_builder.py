"""The timeline of a stream of events."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from triage.models import Chain, Event, InstanceKey, Pack, RunRecord
from triage.runs.instance import InstanceTracker


class TimelineBuilder:
    """Tracks the runs of every instance. Events of one instance arrive in order of time.

    Memory depends on the open instances and runs, not on the number of lines.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Use the chains of the packs, each for its services."""
        self._chains = [(pattern, pack.chain) for pack in packs if pack.chain for pattern in pack.primary]
        self._gates = {pack.id: pack.gate for pack in packs}
        self._instances: dict[InstanceKey, InstanceTracker] = {}

    def on_event(self, event: Event) -> list[RunRecord]:
        """Add one event and return the runs that it ends."""
        if not event.run and "environment" not in event.fields:
            return []
        entry = event.entry
        key = (entry.service, entry.revision, entry.instance)
        instance = self._instances.get(key)
        if instance is None:
            instance = self._instances[key] = InstanceTracker(self._chain(entry.service), self._gates)
        return instance.on_event(event)

    def close_all(self) -> list[RunRecord]:
        """Return the runs that are still open, and forget their instances."""
        instances, self._instances = self._instances, {}
        return [run_record for instance in instances.values() for run_record in instance.close()]

    def _chain(self, service: str) -> Chain | None:
        """Return the chain of a service; the first chain where the entry names no service."""
        return next(
            (chain for pattern, chain in self._chains if not service or fnmatchcase(service, pattern)), None
        )
