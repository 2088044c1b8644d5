"""Count the responses of the last minutes."""

from collections import Counter

from triage.models import Entry, RevisionResponses
from triage.window import NANOSECONDS

#: The time range in which requests are counted.
MINUTES = 5
_SPAN = MINUTES * 60 * NANOSECONDS
#: Requests that are kept; of more, those that were recorded earliest are dropped. Cloud Logging tails at most
#: 60,000 entries a minute.
_MAX_ANSWERS = MINUTES * 60_000


class RecentRequests:
    """Counts request log entries by status, each entry once."""

    def __init__(self) -> None:
        """Start with none."""
        self._answers: dict[tuple[int, str], tuple[int, str, int | None]] = {}
        self._dropped_until = 0

    def observe(self, entry: Entry) -> None:
        """Record an entry, in any order."""
        if entry.http is None or (entry.log_name and "requests" not in entry.log_name):
            return
        # An entry that was dropped comes again when the journal is read again.
        if entry.timestamp <= self._dropped_until:
            return
        key = (entry.timestamp // 1000, entry.insert_id)
        self._answers[key] = (entry.timestamp, entry.revision, entry.http.status)
        if len(self._answers) > _MAX_ANSWERS:
            del self._answers[next(iter(self._answers))]

    def count_answers(self, now: int) -> list[RevisionResponses]:
        """Return the responses in the minutes before ``now``; older ones are dropped."""
        self._dropped_until = now - _SPAN
        self._answers = {
            key: answer for key, answer in self._answers.items() if answer[0] > self._dropped_until
        }
        counted: dict[str, Counter[str]] = {}
        for timestamp, revision, status in self._answers.values():
            if timestamp <= now:
                counted.setdefault(revision, Counter())[str(status or "no status")] += 1
        return [
            RevisionResponses(revision, dict(sorted(counts.items())))
            for revision, counts in sorted(counted.items(), reverse=True)
        ]
