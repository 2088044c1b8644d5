"""What each instance did last, whether or not a run of it is known."""

from triage.models import SERVER_ERROR, Entry, SeenInstance
from triage.window import NANOSECONDS

#: Instances that are kept; of more, those that were recorded earliest are dropped.
_MAX_INSTANCES = 20_000
#: Cloud Run stops an instance that was idle for 15 minutes.
#: Source: "About instance autoscaling" in the Cloud Run docs, section "Idle instances".
_IDLE = 15 * 60 * NANOSECONDS


class InstanceActivity:
    """Records the region and the last entry of each instance, and whether it served requests."""

    def __init__(self) -> None:
        """Start with no instance."""
        self._instances: dict[tuple[str, str], SeenInstance] = {}

    def observe(self, entry: Entry) -> None:
        """Record an entry, in any order and as often as it comes."""
        if not entry.instance or not entry.service:
            return
        key = (entry.service, entry.instance)
        known = self._instances.pop(key, None)
        status = entry.http.status if entry.http is not None and entry.is_request else None
        has_served = status is not None and status < SERVER_ERROR
        self._instances[key] = SeenInstance(
            service=entry.service,
            revision=entry.revision or (known.revision if known else ""),
            instance=entry.instance,
            location=entry.location or (known.location if known else ""),
            last=max(entry.timestamp, known.last if known else 0),
            has_served=has_served or (known is not None and known.has_served),
        )
        if len(self._instances) > _MAX_INSTANCES:
            del self._instances[next(iter(self._instances))]

    def alive(self, now: int) -> list[SeenInstance]:
        """Return the instances that logged something in the last 15 minutes, the latest first."""
        alive = [seen for seen in self._instances.values() if now - seen.last <= _IDLE]
        return sorted(alive, key=lambda seen: (-seen.last, seen.instance))
