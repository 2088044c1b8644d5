"""Where each instance stands."""

from collections.abc import Sequence

from triage.models import InstanceStatus, Run
from triage.window import NANOSECONDS, parse_timestamp

#: A run of which nothing was heard for that long goes on no more: the longest silence inside a boot.
_SILENCE = 300 * NANOSECONDS


def instance_statuses(runs: Sequence[Run], open_runs: Sequence[Run], now: int) -> list[InstanceStatus]:
    """Return where each instance stands at ``now``, what goes on first, then the latest.

    ``runs`` are in order of their beginning, ``open_runs`` those of them that may still go on. A request that the gate
    judged is no place where an instance stands, but may have decided.
    """
    latest: dict[tuple[str, str], Run] = {}
    decided: dict[tuple[str, str], Run] = {}
    for run in runs:
        place = (run.revision, run.instance)
        if run.decides and (place not in decided or run.ended >= decided[place].ended):
            decided[place] = run
        if run.kind != "gate" and (place not in latest or run.ended >= latest[place].ended):
            latest[place] = run
    going_on = {run.id for run in open_runs if run.verdict == "unknown"}
    found = [_instance_status(run, decided.get(place), going_on, now) for place, run in latest.items()]
    return sorted(found, key=lambda standing: (not standing.going_on, -standing.since, standing.instance))


def _instance_status(run: Run, decided: Run | None, going_on: set[str], now: int) -> InstanceStatus:
    since = parse_timestamp(run.ended)
    return InstanceStatus(
        revision=run.revision,
        instance=run.instance,
        run=run,
        going_on=run.id in going_on and now - since <= _SILENCE,
        since=since,
        decided=decided,
    )
