"""Suspect lost data from the statistics of a file: limits, payloads, clocks."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from triage.models import Entry, ExportFile, Gap, Skipped
from triage.window import NANOSECONDS, format_timestamp

_DAY = 86_400 * NANOSECONDS
_MANTISSAS = {"1", "2", "25", "3", "5"}
#: Scripts that query each severity by itself fetch fewer entries than this.
_BY_SEVERITY = 10_000
_EMPTY_TEXT = re.compile(rb'"text_?[pP]ayload"\s*:\s*""')


class FileStatistics:
    """The statistics of one file.

    path: the file as the user named it.
    severities: the number of decoded or skipped entries of each severity.
    first: the time of its earliest entry in nanoseconds.
    last: the time of its latest entry in nanoseconds.
    entries: the number of entries that were kept.
    lost: how many of those have no payload at all. An empty text does not count: the service logged nothing.
    uncertain: how many of those have an uncertain time.
    """

    __slots__ = ("entries", "first", "last", "lost", "path", "severities", "uncertain")

    def __init__(self, path: str) -> None:
        """Create the statistics of a file without entries."""
        self.path = path
        self.entries = self.lost = self.uncertain = self.first = self.last = 0
        self.severities: Counter[str] = Counter()

    def observe(self, entries: Sequence[Entry]) -> None:
        """Count the times and the severities of entries, kept or not."""
        times = [entry.timestamp for entry in entries]
        self._extend_range(min(times), max(times))
        self.severities.update(
            [entry.severity if entry.severity_source == "entry" else "" for entry in entries]
        )

    def observe_skipped(self, skipped: Skipped) -> None:
        """Count the times and the severities of entries that were not decoded."""
        self._extend_range(skipped.first, skipped.last)
        self.severities.update(skipped.severities)

    def skipped(self, outside: int) -> Skipped:
        """Return the observed entries as Skipped; ``outside`` of them are out of bounds."""
        return Skipped(self.path, dict(self.severities), self.first, self.last, outside)

    def _extend_range(self, first: int, last: int) -> None:
        if not self.severities:
            self.first, self.last = first, last
        else:
            self.first, self.last = min(self.first, first), max(self.last, last)

    def add(self, entries: Sequence[Entry]) -> None:
        """Count entries that are kept."""
        self.entries += len(entries)
        self.uncertain += sum([entry.time_uncertain for entry in entries])
        lost = [entry for entry in entries if entry.payload_lost]
        self.lost += sum(not _EMPTY_TEXT.search(entry.raw) for entry in lost)

    def find_gaps(self, export: ExportFile | None, requested: tuple[int | None, int | None]) -> Iterator[Gap]:
        """Yield a Gap for each suspected loss of data.

        export: the file, None if it was not read to its end.
        requested: the window that was requested, in nanoseconds.
        """
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
        """Return why a --limit seems to have cut the file, "" if none does.

        gcloud and most scripts take a number of entries, newest first, and do not report the rest. Two
        signs are suspected: a count that people use as a limit, reached in less than a day (gcloud's own
        --freshness), and two severities with one such count, as scripts query each severity by itself. A
        file that covers the requested window lacks nothing in it.
        """
        since, until = requested
        span = self.last - self.first
        covered = since is not None and self.first <= since and (until is None or self.last >= until)
        if span >= _DAY or covered:
            return ""
        bounds = f"{format_timestamp(self.first)} and {format_timestamp(self.last)}"
        seen = f"between {bounds} ({_format_duration(span)})"
        if is_usual_limit(records):
            return f"exactly {records} entries {seen}: a --limit is likely to have cut others"
        if records > _BY_SEVERITY:
            return ""
        repeated = Counter(count for count in self.severities.values() if is_usual_limit(count))
        times, count = max(((times, count) for count, times in repeated.items()), default=(0, 0))
        if times > 1:
            found = f"exactly {count} entries of {times} severities each {seen}"
            return f"{found}: a limit is likely to have cut others"
        return ""


def is_usual_limit(count: int) -> bool:
    """Return whether people use the number as a limit: 50, 100, 200, 250, 500, ..."""
    return count >= 50 and str(count).rstrip("0") in _MANTISSAS


def _format_duration(nanoseconds: int) -> str:
    seconds = round(nanoseconds / NANOSECONDS)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
