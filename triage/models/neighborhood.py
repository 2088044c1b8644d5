"""The times and instances around failures whose evidence is still to be read."""

from bisect import bisect_right

import msgspec

#: The service, the revision and the instance of an entry.
InstanceKey = tuple[str, str, str]


class Neighborhoods(msgspec.Struct, frozen=True):
    """Windows of time around failures, by instance.

    Attributes:
        windows: of each instance, windows as (start, end) in nanoseconds, in order and apart from each other.
        omitted: number of failure points for which there was no room.

    """

    windows: dict[InstanceKey, list[tuple[int, int]]] = {}
    omitted: int = 0

    def contains(self, timestamp: int, service: str, revision: str, instance: str) -> bool:
        """Return whether an entry of this time and origin is in a window."""
        windows = self.windows.get((service, revision, instance))
        if windows is None:
            return False
        index = bisect_right(windows, (timestamp, 1 << 63)) - 1
        return index >= 0 and timestamp <= windows[index][1]
