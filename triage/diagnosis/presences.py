"""When and on how many instances each revision logged something."""

from triage.models import Entry, Presence
from triage.window import format_timestamp

_NEVER = 2**63


class _Seen:
    """From when to when, in nanoseconds, which instances, and the first project and location that were named."""

    def __init__(self, at: int) -> None:
        self.first = self.last = at
        self.instances: set[str] = set()
        self.project = self.location = (_NEVER, "")


class Presences:
    """The revisions of a stream of entries."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: dict[tuple[str, str], _Seen] = {}

    def see(self, entry: Entry) -> None:
        """Note whose entry it is."""
        key = (entry.service, entry.revision)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = _Seen(entry.timestamp)
        at = entry.timestamp
        if at > seen.last:
            seen.last = at
        elif at < seen.first:
            seen.first = at
        if entry.instance:
            seen.instances.add(entry.instance)
        if at <= seen.project[0] and entry.project:
            seen.project = min(seen.project, (at, entry.project))
        if at <= seen.location[0] and entry.location:
            seen.location = min(seen.location, (at, entry.location))

    def all(self) -> list[Presence]:
        """Return them in order of service and revision."""
        return [
            Presence(
                service=service,
                revision=revision,
                first=format_timestamp(seen.first),
                last=format_timestamp(seen.last),
                instances=len(seen.instances),
                project=seen.project[1],
                location=seen.location[1],
            )
            for (service, revision), seen in sorted(self._seen.items())
        ]
