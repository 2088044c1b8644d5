"""Count the responses of the last minutes."""

from collections import Counter

from triage.models import Entry, RevisionResponses
from triage.window import NANOSECONDS

#: The time range in which requests are counted.
MINUTES = 5
_SPAN = MINUTES * 60 * NANOSECONDS


class RecentRequests:
    """Counts request log entries by status, each entry once."""

    def __init__(self) -> None:
        """Start with none."""
        self._answers: dict[tuple[int, str], tuple[int, str, int | None]] = {}

    def observe(self, entry: Entry) -> None:
        """Record an entry, in any order."""
        if entry.http is None or (entry.log_name and "requests" not in entry.log_name):
            return
        key = (entry.timestamp // 1000, entry.insert_id)
        self._answers[key] = (entry.timestamp, entry.revision, entry.http.status)

    def count_answers(self, now: int) -> list[RevisionResponses]:
        """Return the responses in the minutes before ``now``; older ones are dropped."""
        self._answers = {key: answer for key, answer in self._answers.items() if answer[0] > now - _SPAN}
        counted: dict[str, Counter[str]] = {}
        for timestamp, revision, status in self._answers.values():
            if timestamp <= now:
                counted.setdefault(revision, Counter())[str(status or "no status")] += 1
        return [
            RevisionResponses(revision, dict(sorted(counts.items())))
            for revision, counts in sorted(counted.items(), reverse=True)
        ]
