"""Find small objects that are certainly no LogEntries, many at a time.

Broken exports hold long runs of them. Taken one by one, each would cost as much as a LogEntry.
"""

import re

from triage.models import Gap
from triage.text import lazy_pattern

#: Objects without inner objects and lists. A string with a brace or an escape ends the run.
_EMPTY = re.compile(rb"(?:\{\s*+\}[\s,]*+)++")
_FLAT = lazy_pattern(rb'(?:\{[^{}\[\]"\\]*+(?:"[^"\\{}]*+"[^{}\[\]"\\]*+)*+\}[\s,]*+)++')
_BLANK = re.compile(rb"[\s,]*+")
#: Every LogEntry has a key that holds one of these, in whatever style it is written.
_KEY_PARTS = (b"stamp", b"payload", b"insert", b"log", b"http")
#: A run begins with so many objects of at most 40 bytes; fewer or larger ones are read one by one.
_MIN_COUNT = 100
_WINDOW = 42 * _MIN_COUNT
_RUN = re.compile(rb"(?:\{[^{}\[\]]{0,38}+\}[\s,]*+){%d}" % _MIN_COUNT)


def find_run(data: bytes) -> int:
    """Return where a run of small objects begins, -1 if none does."""
    found = _RUN.search(data)
    return found.start() if found else -1


def find_run_end(data: bytes, start: int, stop: int) -> tuple[int, int]:
    """Return where the run of objects at ``start`` ends that are no LogEntries, and their number.

    Between two of them there are only space and commas. (start, 0) if no run begins there.
    """
    begins = _find_end(data, start, min(start + _WINDOW, stop))[1] >= _MIN_COUNT
    return _find_end(data, start, stop) if begins else (start, 0)


def _find_end(data: bytes, start: int, stop: int) -> tuple[int, int]:
    found = _EMPTY.match(data, start, stop) or _FLAT.match(data, start, stop)
    if found is None:
        return start, 0
    end = found.end()
    text = data[start:end].lower()
    first_key = min((at for part in _KEY_PARTS if (at := text.find(part)) >= 0), default=-1)
    if first_key >= 0:
        end = start + text.rfind(b"}", 0, first_key) + 1
        blank = _BLANK.match(data, end, stop)
        end = blank.end() if blank and end > start else start
    return end, data.count(b"{", start, end)


def make_run_gap(text: bytes, count: int, path: str, position: int) -> Gap:
    """Return the Gap of a run of ``count`` objects, of which the first has a position."""
    start = ascii(text[:80].decode("utf-8", "replace"))
    return Gap("broken_record", path, f"{count:,} objects that are no log entries: {start}", position, count)
