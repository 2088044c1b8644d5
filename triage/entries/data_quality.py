"""What a file's numbers give reason to doubt: a limit that cut it, payloads that its exporter lost, clocks apart."""

import re
from collections import Counter
from collections.abc import Iterator

from triage.models import Entry, ExportFile, Gap, Skipped
from triage.window import NANOSECONDS, format_timestamp

_DAY = 86_400 * NANOSECONDS
_MANTISSAS = {"1", "2", "25", "3", "5"}
#: Scripts that ask for each severity by itself ask for less than this in all.
_BY_SEVERITY = 10_000
_EMPTY_TEXT = re.compile(rb'"text_?[pP]ayload"\s*:\s*""')


class FileStatistics:
    """The numbers of one file: the times of all entries that were decoded, and what was wrong with those kept.

    ``lost`` counts entries of which the exporter left no payload at all. An entry with an empty text is not among
    them: that the service logged nothing is no fault of the exporter.
    """

    __slots__ = ("entries", "first", "last", "lost", "path", "severities", "uncertain")

    def __init__(self, path: str) -> None:
        """Begin without entries."""
        self.path = path
        self.entries = self.lost = self.uncertain = self.first = self.last = 0
        self.severities: Counter[str] = Counter()

    def observe(self, entry: Entry) -> None:
        """Take the time and the severity of an entry, kept or not."""
        self._extend_range(entry.timestamp, entry.timestamp)
        self.severities[entry.severity if entry.severity_source == "entry" else ""] += 1

    def observe_skipped(self, skipped: Skipped) -> None:
        """Take the times and severities of entries that were not decoded."""
        self._extend_range(skipped.first, skipped.last)
        self.severities.update(skipped.severities)

    def skipped(self, outside: int) -> Skipped:
        """Return the account of entries that were passed by, for ``observe_skipped``; so many of them lie outside the question."""
        return Skipped(self.path, dict(self.severities), self.first, self.last, outside)

    def _extend_range(self, first: int, last: int) -> None:
        if not self.severities:
            self.first, self.last = first, last
        else:
            self.first, self.last = min(self.first, first), max(self.last, last)

    def add(self, entry: Entry) -> None:
        """Count an entry in that is kept."""
        self.entries += 1
        self.uncertain += entry.time_uncertain
        if entry.payload_lost and not _EMPTY_TEXT.search(entry.raw):
            self.lost += 1

    def find_gaps(self, export: ExportFile | None, requested: tuple[int | None, int | None]) -> Iterator[Gap]:
        """Yield a Gap for each doubt about an export, if it was one; ``requested`` is the window that was wanted."""
        records = export.records if export else self.entries
        limit = "" if export and export.queried else self._limit_reason(records, requested)
        if limit:
            yield Gap("limit_suspected", self.path, limit)
        if 2 * self.lost > records:
            detail = f"{self.lost} of {records} entries have no payload: whatever exported them has lost it"
            yield Gap("payload_lost", self.path, detail, count=self.lost)
        if self.uncertain:
            detail = (
                "entries without a time of their own, or with one over an hour from that of their receipt"
            )
            yield Gap("uncertain_time", self.path, detail, count=self.uncertain)

    def _limit_reason(self, records: int, requested: tuple[int | None, int | None]) -> str:
        """Return why the file looks cut by a --limit, "" when it does not.

        gcloud and most scripts take a number of entries, newest first, and say nothing of the others. So a count that
        people use as a limit, reached in less than a day (gcloud's own --freshness), is suspected; so are two
        severities with one such count, as scripts ask for each by itself. A file that reaches over both ends of the
        window asked for lacks nothing in it.
        """
        since, until = requested
        span = self.last - self.first
        covered = since is not None and self.first <= since and (until is None or self.last >= until)
        if span >= _DAY or covered:
            return ""
        seen = f"between {format_timestamp(self.first)} and {format_timestamp(self.last)} ({_format_duration(span)})"
        if is_usual_limit(records):
            return f"exactly {records} entries {seen}: a --limit is likely to have cut others"
        if records > _BY_SEVERITY:
            return ""
        alike = Counter(count for count in self.severities.values() if is_usual_limit(count))
        times, count = max(((times, count) for count, times in alike.items()), default=(0, 0))
        if times > 1:
            return f"exactly {count} entries of {times} severities each {seen}: a limit is likely to have cut others"
        return ""


def is_usual_limit(count: int) -> bool:
    """Tell whether people ask for that many entries: 50, 100, 200, 250, 300, 500, 1000 and so on."""
    return count >= 50 and str(count).rstrip("0") in _MANTISSAS


def _format_duration(nanoseconds: int) -> str:
    seconds = round(nanoseconds / NANOSECONDS)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
