"""Requests to WebSocket paths and health checks, counted by path and status."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

import msgspec

from triage.measures import BoundedCounter
from triage.models import PROBE_USER_AGENT, Entry, Observed, Pack, RequestCounts, RequestKind
from triage.runs.request_history import RequestHistory
from triage.window import format_timestamp

#: Paths of a service that are counted separately; the others share one count.
_MAX_PATHS = 20
_OVERFLOW = "…"
_REFUSED, _SERVER_ERROR = 400, 500
#: How the user agent of `triage verify` begins.
_PROBE = f"{PROBE_USER_AGENT}/"


class _PathPattern(NamedTuple):
    """A path of a pack: its services, and whether ``path`` is a prefix."""

    services: tuple[str, ...]
    path: str
    is_prefix: bool
    kind: RequestKind

    @classmethod
    def of(cls, pack: Pack, path: str, kind: RequestKind) -> "_PathPattern":
        return cls(tuple(pack.services), path.removesuffix("*"), path.endswith("*"), kind)

    def includes(self, service: str, path: str) -> bool:
        if not (path.startswith(self.path) if self.is_prefix else path == self.path):
            return False
        return not self.services or not service or any(fnmatchcase(service, glob) for glob in self.services)


class _Count:
    """A number of requests with their first and last time, nanoseconds."""

    def __init__(self, first: int) -> None:
        self.count, self.first, self.last = 0, first, first

    def absorb(self, other: "_Count") -> None:
        self.count += other.count
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)


class RequestCounter:
    """Counts the GET requests to the paths that the packs name.

    Attributes:
        history: all requests by minute.

    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Use the paths of the packs; exact paths take precedence over prefixes."""
        health = [_PathPattern.of(pack, path, "health") for pack in packs for path in pack.paths.health]
        sockets = [_PathPattern.of(pack, path, "socket") for pack in packs for path in pack.paths.socket]
        self._patterns = sorted(health + sockets, key=lambda pattern: (pattern.is_prefix, -len(pattern.path)))
        self._paths: dict[tuple[str, RequestKind], BoundedCounter[str, tuple[str, int | None], _Count]] = {}
        self._plain_rules = {f"{pack.id}/{rule}" for pack in packs for rule in pack.paths.plain}
        self._plain: dict[str, BoundedCounter[str, str, _Count]] = {}
        self.history = RequestHistory()

    @property
    def literals(self) -> list[str]:
        """Return texts of which every counted line contains one."""
        return sorted({f"GET {pattern.path}" for pattern in self._patterns})

    def kind_of(self, entry: Entry) -> RequestKind | None:
        """Return the kind of a request, None for an entry that is not counted.

        A request counts whatever its text says. A line of the application that repeats a request is not
        counted, nor are the requests of `triage verify`.
        """
        http = entry.http
        if http is None or http.method != "GET" or not _is_counted(entry):
            return None
        return next(
            (pattern.kind for pattern in self._patterns if pattern.includes(entry.service, http.path)), None
        )

    def observe(self, observed: Iterable[Observed]) -> list[tuple[Entry, RequestKind]]:
        """Count entries; return those on paths that the packs name, with their kind.

        What a rule says of a line may show that a request on a path was plain.
        """
        requests: list[tuple[Entry, RequestKind | None]] = []
        for entry, event, _ in observed:
            if event is not None and "path" in event.fields and event.name in self._plain_rules:
                self._observe_plain(entry, event.fields["path"])
                self.history.observe_plain(entry)
            if entry.http is not None and _is_counted(entry):
                requests.append((entry, self.kind_of(entry)))
        self.history.observe(requests)
        named = [(entry, kind) for entry, kind in requests if kind is not None]
        for entry, kind in named:
            self._count(entry, kind)
        return named

    def _count(self, entry: Entry, kind: RequestKind) -> None:
        http = entry.http
        if http is None:
            return
        paths = self._paths.get((entry.service, kind))
        if paths is None:
            paths = self._paths[entry.service, kind] = BoundedCounter(_MAX_PATHS, _OVERFLOW)
        answers = paths.group(http.path)
        key = (entry.revision, http.status)
        counted = answers.get(key)
        if counted is None:
            counted = answers[key] = _Count(entry.timestamp)
        counted.count += 1
        counted.first, counted.last = min(counted.first, entry.timestamp), max(counted.last, entry.timestamp)

    def _observe_plain(self, entry: Entry, path: str) -> None:
        """Count a line that shows a plain request."""
        paths = self._plain.get(entry.service)
        if paths is None:
            paths = self._plain[entry.service] = BoundedCounter(_MAX_PATHS, _OVERFLOW)
        shown = paths.group(path)
        counted = shown.get(entry.revision)
        if counted is None:
            counted = shown[entry.revision] = _Count(entry.timestamp)
        counted.count += 1

    def counts(self) -> list[RequestCounts]:
        """Return the counts in order of service, revision, kind, path and status.

        As many refused requests on the path of a WebSocket as lines show to be plain are plain ones: a
        request entry does not say whether it asked for an upgrade.
        """
        plain = {
            (service, revision, path): counted.count
            for service, paths in self._plain.items()
            for path, revision, counted in paths
        }
        counts = [
            RequestCounts(
                service=service,
                revision=revision,
                kind=kind,
                path=path,
                status=status,
                count=counted.count,
                first=format_timestamp(counted.first),
                last=format_timestamp(counted.last),
            )
            for (service, kind), paths in self._paths.items()
            for path, (revision, status), counted in paths
        ]
        # A middleware refuses with 5xx, rarely with 4xx.
        counts.sort(key=lambda found: (found.status or 0) < _SERVER_ERROR)
        split = [part for found in counts for part in _split_plain(found, plain)]
        return sorted(
            split,
            key=lambda found: (found.service, found.revision, found.kind, found.path, found.status or 0),
        )


def _is_counted(entry: Entry) -> bool:
    """Return whether an entry is a request, and not one of ``triage verify``."""
    if entry.http is None or not entry.is_request:
        return False
    return not entry.http.user_agent.startswith(_PROBE)


def _split_plain(found: RequestCounts, plain: dict[tuple[str, str, str], int]) -> Iterator[RequestCounts]:
    """Yield the connections and the plain requests among some requests.

    ``plain`` is reduced by the latter.
    """
    key = (found.service, found.revision, found.path)
    refused = min(found.count, plain.get(key, 0)) if (found.status or 0) >= _REFUSED else 0
    if not refused:
        yield found
        return
    plain[key] -= refused
    if found.kind != "socket":
        yield msgspec.structs.replace(found, refused=refused)
        return
    yield msgspec.structs.replace(found, kind="plain", count=refused, refused=refused)
    if found.count > refused:
        yield msgspec.structs.replace(found, count=found.count - refused)
