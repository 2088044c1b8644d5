"""Counts the requests that are not handed on, by path and status."""

from triage.measures import BoundedCounter
from triage.models import Entry, Traffic
from triage.text import path_template

#: Paths of an export that are distinguished.
_PATHS = 5000
_OVERFLOW = "…"
#: Service, revision, path, status and region.
TrafficKey = tuple[str, str, str, int, str]


class _Requests:
    """The number of some requests, and the time of the last one."""

    __slots__ = ("count", "last")

    def __init__(self) -> None:
        self.count = self.last = 0

    def add(self, count: int, last: int) -> None:
        self.count += count
        self.last = max(self.last, last)

    def absorb(self, other: "_Requests") -> None:
        self.add(other.count, other.last)


class TrafficCounter:
    """Counts requests: how many of each path and status, and when the last one was."""

    def __init__(self) -> None:
        """Create an empty counter."""
        self._counts: BoundedCounter[str, tuple[str, str, int, str], _Requests]
        self._counts = BoundedCounter(_PATHS, _OVERFLOW)

    def observe(self, entry: Entry) -> None:
        """Count an entry if it is a request."""
        http = entry.http
        if http is not None and http.status and entry.is_request:
            key = (entry.service, entry.revision, path_template(http.path), http.status, entry.location)
            self.add(key, 1, entry.timestamp)

    def add(self, key: TrafficKey, count: int, last: int) -> None:
        """Count requests of one service, revision, path, status and region.

        ``last`` is the time of the last one.
        """
        service, revision, path, status, location = key
        group = self._counts.group(path)
        requests = group.get((service, revision, status, location))
        if requests is None:
            requests = group[service, revision, status, location] = _Requests()
        requests.add(count, last)

    def add_all(self, traffic: tuple[Traffic, ...]) -> None:
        """Count what another counter counted."""
        for item in traffic:
            self.add(
                (item.service, item.revision, item.path, item.status, item.location), item.count, item.last
            )

    def build(self) -> tuple[Traffic, ...]:
        """Return the counts in order of service, revision, path and status."""
        counts = [
            Traffic(
                service=service,
                revision=revision,
                path=path,
                status=status,
                count=requests.count,
                last=requests.last,
                location=location,
            )
            for path, (service, revision, status, location), requests in self._counts
        ]
        return tuple(sorted(counts, key=_order))


def _order(traffic: Traffic) -> TrafficKey:
    return traffic.service, traffic.revision, traffic.path, traffic.status, traffic.location
