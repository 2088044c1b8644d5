"""Read what a program or a person writes, and notice Ctrl-C meanwhile."""

from io import BufferedReader
from typing import BinaryIO

#: Seconds after which a wait begins again. A signal just before a wait does not end it: Python looks for
#: signals before it calls the system, and only those that come during the call interrupt it.
_PATIENCE = 1.0


def read_when_ready(stream: BinaryIO, size: int) -> bytes:
    """Return the next bytes of a stream, at most so many, as soon as there are any; b"" at its end.

    size: more than the stream buffers, as what it holds in its buffer is not waited for.
    """
    if not isinstance(stream, BufferedReader):
        return getattr(stream, "read1", stream.read)(size)
    import select  # few runs read from a pipe

    try:
        while not select.select([stream], [], [], _PATIENCE)[0]:
            pass
    except (OSError, ValueError):
        pass  # no file of the system, or a system that waits for sockets only
    return stream.read1(size)
