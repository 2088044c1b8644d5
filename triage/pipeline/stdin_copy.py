"""Keeps standard input in a private file, so that evidence in it can be read a second time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO, RawIOBase
from typing import IO, BinaryIO, cast

from triage.files.waiting import read_when_ready

#: Bytes of standard input that are kept, and bytes of them that are kept in memory.
_LARGEST, _IN_MEMORY = 4 << 30, 8 << 20
_BLOCK = 1 << 20


class StdinCopy:
    """Standard input, copied to a file that no other process can open.

    size: the number of bytes that were copied.
    is_whole: whether these are all; of more than 4 GiB the rest is read once, behind the copy.
    """

    def __init__(self, file: IO[bytes], rest: BinaryIO | None, size: int) -> None:
        """Take a copy, with the stream that holds what is not copied."""
        self._file = file
        self._rest = rest
        self.size = size
        self.is_whole = rest is None

    def open(self) -> BinaryIO:
        """Return standard input from its beginning; if the copy is not whole, only the first time."""
        self._file.seek(0)
        if self._rest is None:
            return cast(BinaryIO, self._file)
        return BufferedReader(_Joined([self._file, self._rest]))


class _Joined(RawIOBase):
    """Several streams, one behind the other."""

    def __init__(self, streams: list[IO[bytes]]) -> None:
        self._streams = streams

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while self._streams:
            data = self._streams[0].read(len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)
            self._streams.pop(0)
        return 0


@contextmanager
def copy_stdin(
    stream: BufferedReader | BytesIO | None = None, *, largest: int = _LARGEST
) -> Iterator[StdinCopy]:
    """Copy standard input, or a stream, for as long as it is needed."""
    from tempfile import SpooledTemporaryFile

    stream = stream or cast(BufferedReader, sys.stdin.buffer)
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        size = 0
        while size < largest and (block := read_when_ready(stream, min(_BLOCK, largest - size))):
            file.write(block)
            size += len(block)
        yield StdinCopy(file, stream if size >= largest else None, size)
