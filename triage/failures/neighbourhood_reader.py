"""Reads all that was said around failures whose evidence the first pass dropped."""

from collections import Counter

from triage.failures.instance import Failure, InstanceFailures
from triage.failures.linking import Recognizer
from triage.failures.noise import count_said
from triage.failures.statements import Statement
from triage.models import Entry, Event, InstanceKey


class NeighbourhoodReader:
    """Entries in the windows around failures to the failures themselves.

    Those of one instance in order of time. ``said`` counts the complaints in the windows by service and
    template.
    """

    def __init__(self, recognize: Recognizer) -> None:
        """Begin with nothing seen; ``recognize`` gives what the packs know of a statement."""
        self._recognize = recognize
        self._instances: dict[InstanceKey, InstanceFailures] = {}
        self._failures: list[Failure] = []
        self.said: Counter[tuple[str, str]] = Counter()

    def observe(self, entry: Entry, event: Event | None) -> None:
        """Take one entry, with what a rule says of it."""
        key = (entry.service, entry.revision, entry.instance)
        instance = self._instances.get(key)
        if instance is None:
            instance = self._instances[key] = InstanceFailures(self._recognize)
        self._take(*instance.observe(entry, event))

    def build(self) -> list[Failure]:
        """Return the failures that were observed."""
        for instance in self._instances.values():
            self._take(*instance.flush())
        self._instances = {}
        return self._failures

    def _take(self, statements: list[Statement], failures: list[Failure]) -> None:
        count_said(self.said, statements)
        self._failures += failures
