"""When and on how many instances each revision logged something."""

from collections.abc import Iterable, Sequence

from triage.diagnosis.places import group_by_place
from triage.models import Entry, Observed, RevisionActivity
from triage.window import format_timestamp

_NEVER = 2**63


class _Activity:
    """The times (nanoseconds), instances, first project and first location of a revision."""

    def __init__(self, at: int) -> None:
        self.first = self.last = at
        self.instances: set[str] = set()
        self.project = self.location = (_NEVER, "")

    def add(self, entries: Sequence[Entry], location: str) -> None:
        """Record entries of one location."""
        times = [entry.timestamp for entry in entries]
        first = min(times)
        self.first, self.last = min(self.first, first), max(self.last, *times)
        self.instances.update([entry.instance for entry in entries if entry.instance])
        if location:
            self.location = min(self.location, (first, location))
        if first <= self.project[0]:
            projects = [(entry.timestamp, entry.project) for entry in entries if entry.project]
            self.project = min([self.project, *projects])


class ActivityTracker:
    """Tracks the activity of each revision."""

    def __init__(self) -> None:
        """Create an empty tracker."""
        self._activities: dict[tuple[str, str], _Activity] = {}

    def observe(self, observed: Iterable[Observed]) -> None:
        """Record entries."""
        for (service, revision, location), found in group_by_place(observed).items():
            activity = self._activities.get((service, revision))
            if activity is None:
                activity = self._activities[service, revision] = _Activity(found[0][0].timestamp)
            activity.add([entry for entry, _, _ in found], location)

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
