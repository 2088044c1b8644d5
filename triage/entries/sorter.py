"""Sort entries in bounded memory, with temporary files that are merged."""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any

import msgspec

from triage.errors import IOFailureError
from triage.models import Entry

_MERGE_WIDTH = 64
_BUFFER = 64 << 10
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


class Sorter:
    """Takes entries in any order and yields them sorted by ``key``.

    At most about ``max_bytes`` of entries are held in memory. There are at most 64 temporary files for each
    power of 64 by which the input is larger. They have no name, and vanish with the process.

    held: the entries in memory, in order of arrival until the sorter is iterated.
    held_bytes: about how many bytes they take.
    """

    def __init__(self, key: Callable[[Entry], Any], max_bytes: int) -> None:
        """Create an empty sorter."""
        self._key = key
        self._max_bytes = max_bytes
        self.held: list[Entry] = []
        self.held_bytes = 0
        self._levels: list[list[IO[bytes]]] = []

    def add(self, entry: Entry) -> None:
        """Add an entry."""
        self.held.append(entry)
        self.held_bytes += _size([entry])
        self._bound_memory()

    def add_all(self, entries: Sequence[Entry]) -> None:
        """Add entries."""
        self.held += entries
        self.held_bytes += _size(entries)
        self._bound_memory()

    def take_below(self, limit: Any) -> "Sorter":
        """Return the entries whose key is below ``limit``; this sorter keeps the others."""
        below, others = Sorter(self._key, self._max_bytes), Sorter(self._key, self._max_bytes)
        if self._levels:
            for entry in self:
                (below if self._key(entry) < limit else others).add(entry)
        else:
            self.held.sort(key=self._key)
            cut = bisect_left(self.held, limit, key=self._key)
            below.add_all(self.held[:cut])
            others.held, others.held_bytes = self.held[cut:], self.held_bytes - below.held_bytes
        self.held, self.held_bytes, self._levels = others.held, others.held_bytes, others._levels
        return below

    def _bound_memory(self) -> None:
        if self.held_bytes > self._max_bytes:
            self.held.sort(key=self._key)
            self._add_run(_write_run(self.held), 0)
            self.held, self.held_bytes = [], 0

    def _add_run(self, run: IO[bytes], level: int) -> None:
        if len(self._levels) == level:
            self._levels.append([])
        runs = self._levels[level]
        runs.append(run)
        if len(runs) == _MERGE_WIDTH:
            merged = _write_run(heapq.merge(*map(_read_run, runs), key=self._key))
            self._levels[level] = []
            self._add_run(merged, level + 1)

    def __iter__(self) -> Iterator[Entry]:
        """Yield all entries in order."""
        self.held.sort(key=self._key)
        runs = [_read_run(run) for level in self._levels for run in level]
        return heapq.merge(*runs, self.held, key=self._key) if runs else iter(self.held)


def _size(entries: Sequence[Entry]) -> int:
    """Return about how many bytes entries take, as measured."""
    return sum([1500 + len(entry.raw) + len(entry.notes) for entry in entries])


def _write_run(entries: Iterable[Entry]) -> IO[bytes]:
    import tempfile  # with all kinds of compression, which few exports need

    try:
        file = tempfile.TemporaryFile(prefix="triage-", buffering=_BUFFER)  # noqa: SIM115 - closed once it is read
        for entry in entries:
            data = _encoder.encode(entry)
            file.write(len(data).to_bytes(4, "little"))
            file.write(data)
        file.seek(0)
    except OSError as error:
        raise IOFailureError(
            f"{tempfile.gettempdir()}: {error.strerror}, while sorting",
            "make room there, or set TMPDIR to another disk",
        ) from error
    return file


def _read_run(file: IO[bytes]) -> Iterator[Entry]:
    with file:
        while size := file.read(4):
            yield _decoder.decode(file.read(int.from_bytes(size, "little")))
