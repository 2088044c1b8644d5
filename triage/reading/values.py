"""A text of JSON values: one list or several, objects one after another, wrappers, and what stands around them."""

from collections.abc import Iterable, Iterator

from triage.models import Gap, Record, Skipped
from triage.reading.elements import LIST, Elements
from triage.reading.likeness import is_entry
from triage.reading.limits import Limits
from triage.reading.sift import Sift
from triage.reading.stream import Stream
from triage.reading.window import Window
from triage.reading.wrapper import Wrapper


class Values(Elements):
    """Reads every LogEntry of a JSON text."""

    def __init__(self, stream: Stream, path: str, limits: Limits, sift: Sift) -> None:
        """Read the stream from its beginning."""
        super().__init__(Window(stream), path, limits, sift)
        self.form = "JSON"

    def records(self) -> Iterator[Record | Gap | Skipped]:
        """Yield the entries; ``form`` then says what they were wrapped in."""
        window = self.window
        while first := window.next():
            window.fill(4096)
            if first == b"{":
                end = window.value(self.limits.record)
                if end < 0 and not window.ended:
                    yield from self._wrapper(window)
                else:
                    self._is("JSON object" if self.position == 0 else "JSON objects")
                    yield from self._judged(self.one(end))
            elif LIST.match(window.buffer, window.at):
                self._is("JSON array")
                window.at += 1
                yield from self._judged(self.in_list())
            elif first == b"]":
                window.at += 1
            else:
                yield self.stray(in_list=False)

    def _is(self, form: str) -> None:
        if self.form in ("JSON", "JSON object"):
            self.form = form

    def _judged(self, items: Iterable[bytes | Gap | Skipped]) -> Iterator[Record | Gap | Skipped]:
        """Yield the records, and out of an object that is no LogEntry those that it holds; one LogEntry ends the doubt."""
        for item in items:
            if isinstance(item, Gap | Skipped):
                yield item
            elif self.plain:
                yield self.record(item)
            elif is_entry(item):
                self.plain = True
                yield self.record(item)
            else:
                yield from self._wrapper(Window([item]), item)

    def _wrapper(self, window: Window, whole: bytes = b"") -> Iterator[Record | Gap | Skipped]:
        """Yield the records of a wrapper; a ``whole`` object without any list of LogEntries is a record that is none."""
        wrapper = Wrapper(window, self.path, self.limits, self.sift, self.position)
        found = wrapper.records()
        if whole:
            found = iter(list(found))
            if not wrapper.keys:
                if whole.strip(b"{} \t\r\n"):  # the API answers {} when it has no entries
                    yield self.record(whole)
                return
        yield from found
        self.position, self.cut = wrapper.position, self.cut or wrapper.cut
        if wrapper.keys:
            self.form = f"object of {', '.join(dict.fromkeys(wrapper.keys))}"
        else:
            yield self.gap("not_entries", "an object without a list of log entries")
