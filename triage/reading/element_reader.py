"""Read JSON objects in lists or one after another, and recover from damage."""

import re
from collections.abc import Iterator

import msgspec

from triage.models import Gap, GapKind, Record, Skipped, Source
from triage.reading.entry_detection import is_entry, load_lenient
from triage.reading.foreign_objects import find_run, find_run_end, make_run_gap
from triage.reading.json_buffer import JsonBuffer, find_value_end
from triage.reading.limits import Limits
from triage.reading.record_filter import ALL_RECORDS, FilteredRecords, RecordFilter
from triage.text import lazy_pattern

_batch = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder(msgspec.Raw)
_BLOCK_BYTES, _BATCH, _TAIL, _TRIES = 128 << 10, 1 << 20, 64 << 10, 3
# How many objects of a file are inspected to find the entry after a broken one: enough for 10,000 broken
# ones.
_SEARCHES = 20_000
_UNCLOSED = 8
#: Between two objects of a list, and before any object that is not the value of a key.
_SEAM = lazy_pattern(rb"\}\s*+,\s*+(?=\{)")
_BEFORE_OBJECT = re.compile(rb'[,\[}\n]\s*+(?=\{\s*+")')
#: A bracket that opens a list of objects or lists, not one in ordinary text.
LIST = re.compile(rb"\[\s*+(?:[{\[\]]|\Z)")
_SCALAR = lazy_pattern(rb'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s,\[\]{}"]++)')
_STRAY = re.compile(rb"(?:(?!\[\s*\{)[^\n])*+")


class ElementReader:
    """Cuts JSON objects out of a buffer.

    In a list a block that ends between two objects is parsed as a whole. If it parses, all cuts in it are
    right, since the text before a position determines what the position means. If it does not, brackets are
    counted object by object. After a broken object reading continues at the next one that is a LogEntry.

    buffer: the text.
    path: the file, for gaps.
    limits: when to stop.
    record_filter: chooses among the entries of a list.
    is_entry_list: whether the list is known to hold LogEntries; only then it is filtered.
    skips_empty: whether objects without content mean nothing in a list that is not known to hold LogEntries.
    position: the number of records read.
    cut: whether the text ended inside an object or a list.
    """

    skips_empty = False

    def __init__(
        self, buffer: JsonBuffer, path: str, limits: Limits, record_filter: RecordFilter = ALL_RECORDS
    ) -> None:
        """Read from a buffer."""
        self.buffer = buffer
        self.path = path
        self.limits = limits
        self.record_filter = record_filter
        self.is_entry_list = False
        self.position = 0
        self.cut = False
        self._slow = 0
        self._searches = _SEARCHES

    def make_record(self, data: bytes) -> Record:
        """Return the next record."""
        self.position += 1
        return Record(data, Source(self.path, self.position))

    def read_list(self) -> Iterator[bytes | Gap | Skipped]:
        """Yield the objects up to the bracket that closes the list just opened.

        In a list of LogEntries those that ``record_filter`` does not keep are counted as Skipped.
        """
        buffer, depth = self.buffer, 1
        while first := buffer.skip_to_value():
            if first == b"{":
                buffer.fill(_BLOCK_BYTES)
                if self.skips_empty and not self.is_entry_list and buffer.skip_empty_objects():
                    continue
                if gap := self.skip_run():
                    yield gap
                    continue
                found = self._read_block()
                if found is None:
                    yield from self.read_object(buffer.find_end(self.limits.record))
                else:
                    yield from self._yield_kept(found)
            elif first == b"[":
                depth += buffer.skip_brackets(b"[")
            elif first == b"]":
                depth -= buffer.skip_brackets(b"]", depth)
                if depth == 0:
                    return
            else:
                yield self.skip_stray(in_list=True)
        if not self.cut:
            self.cut = True
            yield self.make_gap("cut_file", "the list is not closed")

    def _yield_kept(self, filtered: FilteredRecords) -> Iterator[bytes | Skipped]:
        count, kept, skipped = filtered
        if skipped.severities:
            yield skipped
        done = 0
        for index, record in kept:
            self.position += index - done
            yield record
            done = index + 1
        self.position += count - done

    def _read_block(self) -> FilteredRecords | None:
        """Return the objects of the next block, filtered; None if it does not parse."""
        buffer = self.buffer
        if self._slow > 0:
            return None
        buffer.fill(_BLOCK_BYTES)
        for end, separator in self._possible_ends():
            if (found := self._filter_text(buffer.data[buffer.at : end], separator)) is not None:
                buffer.at = end
                return found
        self._slow = min(len(buffer), _BLOCK_BYTES)
        return None

    def _possible_ends(self) -> list[tuple[int, bytes]]:
        """Return where an object may end, the last first, with the separator there."""
        buffer = self.buffer
        stop = buffer.at + _BLOCK_BYTES
        seams = list(_SEAM.finditer(buffer.data, max(buffer.at, stop - _TAIL), stop))[-_TRIES:]
        ends = [(seam.start() + 1, seam[0][1:]) for seam in seams]
        if buffer.ended and stop >= len(buffer.data):
            ends.append((buffer.data.rfind(b"}") + 1, ends[-1][1] if ends else b","))
        return [end for end in reversed(ends) if end[0] > buffer.at]

    def _filter_text(self, text: bytes, separator: bytes) -> FilteredRecords | None:
        """Return the objects of a text, filtered; None if it does not parse."""
        record_filter = self.record_filter if self.is_entry_list else ALL_RECORDS
        if (found := record_filter.filter_list(self.path, text, separator)) is not None:
            return found
        if find_run(text) >= 0:
            return None
        try:
            records = [bytes(record) for record in _batch.decode(b"[%b]" % text)]
        except (msgspec.DecodeError, RecursionError):
            return None
        if not all(record[:1] == b"{" for record in records):
            return None
        indexes, skipped = record_filter.filter_records(self.path, records)
        return len(records), [(index, records[index]) for index in indexes], skipped

    def read_object(self, end: int) -> Iterator[bytes | Gap]:
        """Yield the object at the current position, or the Gap of a broken or cut one.

        end: the position after the object, -1 if it is not in the buffer.
        """
        buffer, before = self.buffer, len(self.buffer)
        record = buffer.data[buffer.at : end] if end > 0 else b""
        if record and _is_json(record):
            buffer.at = end
            yield record
        elif (after := self._next_entry(end if end > 0 else len(buffer.data))) > 0:
            yield self.broken_gap(buffer.data[buffer.at : after])
            buffer.at = after
        elif record:
            buffer.at = end
            yield record
        elif buffer.ended:
            self.cut = True
            buffer.at = len(buffer.data)
            yield self.make_gap("cut_file", "the last record is cut")
        else:
            yield from self._too_large()
        self._slow -= max(before - len(buffer), 0)

    def _too_large(self) -> Iterator[Gap]:
        buffer = self.buffer
        self.position += 1
        yield self.make_gap("too_large", f"a record longer than {self.limits.record:,} bytes")
        while True:
            if (after := self._next_entry(len(buffer.data))) > 0:
                buffer.at = after
                return
            buffer.at = max(len(buffer.data) - _TAIL, buffer.at)
            if not buffer.grow():
                buffer.at = len(buffer.data)
                self.cut = True
                return

    def _next_entry(self, stop: int) -> int:
        """Return where the next whole LogEntry begins before ``stop``, -1 if none does."""
        data, unclosed = self.buffer.data, 0
        for found in _BEFORE_OBJECT.finditer(data, self.buffer.at, stop):
            self._searches -= 1
            if self._searches < 0:
                return -1
            end = find_value_end(data, found.end(), found.end() + _BATCH)
            if end < 0:
                unclosed += 1
                if unclosed == _UNCLOSED:
                    return -1
            elif is_entry(data[found.end() : end]):
                return found.end()
        return -1

    def skip_run(self) -> Gap | None:
        """Skip a run of small objects that are no LogEntries, and return its Gap; None if there is none."""
        buffer = self.buffer
        buffer.fill(_BLOCK_BYTES)
        end, count = find_run_end(buffer.data, buffer.at, buffer.at + _BLOCK_BYTES)
        if count == 0:
            return None
        gap = make_run_gap(buffer.data[buffer.at : end], count, self.path, self.position + 1)
        self._slow -= end - buffer.at
        self.position += count
        buffer.at = end
        return gap

    def skip_stray(self, *, in_list: bool) -> Gap:
        """Skip what is not an object, and return its Gap.

        A value in a list is a broken record. Any other text is not an entry.
        """
        buffer = self.buffer
        buffer.fill(_BATCH)
        scalar = _SCALAR.match(buffer.data, buffer.at)
        if in_list and scalar and load_lenient(b"[%b]" % scalar[0]) is not None:
            buffer.at = scalar.end()
            return self.broken_gap(scalar[0])
        line = _STRAY.match(buffer.data, buffer.at)
        end = line.end() if line else buffer.at
        if (after := self._next_entry(end)) > 0:
            end = after
        text = buffer.data[buffer.at : end]
        buffer.at = max(end, buffer.at + 1)
        return self.make_gap(
            "not_entries", f"text between the entries: {text[:80].decode('utf-8', 'replace')!a}"
        )

    def make_gap(self, kind: GapKind, detail: str) -> Gap:
        """Return a Gap at the current record."""
        return Gap(kind, self.path, detail, self.position or None)

    def broken_gap(self, data: bytes) -> Gap:
        """Return the Gap of a record that is not an object."""
        self.position += 1
        return self.make_gap("broken_record", f"not a JSON object: {data[:80].decode('utf-8', 'replace')!a}")


def _is_json(record: bytes) -> bool:
    try:
        _any.decode(record)
    except RecursionError:
        return True
    except msgspec.DecodeError:
        return load_lenient(record) is not None
    return True
