"""Read objects that hold lists of LogEntries: grouped dumps, pages, reports."""

import re
from collections.abc import Iterator

from triage.models import Gap, Record, Skipped
from triage.reading.element_reader import ElementReader
from triage.reading.entry_detection import is_entry
from triage.reading.json_buffer import JsonBuffer
from triage.reading.limits import Limits
from triage.reading.record_filter import RecordFilter

#: Lists under these keys hold logs, even if they are empty.
_LIST_KEYS = {"entries", "logs", "raw_logs", "logs_by_severity"}
#: Under these keys each list has the name of the service whose logs it holds.
_SERVICE_KEYS = {"service_issues", "services", "logs_by_service"}
_MAX_DEPTH = 3
_MAX_UNCLASSIFIED = 100
_COLON = re.compile(rb"[\s:]*+")
_PLAIN = re.compile(rb"[^\s,\]}]*+")


class WrapperReader(ElementReader):
    """Finds the lists of LogEntries inside an object of any size.

    keys: the outermost keys of the lists that were found.
    """

    def __init__(
        self, buffer: JsonBuffer, path: str, limits: Limits, record_filter: RecordFilter, position: int
    ) -> None:
        """Read the object at the current position, after ``position`` records."""
        super().__init__(buffer, path, limits, record_filter)
        self.position = position
        self.keys: list[str] = []
        self._level = 0
        self._service = b""

    def records(self, within: str = "") -> Iterator[Record | Gap | Skipped]:
        """Yield the entries of the object's lists."""
        buffer, limit = self.buffer, self.limits.record
        buffer.skip_to_value()
        buffer.at += 1
        empty = True
        while mark := buffer.skip_to_value():
            if mark == b"}":
                buffer.at += 1
                if empty and within in _LIST_KEYS:
                    self.keys.append(within)
                return
            empty = False
            key = buffer.read_string(limit) if mark == b'"' else None
            if key is None:
                yield self.broken_gap(buffer.data[buffer.at :])
                buffer.at = len(buffer.data)
                return
            outermost = within or key[1:-1].decode("utf-8", "replace")
            first = buffer.skip_to_value(_COLON)
            if first == b"[":
                buffer.at += 1
                self._service = key if within in _SERVICE_KEYS and self._level == 1 else b""
                yield from self._read_list(outermost)
            elif first == b"{" and self._level < _MAX_DEPTH:
                self._level += 1
                yield from self.records(outermost)
                self._level -= 1
            else:
                self._skip_value(first)
        if not self.cut:
            self.cut = True
            yield self.make_gap("cut_file", "the object around the entries is not closed")

    def _read_list(self, key: str) -> Iterator[Record | Gap | Skipped]:
        """Yield the items of a list of logs: its key says so, or one of its items is an entry."""
        unclassified: list[bytes | Gap | Skipped] = []
        beyond = 0
        self.is_entry_list = False
        for item in self.read_list():
            if self.is_entry_list:
                yield self._number(item)
            elif isinstance(item, bytes) and is_entry(item):
                self.is_entry_list = True
                yield from map(self._number, (*unclassified, item))
                if beyond:
                    yield Gap("broken_record", self.path, "records before the first log entry", count=beyond)
            elif len(unclassified) < _MAX_UNCLASSIFIED:
                unclassified.append(item)
            else:
                beyond += item.count if isinstance(item, Gap) else 1
        if self.is_entry_list or (not unclassified and key in _LIST_KEYS):
            self.keys.append(key)
        elif key in _LIST_KEYS:
            yield from map(self._number, unclassified)
            if beyond:
                yield Gap("broken_record", self.path, "more records that are no log entries", count=beyond)
        elif self.cut:
            yield self.make_gap("cut_file", "the object around the entries is cut")

    def _number(self, item: bytes | Gap | Skipped) -> Record | Gap | Skipped:
        if not isinstance(item, bytes):
            return item
        if self._service and item[:1] == b"{":  # a service that the entry itself names comes later and wins
            item = b'{"service":' + self._service + b"," + item[1:]
        return self.make_record(item)

    def _skip_value(self, first: bytes) -> None:
        buffer, limit = self.buffer, self.limits.record
        if first == b'"':
            passed = buffer.read_string(limit) is not None
        elif first == b"{":
            end = buffer.find_end(limit)
            passed, buffer.at = end > 0, max(end, buffer.at)
        else:
            buffer.fill(4096)
            found = _PLAIN.match(buffer.data, buffer.at)
            passed, buffer.at = found is not None, found.end() if found else buffer.at
        if not passed:
            buffer.at = len(buffer.data)
