"""The bytes of one file as a stream."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from triage.files.waiting import read_when_ready

#: The size of one read. It fits into the processor's cache; with a megabyte reading takes 1.5 times as long.
CHUNK = 128 << 10


class Stream:
    """Chunks of bytes whose beginning can be inspected before they are read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Read from the chunks as late as possible."""
        self._chunks = iter(chunks)
        self._held = b""

    def head(self, size: int) -> bytes:
        """Return up to ``size`` first bytes; they remain to be read."""
        held = [self._held]
        length = len(self._held)
        while length < size and (chunk := next(self._chunks, None)) is not None:
            held.append(chunk)
            length += len(chunk)
        self._held = b"".join(held)
        return self._held[:size]

    def __iter__(self) -> Iterator[bytes]:
        """Yield all chunks, none of them empty."""
        held, self._held = self._held, b""
        if held:
            yield held
        yield from filter(None, self._chunks)


def read_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file, those of a pipe as soon as they arrive."""
    while chunk := read_when_ready(file, CHUNK):
        yield chunk
