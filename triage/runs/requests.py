"""The requests of a stream of entries that show how a service is, counted by path and answer."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from triage.measures import Apart
from triage.models import AGENT, Entry, Pack, RequestKind, Requests
from triage.window import format_timestamp

#: Paths of a service that are told apart.
_PATHS = 20
_REST = "…"


class _Known(NamedTuple):
    """A path of a pack: for which services, and whether all below ``path`` belongs to it."""

    services: tuple[str, ...]
    path: str
    below: bool
    kind: RequestKind

    @classmethod
    def of(cls, pack: Pack, path: str, kind: RequestKind) -> "_Known":
        return cls(tuple(pack.services), path.removesuffix("*"), path.endswith("*"), kind)

    def holds(self, service: str, path: str) -> bool:
        if not (path.startswith(self.path) if self.below else path == self.path):
            return False
        return not self.services or not service or any(fnmatchcase(service, name) for name in self.services)


class _Seen:
    """How often, and from when to when, in nanoseconds."""

    def __init__(self, first: int) -> None:
        self.count, self.first, self.last = 0, first, first

    def absorb(self, other: "_Seen") -> None:
        self.count += other.count
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)


class Requested:
    """Counts the GET requests to the paths that packs name: handshakes of sockets, and health checks."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Take the paths of the packs; one that is named whole goes before one that is named by its beginning."""
        health = [_Known.of(pack, path, "health") for pack in packs for path in pack.paths.health]
        sockets = [_Known.of(pack, path, "socket") for pack in packs for path in pack.paths.socket]
        self._known = sorted(health + sockets, key=lambda known: (known.below, -len(known.path)))
        self._paths: dict[tuple[str, RequestKind], Apart[str, tuple[str, int | None], _Seen]] = {}

    @property
    def literals(self) -> list[str]:
        """Return what must stand in a line for it to be counted."""
        return sorted({f"GET {known.path}" for known in self._known})

    def kind(self, entry: Entry) -> RequestKind | None:
        """Return what an entry asks for, None where it is no request that is counted.

        Cloud Run logs a request without text, so its message reads "GET /path 503"; a line of the application that
        repeats a request is not counted with it, nor is what `triage verify` asks: it opens no WebSocket where it only
        looks at what headers change.
        """
        http = entry.http
        if http is None or http.method != "GET" or not entry.message.startswith(f"GET {http.path}"):
            return None
        if entry.log_name and "requests" not in entry.log_name:
            return None
        if http.user_agent.startswith(f"{AGENT}/"):
            return None
        return next((known.kind for known in self._known if known.holds(entry.service, http.path)), None)

    def see(self, entry: Entry) -> RequestKind | None:
        """Count an entry, if it is one to be counted, and return its kind."""
        kind = self.kind(entry)
        if kind is None or entry.http is None:
            return None
        paths = self._paths.get((entry.service, kind))
        if paths is None:
            paths = self._paths[entry.service, kind] = Apart(_PATHS, _REST)
        answers = paths.group(entry.http.path)
        key = (entry.revision, entry.http.status)
        seen = answers.get(key)
        if seen is None:
            seen = answers[key] = _Seen(entry.timestamp)
        seen.count += 1
        seen.first, seen.last = min(seen.first, entry.timestamp), max(seen.last, entry.timestamp)
        return kind

    def counts(self) -> list[Requests]:
        """Return the counts in order of service, revision, kind, path and status."""
        found = {
            (service, revision, kind, path, status): seen
            for (service, kind), paths in self._paths.items()
            for path, (revision, status), seen in paths
        }
        return [
            Requests(
                service=service,
                revision=revision,
                kind=kind,
                path=path,
                status=status,
                count=seen.count,
                first=format_timestamp(seen.first),
                last=format_timestamp(seen.last),
            )
            for (service, revision, kind, path, status), seen in sorted(
                found.items(), key=lambda item: (*item[0][:4], item[0][4] or 0)
            )
        ]
