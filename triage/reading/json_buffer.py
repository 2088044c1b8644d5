"""Find where JSON values begin and end in a stream, without parsing them."""

import re
import sys
from collections.abc import Iterable, Iterator

from triage.text import lazy_pattern

# Complete strings; opening (1) and closing (2) brackets; the quote of an incomplete string (3).
_TOKEN = lazy_pattern(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|([{\[])|([}\]])|(")', re.DOTALL)
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FLAT = rb'[^"{}\[\]]*+(?:%b[^"{}\[\]]*+)*+' % _TEXT
# What changes no depth: scalars, and objects and lists of scalars. Then opening (1) and closing (2) brackets,
# and the quote of an incomplete string (3).
_STRUCTURE = lazy_pattern(
    rb'(?:[^"{}\[\]]++|%b|\{%b\}|\[%b\])++|((?:[{\[][\s,]*+)++)|([}\]])|(")' % (_TEXT, _FLAT, _FLAT),
    re.DOTALL,
)
_COLON = re.compile(rb"\s*+:")
BLANK = re.compile(rb"(?:[\s,]|\xef\xbb\xbf)*+")
_EMPTY_OBJECTS = re.compile(rb"(?:\{\s*+\}[\s,]*+)++")
_EMPTY_LISTS = re.compile(rb"(?:\[\s*+\][\s,]*+)++")
_BRACKETS = {b"[": re.compile(rb"\[[\[\s,]*+"), b"]": re.compile(rb"\][\]\s,]*+")}
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


def find_value_end(data: bytes, start: int, stop: int = sys.maxsize) -> int:
    """Return the position after the object or list at ``start``, -1 if it does not end.

    The search stops at ``stop`` or the end of the data. Brackets in strings do not count. Whether brackets
    match is not checked; the decoder does that.
    """
    depth = 1
    for token in _STRUCTURE.finditer(data, start + 1, stop):
        kind = token.lastindex
        if kind == 1:
            depth += token[1].count(b"{") + token[1].count(b"[")
        elif kind == 2:
            depth -= 1
            if depth == 0:
                return token.end()
        elif kind == 3:
            return -1
    return -1


def find_keys(data: bytes) -> Iterator[bytes]:
    """Yield the keys of the object that the data is, however deep its values are."""
    depth = 0
    for token in _TOKEN.finditer(data):
        if token.lastindex is None:
            if depth == 1 and _COLON.match(data, token.end()):
                yield token[0][1:-1]
        else:
            depth += 1 if token.lastindex == 1 else -1


class JsonBuffer:
    """The part of a stream that is in memory.

    data: the bytes.
    at: the current position; what precedes it is dropped when the buffer grows.
    ended: whether the stream has ended.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Start at the beginning of the chunks."""
        self._chunks = iter(chunks)
        self.data = b""
        self.at = 0
        self.ended = False

    def __len__(self) -> int:
        """Return the number of bytes from the current position on."""
        return len(self.data) - self.at

    def grow(self, size: int = 1) -> bool:
        """Read at least ``size`` more bytes; return False at the end of the stream."""
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
        """Read until ``size`` bytes are available or the stream ends."""
        if len(self) < size and not self.ended:
            self.grow(size - len(self))

    def skip_to_value(self, separator: re.Pattern[bytes] = BLANK) -> bytes:
        """Skip what separates values; return the byte there, b"" at the end."""
        while True:
            found = separator.match(self.data, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.data):
                return self.data[self.at : self.at + 1]
            if not self.grow():
                return b""

    def skip_empty_objects(self) -> bool:
        """Skip the objects without content from here on; return whether there are any."""
        found = _EMPTY_OBJECTS.match(self.data, self.at)
        self.at = found.end() if found else self.at
        return found is not None

    def skip_brackets(self, bracket: bytes, limit: int = sys.maxsize) -> int:
        """Skip the bracket here and those of its kind that follow it, and return their number.

        Not more than ``limit`` are skipped. Lists without items do not count.
        """
        if bracket == b"[" and (empty := _EMPTY_LISTS.match(self.data, self.at)):
            self.at = empty.end()
            return 0
        found = _BRACKETS[bracket].match(self.data, self.at)
        count = found[0].count(bracket) if found else 0
        if found is None or count > limit:
            for _ in range(limit):
                self.at = self.data.index(bracket, self.at) + 1
            return limit
        self.at = found.end()
        return count

    def find_end(self, limit: int) -> int:
        """Return the position after the object or list here, -1 if it does not end."""
        while (end := find_value_end(self.data, self.at)) < 0:
            if len(self) > limit or not self.grow(len(self)):
                return -1
        return end

    def read_string(self, limit: int) -> bytes | None:
        """Return the string here with its quotes and skip it, None if it does not end."""
        while not (found := _STRING.match(self.data, self.at)):
            if len(self) > limit or not self.grow(len(self)):
                return None
        self.at = found.end()
        return found[0]
