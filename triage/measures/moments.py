"""When something happened, in bounded memory."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

_SECOND = 1_000_000_000


class Moments:
    """The times of an event in nanoseconds: at most ``limit`` spans, each with its first and its last time.

    Spans are of one length, at first a second. It doubles while there are too many spans, so that what is
    kept depends on the times alone, not on their order.

    Attributes:
        length: nanoseconds of a span.
        spans: first and last time of each span.

    """

    def __init__(self, limit: int) -> None:
        """Create an empty collection."""
        self._limit = limit
        self.length = _SECOND
        self.spans: dict[int, tuple[int, int]] = {}

    def add(self, time: int) -> None:
        """Record a time."""
        self._add(time, time)
        self._shrink()

    def add_all(self, times: Iterable[int]) -> None:
        """Record some times, those of one span at once."""
        ordered = sorted(times)
        start = 0
        while start < len(ordered):
            first = ordered[start]
            end = bisect_left(ordered, (first // self.length + 1) * self.length, start)
            self._add(first, ordered[end - 1])
            self._shrink()
            start = end

    def absorb(self, other: "Moments") -> None:
        """Record the times of another collection."""
        while self.length < other.length:
            self._double()
        for first, last in other.spans.values():
            self._add(first, last)
        self._shrink()

    def times(self) -> list[int]:
        """Return the first and the last time of each span, in order."""
        return sorted({time for span in self.spans.values() for time in span})

    def __iter__(self) -> Iterator[int]:
        """Yield the first and the last time of each span, in order."""
        yield from self.times()

    def _add(self, first: int, last: int) -> None:
        """Record the first and the last time within a span."""
        key = first // self.length
        known = self.spans.get(key)
        self.spans[key] = (min(first, known[0]), max(last, known[1])) if known else (first, last)

    def _shrink(self) -> None:
        while len(self.spans) > self._limit:
            self._double()

    def _double(self) -> None:
        self.length *= 2
        spans, self.spans = self.spans, {}
        for first, last in spans.values():
            self._add(first, last)


def shortest_gap(times: Sequence[int], others: Sequence[int]) -> int | None:
    """Return the shortest distance between two collections of times in order, signed; None if one is empty.

    It is positive where the time of ``others`` comes later.
    """
    gaps = [
        others[near] - time
        for time in times
        for at in (bisect_left(others, time),)
        for near in (at - 1, at)
        if 0 <= near < len(others)
    ]
    return min(gaps, key=lambda gap: (abs(gap), -gap), default=None)
