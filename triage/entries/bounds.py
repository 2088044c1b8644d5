"""Bounds on the time and the names of entries."""

from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on entries. Names are exact or glob patterns, of which one must match.

    service: names of the service; empty means any.
    revision: names of the revision; empty means any.
    instance: ids of the instance; empty means any.
    since: the earliest time in nanoseconds since 1970 in UTC, included.
    until: the latest time in nanoseconds since 1970 in UTC, excluded.
    """

    service: tuple[str, ...] = ()
    revision: tuple[str, ...] = ()
    instance: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None

    def contains(self, timestamp: int, service: str, revision: str, instance: str) -> bool:
        """Return whether an entry with this time and these names is within the bounds."""
        if self.since is not None and timestamp < self.since:
            return False
        if self.until is not None and timestamp >= self.until:
            return False
        return (
            _matches_any(self.service, service)
            and _matches_any(self.revision, revision)
            and _matches_any(self.instance, instance)
        )


@lru_cache(maxsize=4096)
def _matches_any(patterns: tuple[str, ...], name: str) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
