"""The timeline of a stream of events."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from triage.models import Event, InstanceKey, Pack, Run, RunRecord
from triage.runs.check_resolver import CheckResolver
from triage.runs.instance import InstanceTracker
from triage.runs.probe import SILENCE
from triage.window import NANOSECONDS, parse_timestamp

#: Nanoseconds of silence after which an instance is asked for runs that nothing continues: as long as the
#: longest silence within a run.
_SILENT = int(SILENCE) * NANOSECONDS
#: Events after which silent instances are looked for.
_SWEEP = 1000


class TimelineBuilder:
    """Tracks the runs of every instance. Events of one instance arrive in order of time.

    Memory depends on the open instances and runs, not on the number of lines.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Use the chains of the packs, each for its services."""
        self._resolvers = [
            (pattern, CheckResolver(pack.chain)) for pack in packs if pack.chain for pattern in pack.primary
        ]
        self._without_chain = CheckResolver(None)
        self._gates = {pack.id: pack.gate for pack in packs}
        self._instances: dict[InstanceKey, InstanceTracker] = {}
        self._active: dict[InstanceKey, InstanceTracker] = {}
        self._observed = 0
        self._latest = 0

    def on_event(self, event: Event) -> list[RunRecord]:
        """Add one event and return the runs that have ended."""
        if not event.run and "environment" not in event.fields:
            return []
        entry = event.entry
        key = (entry.service, entry.revision, entry.instance)
        instance = self._instances.get(key)
        if instance is None:
            instance = self._instances[key] = InstanceTracker(self._resolver(entry.service), self._gates)
        self._active[key] = instance
        self._latest = max(self._latest, entry.timestamp)
        ended = instance.on_event(event)
        self._observed += 1
        if self._observed % _SWEEP == 0:
            ended += self._end_silent(entry.timestamp)
        return ended

    def may_continue(self, run: Run) -> bool:
        """Return whether later lines may belong to a run that was open at the end of its instance's lines."""
        return self._latest - parse_timestamp(run.ended) <= _SILENT

    def _end_silent(self, now: int) -> list[RunRecord]:
        """Return the runs that silence has ended by a time in nanoseconds; no later line belongs to them."""
        ended: list[RunRecord] = []
        for key, instance in [*self._active.items()]:
            if now - instance.last > _SILENT:
                ended += instance.expire(now)
                if not instance.is_open:
                    del self._active[key]
        return ended

    def close_all(self) -> list[RunRecord]:
        """Return the runs that are still open, and forget their instances."""
        instances, self._instances, self._active = self._instances, {}, {}
        return [run_record for instance in instances.values() for run_record in instance.close()]

    def _resolver(self, service: str) -> CheckResolver:
        """Return the chain of a service; the first chain where the entry names no service."""
        for pattern, resolver in self._resolvers:
            if not service or fnmatchcase(service, pattern):
                return resolver
        return self._without_chain
