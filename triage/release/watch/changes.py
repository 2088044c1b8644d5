"""Find what changed between two updates of a watch."""

from dataclasses import dataclass, field

from triage.models import Run, ServiceVerdict, Verdict, VerdictChange, Watch
from triage.window import format_second

_AnyVerdict = ServiceVerdict | Verdict


@dataclass
class _VerdictGroup:
    """What changed to the same verdict.

    Attributes:
        before: the previous verdict.
        service: the service, if its verdict changed.
        revisions: the revisions that changed.
        instances: the run that decided, per instance.

    """

    before: _AnyVerdict | None
    service: str = ""
    revisions: list[str] = field(default_factory=list)
    instances: dict[str, Run] = field(default_factory=dict)


def find_changes(before: Watch | None, after: Watch) -> list[VerdictChange]:
    """Return the verdict changes of the service, of revisions and of instances.

    Everything that changed to the same verdict is one change. The first update reports the service alone.
    """
    if before is None:
        return [_build_change(after, after.diagnosis.verdict, _VerdictGroup(None, after.service))]
    turned: dict[_AnyVerdict, _VerdictGroup] = {}
    if before.diagnosis.verdict != after.diagnosis.verdict:
        turned[after.diagnosis.verdict] = _VerdictGroup(before.diagnosis.verdict, after.service)
    were = _revision_verdicts(before)
    for revision, verdict in _revision_verdicts(after).items():
        was = were.get(revision)
        if was != verdict:
            turned.setdefault(verdict, _VerdictGroup(was)).revisions.append(revision)
    stood = {(old.revision, old.instance): old.verdict for old in before.standings}
    for standing in after.standings:
        last = stood.get((standing.revision, standing.instance))
        if standing.decided is not None and standing.verdict != last:
            found = turned.setdefault(standing.decided.verdict, _VerdictGroup(last))
            found.instances[standing.instance] = standing.decided
    return [_build_change(after, verdict, what) for verdict, what in turned.items()]


def _revision_verdicts(watch: Watch) -> dict[str, ServiceVerdict]:
    return {
        revision: verdict
        for state in watch.diagnosis.services
        for revision, verdict in state.revisions.items()
        if revision
    }


def _build_change(watch: Watch, verdict: _AnyVerdict, what: _VerdictGroup) -> VerdictChange:
    return VerdictChange(
        at=watch.at,
        before=what.before,
        after=verdict,
        service=what.service,
        revisions=what.revisions,
        instances=list(what.instances),
        cause=_find_cause(watch, verdict, what),
    )


def _find_cause(watch: Watch, verdict: _AnyVerdict, what: _VerdictGroup) -> str:
    """Return the reason: an open incident in scope, else the deciding run."""
    if verdict in ("not_ready", "degraded"):
        for incident in watch.diagnosis.incidents:
            scope = {*incident.scope.revisions, *incident.scope.instances}
            if not incident.recovered and (what.service or scope & {*what.revisions, *what.instances}):
                return incident.title
    if what.service:
        return next((state.why for state in watch.diagnosis.services), "there are no lines of it")
    if what.before is None and not what.instances:
        return "its first lines"
    return next((_describe_run(run) for run in what.instances.values()), "")


def _describe_run(run: Run) -> str:
    """Return the outcome of a run in words."""
    blamed = ", ".join(run.failed_checks) or run.condition or ""
    return f"its {run.kind} that ended at {format_second(run.ended)} is {run.verdict.replace('_', ' ')}" + (
        f": {blamed}" if blamed else ""
    )
