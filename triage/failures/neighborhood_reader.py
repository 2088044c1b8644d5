"""Reads all that was said around failures whose evidence the first pass dropped."""

from collections import Counter
from collections.abc import Iterable, Sequence

from triage.failures.instance import Failure
from triage.failures.instances import Complete, Instances
from triage.failures.meaning import Meanings
from triage.failures.noise import count_said
from triage.models import Neighborhoods, Observed


class NeighborhoodReader:
    """Entries in the windows around failures to the failures themselves.

    The entries come in order of time. An instance is finished behind its last window, so that memory does not
    grow with the failures. ``said`` counts the complaints in the windows by service and template.
    """

    def __init__(self, meanings: Meanings, neighborhoods: Neighborhoods) -> None:
        """Begin with nothing seen; the windows are those of the entries to come."""
        self._instances = Instances(meanings)
        self._ends = {key: windows[-1][1] for key, windows in neighborhoods.windows.items()}
        self.said: Counter[tuple[str, str]] = Counter()

    def observe(self, observed: Sequence[Observed]) -> list[Failure]:
        """Take entries, at least one; return the failures of which nothing more comes."""
        failures = self._take(self._instances.observe(observed))
        now = observed[-1][0].timestamp
        over = [key for key in self._instances if self._ends.get(key, now) < now]
        return failures + self._take(self._instances.finish(over))

    def finish(self) -> list[Failure]:
        """Return the failures that are left when no more entries come."""
        return self._take(self._instances.finish())

    def _take(self, complete: Iterable[Complete]) -> list[Failure]:
        found: list[Failure] = []
        for statements, failures in complete:
            count_said(self.said, statements)
            found += failures
        return found
