"""Objects in lists, one after another or alone: what gcloud prints, what the console downloads, what people merge."""

import re
from collections.abc import Iterator

import msgspec

from triage.models import Gap, GapKind, Record, Skipped, Source
from triage.reading.likeness import is_entry, loaded
from triage.reading.limits import Limits
from triage.reading.sift import Sift, Sifted, everything
from triage.reading.window import Window, closing

_batch = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder(msgspec.Raw)
_PIECES, _BATCH, _TAIL, _TRIES = 128 << 10, 1 << 20, 64 << 10, 3
# How many objects of a file are looked at to find the next entry after a broken one: enough for 10,000 broken ones.
_SEARCHES = 20_000
_UNCLOSED = 8
#: Between two objects of a list, and before any object that is not the value of a key.
_SEAM = re.compile(rb"\}\s*+,\s*+(?=\{)")
_BEFORE_OBJECT = re.compile(rb'[,\[}\n]\s*+(?=\{\s*+")')
#: A bracket that opens a list of objects or lists, not one of ordinary text.
LIST = re.compile(rb"\[\s*+(?:[{\[\]]|\Z)")
_SCALAR = re.compile(rb'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s,\[\]{}"]++)')
_STRAY = re.compile(rb"(?:(?!\[\s*\{)[^\n])*+")


class Elements:
    """Cuts objects out of a window on JSON text.

    Inside a list a piece that ends between two objects is tried as a whole: when it parses, all its cuts are true,
    as what stands before a position decides what the position means. Only where it does not parse, brackets are
    counted, object by object; and where an object is broken, reading goes on at the next one that is a LogEntry.
    """

    def __init__(self, window: Window, path: str, limits: Limits, sift: Sift = everything) -> None:
        """Cut what ``window`` shows; ``path`` is for the gaps, ``sift`` chooses among the entries of a list."""
        self.window = window
        self.path = path
        self.limits = limits
        self.sift = sift
        self.plain = False
        self.position = 0
        self.cut = False
        self._slow = 0
        self._searches = _SEARCHES

    def record(self, data: bytes) -> Record:
        """Return the next record."""
        self.position += 1
        return Record(data, Source(self.path, self.position))

    def in_list(self) -> Iterator[bytes | Gap | Skipped]:
        """Yield the objects up to the bracket that closes the list whose opening was just passed.

        Once ``plain``, as the list is known to be one of LogEntries, those that ``sift`` does not choose are only counted.
        """
        window, depth = self.window, 1
        while first := window.next():
            if first == b"{":
                found = self._objects()
                if found is None:
                    yield from self.one(window.value(self.limits.record))
                else:
                    yield from self._given(found)
            elif first == b"[":
                depth, window.at = depth + 1, window.at + 1
            elif first == b"]":
                depth, window.at = depth - 1, window.at + 1
                if depth == 0:
                    return
            else:
                yield self.stray(in_list=True)
        if not self.cut:
            self.cut = True
            yield self.gap("cut_file", "the list is not closed")

    def _given(self, sifted: Sifted) -> Iterator[bytes | Skipped]:
        count, chosen, skipped = sifted
        if skipped.severities:
            yield skipped
        done = 0
        for place, piece in chosen:
            self.position += place - done
            yield piece
            done = place + 1
        self.position += count - done

    def _objects(self) -> Sifted | None:
        """Return what of all objects up to a seam far ahead is to be given, None when that piece cannot be read as a whole."""
        window = self.window
        if self._slow > 0:
            return None
        window.fill(_PIECES)
        for end, between in self._ends():
            if (found := self._sifted(window.buffer[window.at : end], between)) is not None:
                window.at = end
                return found
        self._slow = min(len(window), _PIECES)
        return None

    def _ends(self) -> list[tuple[int, bytes]]:
        """Return where an object in sight may end, the farthest first, and what seems to stand between two of them."""
        window = self.window
        stop = window.at + _PIECES
        seams = list(_SEAM.finditer(window.buffer, max(window.at, stop - _TAIL), stop))[-_TRIES:]
        ends = [(seam.start() + 1, seam[0][1:]) for seam in seams]
        if window.ended and stop >= len(window.buffer):
            ends.append((window.buffer.rfind(b"}") + 1, ends[-1][1] if ends else b","))
        return [end for end in reversed(ends) if end[0] > window.at]

    def _sifted(self, text: bytes, between: bytes) -> Sifted | None:
        """Return what of some objects is to be given, None where the text is not one of objects."""
        sift = self.sift if self.plain else everything
        if (found := sift.listed(self.path, text, between)) is not None:
            return found
        try:
            pieces = [bytes(piece) for piece in _batch.decode(b"[%b]" % text)]
        except (msgspec.DecodeError, RecursionError):
            return None
        if not all(piece[:1] == b"{" for piece in pieces):
            return None
        places, skipped = sift.pieces(self.path, pieces)
        return len(pieces), [(place, pieces[place]) for place in places], skipped

    def one(self, end: int) -> Iterator[bytes | Gap]:
        """Yield the object at the window's place, over at ``end`` (-1: not in sight); what is broken or cut is a Gap."""
        window, before = self.window, len(self.window)
        piece = window.buffer[window.at : end] if end > 0 else b""
        if piece and _is_sound(piece):
            window.at = end
            yield piece
        elif (after := self._next_entry(end if end > 0 else len(window.buffer))) > 0:
            yield self.broken(window.buffer[window.at : after])
            window.at = after
        elif piece:
            window.at = end
            yield piece
        elif window.ended:
            self.cut = True
            window.at = len(window.buffer)
            yield self.gap("cut_file", "the last record is cut")
        else:
            yield from self._too_large()
        self._slow -= max(before - len(window), 0)

    def _too_large(self) -> Iterator[Gap]:
        window = self.window
        self.position += 1
        yield self.gap("too_large", f"a record longer than {self.limits.record:,} bytes")
        while True:
            if (after := self._next_entry(len(window.buffer))) > 0:
                window.at = after
                return
            window.at = max(len(window.buffer) - _TAIL, window.at)
            if not window.grow():
                window.at = len(window.buffer)
                self.cut = True
                return

    def _next_entry(self, stop: int) -> int:
        """Return where the next whole LogEntry begins inside what cannot be read, -1 when there is none in sight."""
        buffer, unclosed = self.window.buffer, 0
        for found in _BEFORE_OBJECT.finditer(buffer, self.window.at, stop):
            self._searches -= 1
            if self._searches < 0:
                return -1
            end = closing(buffer, found.end(), found.end() + _BATCH)
            if end < 0:
                unclosed += 1
                if unclosed == _UNCLOSED:
                    return -1
            elif is_entry(buffer[found.end() : end]):
                return found.end()
        return -1

    def stray(self, *, in_list: bool) -> Gap:
        """Return the Gap of what is no object: a value in a list is a broken record, any other text is not an entry."""
        window = self.window
        window.fill(_BATCH)
        scalar = _SCALAR.match(window.buffer, window.at)
        if in_list and scalar and loaded(b"[%b]" % scalar[0]) is not None:
            window.at = scalar.end()
            return self.broken(scalar[0])
        line = _STRAY.match(window.buffer, window.at)
        end = line.end() if line else window.at
        if (after := self._next_entry(end)) > 0:
            end = after
        text = window.buffer[window.at : end]
        window.at = max(end, window.at + 1)
        return self.gap("not_entries", f"text between the entries: {text[:80].decode('utf-8', 'replace')!a}")

    def gap(self, kind: GapKind, detail: str) -> Gap:
        """Return a Gap at the record that was reached."""
        return Gap(kind, self.path, detail, self.position or None)

    def broken(self, data: bytes) -> Gap:
        """Return the Gap of a record that is no object."""
        self.position += 1
        return self.gap("broken_record", f"not a JSON object: {data[:80].decode('utf-8', 'replace')!a}")


def _is_sound(piece: bytes) -> bool:
    try:
        _any.decode(piece)
    except RecursionError:
        return True
    except msgspec.DecodeError:
        return loaded(piece) is not None
    return True
