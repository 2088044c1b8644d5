"""Reads all that was said around failures whose evidence the first pass dropped."""

from collections import Counter
from collections.abc import Iterable

from triage.failures.instance import Failure
from triage.failures.instances import Instances
from triage.failures.meaning import Meanings
from triage.failures.noise import count_said
from triage.failures.statements import Statement
from triage.models import Observed


class NeighborhoodReader:
    """Entries in the windows around failures to the failures themselves.

    Those of one instance in order of time. ``said`` counts the complaints in the windows by service and
    template.
    """

    def __init__(self, meanings: Meanings) -> None:
        """Begin with nothing seen; ``meanings`` gives what statements mean."""
        self._instances = Instances(meanings)
        self._failures: list[Failure] = []
        self.said: Counter[tuple[str, str]] = Counter()

    def observe(self, observed: Iterable[Observed]) -> None:
        """Take entries."""
        for complete in self._instances.observe(observed):
            self._take(*complete)

    def build(self) -> list[Failure]:
        """Return the failures that were observed."""
        for complete in self._instances.finish():
            self._take(*complete)
        return self._failures

    def _take(self, statements: list[Statement], failures: list[Failure]) -> None:
        count_said(self.said, statements)
        self._failures += failures
