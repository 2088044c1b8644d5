"""Read JSON lines, which a Cloud Storage sink and most tools write."""

from collections.abc import Iterator

from triage.models import Gap, Record, Skipped, Source
from triage.reading.entry_detection import load_lenient
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
            count, kept, skipped = self._filter_text(text)
            if skipped.severities:
                yield skipped
            for index, line in kept:
                yield from self._line(line, self.position + index + 1)
            self.position += count
        if rest.lstrip()[:1] == b"{" and len(rest) <= longest and load_lenient(rest) is None:
            yield Gap("cut_file", path, "the last line is cut", self.position + 1)
        else:
            yield from self._line(rest, self.position + 1)

    def _filter_text(self, text: bytes) -> FilteredRecords:
        """Return the number of lines, those to keep with their indexes, and the skipped."""
        longest = self._limits.record
        if len(text) <= longest and (filtered := self._record_filter.filter_lines(self._path, text)):
            return filtered
        lines = text.split(b"\n")
        record_filter = self._record_filter if max(map(len, lines)) <= longest else ALL_RECORDS
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
