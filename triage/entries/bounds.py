"""What an entry must be within, as far as its time and its names tell."""

from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Names are exact or glob patterns, of which one must fit; times are nanoseconds in UTC, ``until`` excluded."""

    service: tuple[str, ...] = ()
    revision: tuple[str, ...] = ()
    instance: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None

    def contains(self, timestamp: int, service: str, revision: str, instance: str) -> bool:
        """Return whether an entry of that time and place is within them."""
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
