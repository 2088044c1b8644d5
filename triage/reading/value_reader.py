"""Read a text of JSON values: lists, objects, wrappers, and text around them."""

from collections.abc import Iterable, Iterator

from triage.models import Gap, Record, Skipped
from triage.reading.element_reader import LIST, ElementReader
from triage.reading.entry_detection import is_entry
from triage.reading.json_buffer import JsonBuffer
from triage.reading.limits import Limits
from triage.reading.record_filter import RecordFilter
from triage.reading.stream import Stream
from triage.reading.wrapper_reader import WrapperReader


class ValueReader(ElementReader):
    """Reads every LogEntry of a JSON text."""

    skips_empty = True

    def __init__(self, stream: Stream, path: str, limits: Limits, record_filter: RecordFilter) -> None:
        """Read a stream from its beginning."""
        super().__init__(JsonBuffer(stream), path, limits, record_filter)
        self.form = "JSON"

    def records(self) -> Iterator[Record | Gap | Skipped]:
        """Yield the entries; then ``form`` names the format."""
        buffer = self.buffer
        while first := buffer.skip_to_value():
            buffer.fill(4096)
            if first == b"{" and not self.is_entry_list and buffer.skip_empty_objects():
                self._set_form("JSON object" if self.position == 0 else "JSON objects")
            elif first == b"{" and (gap := self.skip_run()):
                self._set_form("JSON objects")
                yield gap
            elif first == b"{":
                end = buffer.find_end(self.limits.record)
                if end < 0 and not buffer.ended:
                    yield from self._read_wrapper(buffer)
                else:
                    self._set_form("JSON object" if self.position == 0 else "JSON objects")
                    yield from self._yield_records(self.read_object(end))
            elif LIST.match(buffer.data, buffer.at):
                self._set_form("JSON array")
                buffer.at += 1
                yield from self._yield_records(self.read_list())
            elif first == b"]":
                buffer.skip_brackets(b"]")
            else:
                yield self.skip_stray(in_list=False)

    def _set_form(self, form: str) -> None:
        if self.form in ("JSON", "JSON object"):
            self.form = form

    def _yield_records(self, items: Iterable[bytes | Gap | Skipped]) -> Iterator[Record | Gap | Skipped]:
        """Yield the records, and the entries inside of objects that are no LogEntry.

        After the first LogEntry every object counts as one.
        """
        for item in items:
            if isinstance(item, Gap | Skipped):
                yield item
            elif self.is_entry_list:
                yield self.make_record(item)
            elif is_entry(item):
                self.is_entry_list = True
                yield self.make_record(item)
            else:
                yield from self._read_wrapper(JsonBuffer([item]), item)

    def _read_wrapper(self, buffer: JsonBuffer, whole: bytes = b"") -> Iterator[Record | Gap | Skipped]:
        """Yield the records of a wrapper.

        A ``whole`` object without any list of LogEntries is a record itself.
        """
        wrapper = WrapperReader(buffer, self.path, self.limits, self.record_filter, self.position)
        found = wrapper.records()
        if whole:
            found = iter(list(found))
            if not wrapper.keys:
                if whole.strip(b"{} \t\r\n"):  # the API answers {} when it has no entries
                    yield self.make_record(whole)
                return
        yield from found
        self.position, self.cut = wrapper.position, self.cut or wrapper.cut
        if wrapper.keys:
            self.form = f"object of {', '.join(dict.fromkeys(wrapper.keys))}"
        else:
            yield self.make_gap("not_entries", "an object without a list of log entries")
