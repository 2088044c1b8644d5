"""Entries sorted in bounded memory: what does not fit goes to private temporary files and is merged from there."""

import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import msgspec

from triage.errors import IOFailureError
from triage.models import Entry

_FAN = 64
_BUFFER = 64 << 10
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


class Sorter:
    """Takes entries in any order and gives them in that of ``key``.

    ``room`` is about how many bytes of entries are held at a time. Temporary files are never more than 64 for each
    power of 64 that the input is larger than that; they have no name, and vanish with the process.
    ``held`` are the entries in memory, as they came until they are iterated, and ``weight`` is their number of bytes.
    """

    def __init__(self, key: Callable[[Entry], Any], room: int) -> None:
        """Begin without entries."""
        self._key = key
        self._room = room
        self.held: list[Entry] = []
        self.weight = 0
        self._levels: list[list[IO[bytes]]] = []

    def add(self, entry: Entry) -> None:
        """Take one entry in."""
        self.held.append(entry)
        self.weight += 1500 + len(entry.raw)  # measured: an Entry with its raw text takes about that
        if self.weight > self._room:
            self.held.sort(key=self._key)
            self._keep(_written(self.held), 0)
            self.held, self.weight = [], 0

    def _keep(self, run: IO[bytes], level: int) -> None:
        if len(self._levels) == level:
            self._levels.append([])
        runs = self._levels[level]
        runs.append(run)
        if len(runs) == _FAN:
            merged = _written(heapq.merge(*map(_read, runs), key=self._key))
            self._levels[level] = []
            self._keep(merged, level + 1)

    def __iter__(self) -> Iterator[Entry]:
        """Yield all entries in order."""
        self.held.sort(key=self._key)
        runs = [_read(run) for level in self._levels for run in level]
        return heapq.merge(*runs, self.held, key=self._key) if runs else iter(self.held)


def _written(entries: Iterable[Entry]) -> IO[bytes]:
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


def _read(file: IO[bytes]) -> Iterator[Entry]:
    with file:
        while size := file.read(4):
            yield _decoder.decode(file.read(int.from_bytes(size, "little")))
