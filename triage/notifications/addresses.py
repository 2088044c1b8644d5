"""Read the addresses of channels, which hold secrets, from files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from triage.errors import IOFailureError, UsageError


def read_addresses(given: Iterable[str]) -> list[str]:
    """Return each address once; ``@FILE`` stands for the lines of a file.

    Empty lines and lines that begin with "#" are left out.

    Raises:
        IOFailureError: a file cannot be read.
        UsageError: a file holds no address.

    """
    return list(dict.fromkeys(address for text in given for address in _expand(text.strip())))


def _expand(text: str) -> Iterator[str]:
    if not text.startswith("@"):
        yield text
        return
    path = Path(text[1:])
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or "it is not a text file"
        raise IOFailureError(
            f"--notify @{path}: {reason}", "name a file with one address on each line"
        ) from error
    addresses = [line for line in lines if line and not line.startswith("#")]
    if not addresses:
        raise UsageError(f"--notify @{path}: it holds no address", "write one address on each line")
    yield from addresses
