"""Read JSON lines, which a Cloud Storage sink and most tools write."""

from collections.abc import Iterator

import msgspec

from triage.models import Gap, Record, Skipped, Source
from triage.reading.entry_detection import load_lenient
from triage.reading.foreign_objects import find_run, find_run_end, make_run_gap
from triage.reading.limits import Limits
from triage.reading.record_filter import ALL_RECORDS, FilteredRecords, RecordFilter
from triage.reading.stream import Stream

_BOM = b"\xef\xbb\xbf"


class LineReader:
    """Reads one JSON object per line.

    Only a line feed ends a line, as strings may hold other line breaks. A line that is too long is skipped
    without being held.

    position: the number of lines read.
    """

    form = "JSON lines"

    def __init__(
        self, stream: Stream, path: str, limits: Limits, record_filter: RecordFilter = ALL_RECORDS
    ) -> None:
        """Read a stream from its beginning."""
        self._stream, self._path, self._limits, self._record_filter = stream, path, limits, record_filter
        self.position = 0

    def records(self) -> Iterator[Record | Gap | Skipped]:
        """Yield the records. The last line is cut if it neither ends nor is JSON."""
        path, longest = self._path, self._limits.record
        rest = b""
        for chunk in self._stream:
            end = chunk.rfind(b"\n")
            if end < 0:
                rest += chunk if len(rest) <= longest else b""
                continue
            text, rest = rest + chunk[:end], chunk[end + 1 :]
            yield from self._read_text(text)
        if rest.lstrip()[:1] == b"{" and len(rest) <= longest and load_lenient(rest) is None:
            yield Gap("cut_file", path, "the last line is cut", self.position + 1)
        else:
            yield from self._line(rest, self.position + 1)

    def _read_text(self, text: bytes) -> Iterator[Record | Gap | Skipped]:
        """Yield the records of whole lines, and a Gap for each run of small objects."""
        filtered = None
        if len(text) <= self._limits.record:
            filtered = self._record_filter.filter_lines(self._path, text)
        while filtered is None and (run := self._find_run(text)):
            start, end, gap = run
            yield from self._read_filtered(self._filter_lines(text[: start - 1])) if start else ()
            yield msgspec.structs.replace(gap, position=self.position + 1)
            self.position += gap.count
            text = text[end:]
            if not text:
                return
        yield from self._read_filtered(filtered or self._filter_lines(text))

    def _find_run(self, text: bytes) -> tuple[int, int, Gap] | None:
        """Return where a run of lines begins and ends that are small objects, with its Gap."""
        start = find_run(text)
        if start < 0 or text[start - 1 : start] not in (b"", b"\n"):
            return None
        end, count = find_run_end(text, start, len(text))
        lines = text.count(b"\n", start, end) + (end == len(text))
        if count == 0 or lines != count or not (end == len(text) or text[end - 1 : end] == b"\n"):
            return None
        return start, end, make_run_gap(text[start:end], count, self._path, 0)

    def _read_filtered(self, filtered: FilteredRecords) -> Iterator[Record | Gap | Skipped]:
        """Yield the records of lines that were filtered."""
        count, kept, skipped = filtered
        if skipped.severities:
            yield skipped
        for index, line in kept:
            yield from self._line(line, self.position + index + 1)
        self.position += count

    def _filter_lines(self, text: bytes) -> FilteredRecords:
        """Return the number of lines, those to keep with their indexes, and the skipped; line by line."""
        lines = text.split(b"\n")
        record_filter = self._record_filter if max(map(len, lines)) <= self._limits.record else ALL_RECORDS
        indexes, skipped = record_filter.filter_records(self._path, lines)
        return len(lines), [(index, lines[index]) for index in indexes], skipped

    def _line(self, line: bytes, position: int) -> Iterator[Record | Gap]:
        """Yield the record or the Gap of a line, nothing for a blank one."""
        text = line.strip().removeprefix(_BOM)
        if not text:
            return
        if len(line) > self._limits.record:
            detail = f"a line longer than {self._limits.record:,} bytes"
            yield Gap("too_large", self._path, detail, position)
        elif text[:1] == b"{":
            yield Record(text, Source(self._path, position))
        else:
            excerpt = text[:80].decode("utf-8", "replace")
            if text.endswith((b"}", b"},", b'"')):
                yield Gap("broken_record", self._path, f"not a JSON object: {excerpt!a}", position)
            else:
                yield Gap("not_entries", self._path, f"text between the entries: {excerpt!a}", position)
