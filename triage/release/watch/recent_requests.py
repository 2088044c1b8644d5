"""How requests were answered in the last minutes."""

from collections import Counter

from triage.models import Entry, RevisionResponses
from triage.window import NANOSECONDS

#: How far back requests are counted.
MINUTES = 5
_SPAN = MINUTES * 60 * NANOSECONDS


class RecentRequests:
    """Counts the requests of the request log by their answer, each once, however often it is seen."""

    def __init__(self) -> None:
        """Begin with none."""
        self._answers: dict[tuple[int, str], tuple[int, str, int | None]] = {}

    def observe(self, entry: Entry) -> None:
        """Look at one entry, in any order."""
        if entry.http is None or (entry.log_name and "requests" not in entry.log_name):
            return
        key = (entry.timestamp // 1000, entry.insert_id)
        self._answers[key] = (entry.timestamp, entry.revision, entry.http.status)

    def count_answers(self, now: int) -> list[RevisionResponses]:
        """Return how requests were answered in the minutes before ``now``; what is older is forgotten."""
        self._answers = {key: seen for key, seen in self._answers.items() if seen[0] > now - _SPAN}
        counted: dict[str, Counter[str]] = {}
        for timestamp, revision, status in self._answers.values():
            if timestamp <= now:
                counted.setdefault(revision, Counter())[str(status or "no status")] += 1
        return [
            RevisionResponses(revision, dict(sorted(counts.items())))
            for revision, counts in sorted(counted.items(), reverse=True)
        ]
