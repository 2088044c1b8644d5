"""What became another between two moments of a watch."""

from typing import NamedTuple

from triage.models import Change, Run, ServiceVerdict, Verdict, Watch

_Turn = tuple[ServiceVerdict | Verdict | None, ServiceVerdict | Verdict]


class _Turned(NamedTuple):
    """What turned in the same way: the service, revisions, and instances with the run that decided."""

    services: list[str]
    revisions: list[str]
    instances: dict[str, Run]


def changes(before: Watch | None, after: Watch) -> list[Change]:
    """Return what changed: the verdict of the service, of a revision, or the last one of an instance.

    What turned in the same way is one change. The first moment is told as the verdict of the service alone.
    """
    if before is None:
        first = _Turned([after.service], [], {})
        return [_change(after, (None, after.diagnosis.verdict), first)]
    turned: dict[_Turn, _Turned] = {}

    def note(was: ServiceVerdict | Verdict | None, verdict: ServiceVerdict | Verdict) -> _Turned:
        return turned.setdefault((was, verdict), _Turned([], [], {}))

    if before.diagnosis.verdict != after.diagnosis.verdict:
        note(before.diagnosis.verdict, after.diagnosis.verdict).services.append(after.service)
    were = _revisions(before)
    for revision, verdict in _revisions(after).items():
        if were.get(revision) != verdict:
            note(were.get(revision), verdict).revisions.append(revision)
    stood = {(old.revision, old.instance): old.verdict for old in before.standings}
    for standing in after.standings:
        was = stood.get((standing.revision, standing.instance))
        if standing.decided is not None and standing.verdict != was:
            note(was, standing.decided.verdict).instances[standing.instance] = standing.decided
    return [_change(after, turn, what) for turn, what in turned.items()]


def _revisions(watch: Watch) -> dict[str, ServiceVerdict]:
    return {
        revision: verdict
        for state in watch.diagnosis.services
        for revision, verdict in state.revisions.items()
        if revision
    }


def _change(watch: Watch, turn: _Turn, what: _Turned) -> Change:
    before, after = turn
    return Change(
        at=watch.at,
        before=before,
        after=after,
        service=next(iter(what.services), ""),
        revisions=what.revisions,
        instances=list(what.instances),
        cause=_cause(watch, after, what),
    )


def _cause(watch: Watch, after: ServiceVerdict | Verdict, what: _Turned) -> str:
    """Return why: the incident that holds at what turned, else what was decided there."""
    holding = [incident for incident in watch.diagnosis.incidents if not incident.recovered]
    if after in ("not_ready", "degraded"):
        for incident in holding:
            scope = incident.scope
            places = {*scope.revisions, *scope.instances} & {*what.revisions, *what.instances}
            if places or what.services:
                return incident.title
    if what.services:
        return next((state.why for state in watch.diagnosis.services), "")
    return next((_told(run) for run in what.instances.values()), "")


def _told(run: Run) -> str:
    """Return what a run says of its end."""
    blamed = ", ".join(run.failed_checks) or run.condition or ""
    return f"its {run.kind} that ended at {run.ended} is {run.verdict.replace('_', ' ')}" + (
        f": {blamed}" if blamed else ""
    )
