"""Objects that hold lists of LogEntries: dumps grouped by severity, pages of the API, reports of fetch scripts."""

import re
from collections.abc import Iterator

from triage.models import Gap, Record, Skipped
from triage.reading.elements import Elements
from triage.reading.likeness import is_entry
from triage.reading.limits import Limits
from triage.reading.sift import Sift
from triage.reading.window import Window

#: Lists under these keys are logs even when they are empty.
_LISTS = {"entries", "logs", "raw_logs", "logs_by_severity"}
_DEEPEST = 3
_TRIED = 100
_COLON = re.compile(rb"[\s:]*+")
_PLAIN = re.compile(rb"[^\s,\]}]*+")


class Wrapper(Elements):
    """Finds the lists of LogEntries inside an object, however large they are, and reads no other."""

    def __init__(self, window: Window, path: str, limits: Limits, sift: Sift, position: int) -> None:
        """Read the object that opens at the window's place; ``position`` records were read before it."""
        super().__init__(window, path, limits, sift)
        self.position = position
        self.keys: list[str] = []
        self._level = 0

    def records(self, within: str = "") -> Iterator[Record | Gap | Skipped]:
        """Yield the entries of the object's lists; ``keys`` then names the outermost keys that they stand under."""
        window, limit = self.window, self.limits.record
        window.next()
        window.at += 1
        empty = True
        while mark := window.next():
            if mark == b"}":
                window.at += 1
                if empty and within in _LISTS:
                    self.keys.append(within)
                return
            empty = False
            key = window.string(limit) if mark == b'"' else None
            if key is None:
                yield self.broken(window.buffer[window.at :])
                window.at = len(window.buffer)
                return
            outermost = within or key[1:-1].decode("utf-8", "replace")
            first = window.next(_COLON)
            if first == b"[":
                window.at += 1
                yield from self._list(outermost)
            elif first == b"{" and self._level < _DEEPEST:
                self._level += 1
                yield from self.records(outermost)
                self._level -= 1
            else:
                self._pass(first)
        if not self.cut:
            self.cut = True
            yield self.gap("cut_file", "the object around the entries is not closed")

    def _list(self, key: str) -> Iterator[Record | Gap | Skipped]:
        """Yield the list's entries if it is one of LogEntries: one of its first hundred elements is."""
        tried: list[bytes | Gap | Skipped] = []
        self.plain = False
        for item in self.in_list():
            if self.plain:
                yield self._counted(item)
            elif isinstance(item, bytes) and is_entry(item):
                self.plain = True
                yield from map(self._counted, (*tried, item))
            elif len(tried) < _TRIED:
                tried.append(item)
        if self.plain or (not tried and key in _LISTS):
            self.keys.append(key)
        elif self.cut:
            yield self.gap("cut_file", "the object around the entries is cut")

    def _counted(self, item: bytes | Gap | Skipped) -> Record | Gap | Skipped:
        return self.record(item) if isinstance(item, bytes) else item

    def _pass(self, first: bytes) -> None:
        window, limit = self.window, self.limits.record
        if first == b'"':
            passed = window.string(limit) is not None
        elif first == b"{":
            end = window.value(limit)
            passed, window.at = end > 0, max(end, window.at)
        else:
            window.fill(4096)
            found = _PLAIN.match(window.buffer, window.at)
            passed, window.at = found is not None, found.end() if found else window.at
        if not passed:
            window.at = len(window.buffer)
