"""When and on how many instances each revision logged something."""

from triage.models import Entry, RevisionActivity
from triage.window import format_timestamp

_NEVER = 2**63


class _Activity:
    """The times (nanoseconds), instances, first project and first location of a revision."""

    def __init__(self, at: int) -> None:
        self.first = self.last = at
        self.instances: set[str] = set()
        self.project = self.location = (_NEVER, "")


class ActivityTracker:
    """Tracks the activity of each revision."""

    def __init__(self) -> None:
        """Create an empty tracker."""
        self._activities: dict[tuple[str, str], _Activity] = {}

    def observe(self, entry: Entry) -> None:
        """Record an entry of a revision."""
        key = (entry.service, entry.revision)
        activity = self._activities.get(key)
        if activity is None:
            activity = self._activities[key] = _Activity(entry.timestamp)
        at = entry.timestamp
        if at > activity.last:
            activity.last = at
        elif at < activity.first:
            activity.first = at
        if entry.instance:
            activity.instances.add(entry.instance)
        if at <= activity.project[0] and entry.project:
            activity.project = min(activity.project, (at, entry.project))
        if at <= activity.location[0] and entry.location:
            activity.location = min(activity.location, (at, entry.location))

    def build(self) -> list[RevisionActivity]:
        """Return the activities in order of service and revision."""
        return [
            RevisionActivity(
                service=service,
                revision=revision,
                first=format_timestamp(activity.first),
                last=format_timestamp(activity.last),
                instances=len(activity.instances),
                project=activity.project[1],
                location=activity.location[1],
            )
            for (service, revision), activity in sorted(self._activities.items())
        ]
