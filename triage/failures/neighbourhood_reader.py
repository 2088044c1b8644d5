"""Reads all that was said around failures whose evidence the first pass dropped."""

from triage.failures.instance import Failure, InstanceFailures
from triage.failures.linking import Recognizer
from triage.models import Entry, Event, InstanceKey


class NeighbourhoodReader:
    """Entries in the windows around failures to the failures themselves.

    Those of one instance in order of time.
    """

    def __init__(self, recognize: Recognizer) -> None:
        """Begin with nothing seen; ``recognize`` gives what the packs know of a statement."""
        self._recognize = recognize
        self._instances: dict[InstanceKey, InstanceFailures] = {}
        self._failures: list[Failure] = []

    def observe(self, entry: Entry, event: Event | None) -> None:
        """Take one entry, with what a rule says of it."""
        key = (entry.service, entry.revision, entry.instance)
        instance = self._instances.get(key)
        if instance is None:
            instance = self._instances[key] = InstanceFailures(self._recognize)
        self._failures += instance.observe(entry, event)[1]

    def build(self) -> list[Failure]:
        """Return the failures that were observed."""
        for instance in self._instances.values():
            self._failures += instance.flush()[1]
        self._instances = {}
        return self._failures
