"""The status of each instance."""

from collections.abc import Sequence

from triage.models import InstanceStatus, Run
from triage.window import NANOSECONDS, parse_timestamp

#: A run that was silent for longer is no longer active: the longest silence inside a boot.
_SILENCE = 300 * NANOSECONDS


def instance_statuses(runs: Sequence[Run], open_runs: Sequence[Run], now: int) -> list[InstanceStatus]:
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
    found = [_instance_status(run, decided.get(key), going_on, now) for key, run in latest.items()]
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
