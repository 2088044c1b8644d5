"""Counts the requests that are not handed on, by path and status."""

from triage.models import Entry, Traffic
from triage.text import path_template

#: Paths of an export that are distinguished.
_PATHS = 5000
_OVERFLOW = "…"
#: Service, revision, path, status and region.
TrafficKey = tuple[str, str, str, int, str]


class TrafficCounter:
    """Counts requests: how many of each path and status, and when the last one was."""

    def __init__(self) -> None:
        """Create an empty counter."""
        self._counts: dict[TrafficKey, tuple[int, int]] = {}

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
        known = self._counts.get(key)
        if known is None and len(self._counts) >= _PATHS:
            key = (*key[:2], _OVERFLOW, *key[3:])
            known = self._counts.get(key)
        self._counts[key] = (known[0] + count, max(known[1], last)) if known else (count, last)

    def add_all(self, traffic: tuple[Traffic, ...]) -> None:
        """Count what another counter counted."""
        for item in traffic:
            self.add(
                (item.service, item.revision, item.path, item.status, item.location), item.count, item.last
            )

    def build(self) -> tuple[Traffic, ...]:
        """Return the counts in order of service, revision, path and status."""
        return tuple(
            Traffic(
                service=service,
                revision=revision,
                path=path,
                status=status,
                count=count,
                last=last,
                location=location,
            )
            for (service, revision, path, status, location), (count, last) in sorted(self._counts.items())
        )
