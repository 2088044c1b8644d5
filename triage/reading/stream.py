"""The bytes of one file as they come."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

#: What is read at a time stays in the processor's cache while it is looked at: a megabyte takes half as long again.
CHUNK = 128 << 10


class Stream:
    """Chunks of bytes whose beginning can be looked at before they are read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Read from the chunks as late as possible."""
        self._chunks = iter(chunks)
        self._held = b""

    def head(self, size: int) -> bytes:
        """Return the first ``size`` bytes, fewer when there are no more; they are still to be read."""
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
    """Yield the bytes of a file, a pipe as soon as it gives some."""
    read = getattr(file, "read1", file.read)
    while chunk := read(CHUNK):
        yield chunk
