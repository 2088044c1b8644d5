"""A window on a stream of JSON: where values begin and end, without reading them."""

import re
import sys
from collections.abc import Iterable

# Strings that end; what opens (1) and closes (2); a quote whose string does not end (3).
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|([{\[])|([}\]])|(")', re.DOTALL)
BLANK = re.compile(rb"(?:[\s,]|\xef\xbb\xbf)*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


def find_value_end(data: bytes, start: int, stop: int = sys.maxsize) -> int:
    """Return where the value that opens at ``start`` is over, -1 when it is not before ``stop`` or the buffer's end.

    Brackets in strings do not count; that each closes what it should is not looked at, as the decoder does.
    """
    depth = 0
    for token in _TOKEN.finditer(data, start, stop):
        kind = token.lastindex
        if kind == 1:
            depth += 1
        elif kind == 2:
            depth -= 1
            if depth == 0:
                return token.end()
        elif kind == 3:
            return -1
    return -1


class JsonBuffer:
    """What is in sight of a stream: ``data`` from ``at`` on. It grows at its end and forgets what lies before ``at``."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Look at the beginning of the chunks."""
        self._chunks = iter(chunks)
        self.data = b""
        self.at = 0
        self.ended = False

    def __len__(self) -> int:
        """Return the number of bytes in sight."""
        return len(self.data) - self.at

    def grow(self, size: int = 1) -> bool:
        """Take in at least ``size`` more bytes; return False when there are none."""
        parts = [self.data[self.at :]]
        taken = 0
        while taken < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
                break
            parts.append(chunk)
            taken += len(chunk)
        if taken:
            self.data, self.at = b"".join(parts), 0
        return taken > 0

    def fill(self, size: int) -> None:
        """Take in until ``size`` bytes are in sight or the stream ends."""
        if len(self) < size and not self.ended:
            self.grow(size - len(self))

    def skip_to_value(self, separator: re.Pattern[bytes] = BLANK) -> bytes:
        """Go over what may stand between values; return the byte there, b"" at the end of the stream."""
        while True:
            found = separator.match(self.data, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.data):
                return self.data[self.at : self.at + 1]
            if not self.grow():
                return b""

    def find_end(self, limit: int) -> int:
        """Return where the object or list at ``at`` is over, -1 when it is not within ``limit`` bytes or the stream."""
        while (end := find_value_end(self.data, self.at)) < 0:
            if len(self) > limit or not self.grow(len(self)):
                return -1
        return end

    def read_string(self, limit: int) -> bytes | None:
        """Return the string at ``at``, quotes included, and go past it; None when it does not end."""
        while not (found := _STRING.match(self.data, self.at)):
            if len(self) > limit or not self.grow(len(self)):
                return None
        self.at = found.end()
        return found[0]
