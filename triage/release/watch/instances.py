"""The status of each instance."""

from collections.abc import Sequence

from triage.models import Entry, InstanceStatus, Run
from triage.window import NANOSECONDS, parse_timestamp

#: A run that was silent for longer is no longer active: the longest silence inside a boot.
_SILENCE = 300 * NANOSECONDS
#: Instances whose region and last entry are kept.
_MAX_INSTANCES = 20_000


class InstanceActivity:
    """The region of each instance and the time of its last entry; of too many the earliest are dropped."""

    def __init__(self) -> None:
        """Start with no instance."""
        self._instances: dict[str, tuple[str, int]] = {}

    def observe(self, entry: Entry) -> None:
        """Record an entry, in any order."""
        if not entry.instance:
            return
        location, last = self._instances.pop(entry.instance, ("", 0))
        self._instances[entry.instance] = (entry.location or location, max(last, entry.timestamp))
        if len(self._instances) > _MAX_INSTANCES:
            del self._instances[next(iter(self._instances))]

    def of(self, instance: str) -> tuple[str, int | None]:
        """Return the region of an instance, "" for none, and the time of its last entry, None for none."""
        return self._instances.get(instance, ("", None))


def instance_statuses(
    runs: Sequence[Run], open_runs: Sequence[Run], now: int, activity: InstanceActivity | None = None
) -> list[InstanceStatus]:
    """Return the status of each instance at ``now``, active ones first.

    ``runs`` are in order of their start, ``open_runs`` are those that may still be active. A request to the
    readiness middleware is not a status, but may have decided the verdict.
    """
    latest: dict[tuple[str, str], Run] = {}
    decided: dict[tuple[str, str], Run] = {}
    for run in runs:
        key = (run.revision, run.instance)
        if run.decides and (key not in decided or run.ended >= decided[key].ended):
            decided[key] = run
        if run.kind != "gate" and (key not in latest or run.ended >= latest[key].ended):
            latest[key] = run
    going_on = {run.id for run in open_runs if run.verdict == "unknown"}
    known = activity or InstanceActivity()
    found = [_instance_status(run, decided.get(key), going_on, now, known) for key, run in latest.items()]
    return sorted(found, key=lambda standing: (not standing.going_on, -standing.since, standing.instance))


def _instance_status(
    run: Run, decided: Run | None, going_on: set[str], now: int, activity: InstanceActivity
) -> InstanceStatus:
    since = parse_timestamp(run.ended)
    location, last_seen = activity.of(run.instance)
    return InstanceStatus(
        revision=run.revision,
        instance=run.instance,
        run=run,
        going_on=run.id in going_on and now - since <= _SILENCE,
        since=since,
        decided=decided,
        location=location,
        last_seen=last_seen,
    )
