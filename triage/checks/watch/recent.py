"""How requests were answered in the last minutes."""

from collections import Counter

from triage.models import Answered, Entry
from triage.window import NANOSECONDS

#: How far back requests are counted.
MINUTES = 5
_SPAN = MINUTES * 60 * NANOSECONDS


class Recent:
    """Counts the requests of the request log by their answer, each once, however often it is seen."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: dict[tuple[int, str], tuple[int, str, int | None]] = {}

    def see(self, entry: Entry) -> None:
        """Look at one entry, in any order."""
        if entry.http is None or (entry.log_name and "requests" not in entry.log_name):
            return
        key = (entry.timestamp // 1000, entry.insert_id)
        self._seen[key] = (entry.timestamp, entry.revision, entry.http.status)

    def answers(self, now: int) -> list[Answered]:
        """Return how requests were answered in the minutes before ``now``; what is older is forgotten."""
        self._seen = {key: seen for key, seen in self._seen.items() if seen[0] > now - _SPAN}
        counted: dict[str, Counter[str]] = {}
        for timestamp, revision, status in self._seen.values():
            if timestamp <= now:
                counted.setdefault(revision, Counter())[str(status or "no status")] += 1
        return [
            Answered(revision, dict(sorted(counts.items())))
            for revision, counts in sorted(counted.items(), reverse=True)
        ]
