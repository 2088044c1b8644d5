"""Reads all that was said around failures whose evidence the first pass dropped."""

from collections import Counter
from collections.abc import Iterable

from triage.failures.instance import Failure, InstanceFailures
from triage.failures.levels import ERROR
from triage.failures.meaning import Meanings
from triage.failures.noise import count_said
from triage.failures.shared_statements import SharedStatements, instance_of
from triage.failures.statements import Statement
from triage.models import InstanceKey, Observed


class NeighborhoodReader:
    """Entries in the windows around failures to the failures themselves.

    Those of one instance in order of time. ``said`` counts the complaints in the windows by service and
    template.
    """

    def __init__(self, meanings: Meanings) -> None:
        """Begin with nothing seen; ``meanings`` gives what statements mean."""
        self._meanings = meanings
        self._instances: dict[InstanceKey, InstanceFailures] = {}
        self._failures: list[Failure] = []
        self._shared = SharedStatements(meanings)
        self.said: Counter[tuple[str, str]] = Counter()

    def observe(self, observed: Iterable[Observed]) -> None:
        """Take entries."""
        for entry, event, is_output in observed:
            key = (entry.service, entry.revision, entry.instance)
            instance = self._instances.get(key)
            if instance is None:
                instance = self._instances[key] = InstanceFailures(self._meanings, self._shared.near)
                if not entry.instance:
                    self._shared.watch(entry.service, entry.revision, instance.builder)
            if not is_output and entry.level >= ERROR:
                self._shared.add_platform_error(entry, event)
            self._take(key, *instance.observe(entry, event, is_output=is_output))

    def build(self) -> list[Failure]:
        """Return the failures that were observed."""
        for key in sorted(self._instances, key=instance_of):
            self._take(key, *self._instances[key].flush())
        self._instances = {}
        return self._failures

    def _take(self, key: InstanceKey, statements: list[Statement], failures: list[Failure]) -> None:
        if statements and not key[-1]:
            self._shared.add(key[0], key[1], statements)
        count_said(self.said, statements)
        self._failures += failures
