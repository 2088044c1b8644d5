"""When and on how many instances each revision logged something."""

from triage.models import Entry, Presence
from triage.window import format_timestamp


class _Seen:
    """From when to when, in nanoseconds, which instances, and where."""

    def __init__(self, first: int) -> None:
        self.first = self.last = first
        self.instances: set[str] = set()
        self.project = self.location = ""


class Presences:
    """The revisions of a stream of entries."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: dict[tuple[str, str], _Seen] = {}

    def see(self, entry: Entry) -> None:
        """Note whose entry it is. The entries come in order of time."""
        key = (entry.service, entry.revision)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = _Seen(entry.timestamp)
        seen.last = entry.timestamp
        if entry.instance:
            seen.instances.add(entry.instance)
        seen.project = seen.project or entry.project
        seen.location = seen.location or entry.location

    def all(self) -> list[Presence]:
        """Return them in order of service and revision."""
        return [
            Presence(
                service=service,
                revision=revision,
                first=format_timestamp(seen.first),
                last=format_timestamp(seen.last),
                instances=len(seen.instances),
                project=seen.project,
                location=seen.location,
            )
            for (service, revision), seen in sorted(self._seen.items())
        ]
