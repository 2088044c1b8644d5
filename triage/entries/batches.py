"""Take items in batches: what is done with many at once takes less time than one by one."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")

#: Each item may be an entry of 256 KiB, so that many more would take much memory.
_SIZE = 64


def to_batches(items: Iterable[_Item], size: int = _SIZE) -> Iterator[list[_Item]]:
    """Yield items in lists of so many, the last one of fewer."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
