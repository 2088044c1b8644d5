"""The verdict of a service without a readiness chain, from what its revisions did and what failed."""

from collections.abc import Sequence
from typing import NamedTuple

from triage.diagnosis.serving import RevisionServing, ServiceServing, took_requests
from triage.models import FailureGroup, ServiceVerdict
from triage.models.playbook import Severity
from triage.text import path_template, pluralize
from triage.window import NANOSECONDS

#: Mean intervals between failures without one, after which chance explains the pause in one case of twenty.
_QUIET_INTERVALS = 3
_START_KINDS = frozenset({"exit", "signal", "terminated", "memory", "startup_probe", "worker", "deployment"})
#: Kinds that end an instance or keep it from starting.
_ENDS = _START_KINDS - {"worker", "deployment"}
_JOB_KINDS = frozenset({"task", "execution", "exit", "signal", "terminated", "memory", "deployment"})
#: Nanoseconds in which an older revision serves, and the newer one does nothing, after a rollback.
_MINUTE = 60 * NANOSECONDS
_BASIS = "no readiness chain known"


class Judged(NamedTuple):
    """A verdict, the revision that decides it, why, and the verdict of each revision."""

    verdict: ServiceVerdict
    revision: str
    why: str
    revisions: dict[str, ServiceVerdict]


def judge_serving(
    serving: ServiceServing,
    groups: Sequence[tuple[FailureGroup, Severity]],
    newest_first: Sequence[str],
    *,
    reported: int = 0,
) -> Judged:
    """Return whether a service serves; ``groups`` are its failures, each with its severity.

    ``reported`` is how many requests failed by what the application says, where none is in the entries.

    Ready: an instance passed its startup probe, the Ready condition turned True or requests succeed, and
    nothing graver than P2 failed. Not ready: nothing serves, and starts fail. Degraded: it serves, and
    something fails.
    """
    names = [name for name in newest_first if name in serving.revisions or _touching(groups, name)]
    names += [name for name in serving.revisions if name not in newest_first]  # an audit entry names them
    names = names or [""]
    judged = {name: _judge_revision(serving, groups, name) for name in names}
    newest = names[0]
    verdict, why = judged[newest]
    revisions: dict[str, ServiceVerdict] = {name: found for name, (found, _) in judged.items() if name}
    instead = _serves_instead(serving, groups, names) if verdict != "ready" else ""
    if instead and judged[instead][0] == "ready":
        says = f"{judged[instead][1]}; {newest} takes no requests now"
        return Judged("ready", instead, says, revisions)
    older = next((name for name in names[1:] if judged[name][0] in ("ready", "degraded")), "")
    if verdict == "not_ready" and older and not serving.is_job:
        return Judged("degraded", newest, f"{why}; {older} serves", revisions)
    used = _used_instead(serving, groups, names) if verdict == "ready" else ""
    if used and judged[used][0] in ("degraded", "not_ready"):
        return Judged(judged[used][0], used, f"{judged[used][1]}; {newest} takes no requests", revisions)
    if verdict == "inconclusive":
        decided = next((name for name in names if judged[name][0] != "inconclusive"), newest)
        verdict, why = judged[decided]
        newest = decided
    deployed_at = max((revision.ready_at for revision in serving.revisions.values()), default=0)
    outside = [] if serving.is_job else _outside(groups, names)
    outside = [g for g in outside if not ("deployment" in g.kinds and g.last < deployed_at)]
    if verdict == "ready" and outside:
        verdict, why = "degraded", f"{why}; requests fail that no revision took"
    if verdict == "inconclusive" and any("deployment" in group.kinds for group in outside):
        verdict, why = "degraded", f"a deployment failed; {why}"
    if verdict in ("ready", "inconclusive") and reported:
        says = f"the application reports {pluralize(reported, 'failed request')}"
        verdict, why = "degraded", f"{says}, and no request is in these entries"
    return Judged(verdict, newest, why, revisions)


def _serves_instead(
    serving: ServiceServing, groups: Sequence[tuple[FailureGroup, Severity]], names: Sequence[str]
) -> str:
    """Return the older revision to which the requests of a failing newest one went back, "" if none."""
    return _taken_over_by(serving, names[0], [group for group, _ in _touching(groups, names[0])], names[1:])


def _taken_over_by(
    serving: ServiceServing, name: str, failed: Sequence[FailureGroup], older: Sequence[str]
) -> str:
    """Return the revision that serves where a newer one, which had served, does nothing more, "" if none.

    It serves for a minute at least, and for several mean intervals between the requests of the newer one: a
    revision with a small share of the traffic is often idle.
    """
    revision = serving.revisions.get(name)
    if serving.is_job or not failed or revision is None or not revision.succeeded_at:
        return ""
    quiet_since = max(*(group.last_by_revision[name] for group in failed), revision.succeeded_at)
    requests = max(sum(revision.answered.values()), sum(group.count for group in failed))
    interval = (quiet_since - min(group.revisions[name] for group in failed)) // max(requests - 1, 1)
    idle = quiet_since + max(_MINUTE, _QUIET_INTERVALS * interval)
    found = (o for o in older if o in serving.revisions)
    return next((o for o in found if serving.revisions[o].served_at > idle), "")


def _used_instead(
    serving: ServiceServing, groups: Sequence[tuple[FailureGroup, Severity]], names: Sequence[str]
) -> str:
    """Return the older revision that takes the requests where the newest one, which started, takes none.

    Or where requests fail since the newest one took its last.
    """
    newest = serving.revisions.get(names[0])
    if serving.is_job or newest is None:
        return ""
    for name in names[1:]:
        revision = serving.revisions.get(name)
        if revision is not None and revision.answered:
            failed = [group for group, _ in _touching(groups, name) if group.paths]
            began = min((group.revisions[name] for group in failed), default=0)
            last = max(revision.served_at, *(group.last_by_revision[name] for group in failed), 0)
            is_idle = not newest.answered or began > newest.succeeded_at
            return name if is_idle and last > newest.succeeded_at + _MINUTE else ""
    return ""


def _judge_revision(
    serving: ServiceServing, groups: Sequence[tuple[FailureGroup, Severity]], name: str
) -> tuple[ServiceVerdict, str]:
    revision = serving.revisions.get(name, RevisionServing())
    touching = _touching(groups, name)
    if serving.is_job:
        return _judge_execution(revision, touching)
    grave = [group for group, severity in touching if severity != "P2"]
    starts = [group for group in grave if any(kind in _START_KINDS for kind in group.kinds)]
    if starts and serving.may_hide_success and all(took_requests(group) for group in starts):
        return "degraded", "instances that took requests failed, and what succeeded is not in these entries"
    if starts:
        return _judge_starts(revision, starts, min(group.revisions[name] for group in starts))
    if not revision.succeeded_at and grave:
        return "degraded", "requests fail, and none that succeeded is in these entries"
    if not revision.succeeded_at:
        return "inconclusive", "nothing in these entries shows whether it serves"
    basis = _basis(revision)
    what = "requests" if any(group.paths for group in grave) else "instances"
    return ("degraded", f"{basis}; some {what} failed") if grave else ("ready", f"{basis} ({_BASIS})")


def _judge_starts(
    revision: RevisionServing, starts: Sequence[FailureGroup], began: int
) -> tuple[ServiceVerdict, str]:
    """Return the verdict of a revision whose instances fail; ``began`` is when the first one did."""
    failed = {instance for group in starts for instance in group.instances}
    ended = {i for group in starts if any(kind in _ENDS for kind in group.kinds) for i in group.instances}
    good = revision.started.keys() - ended
    total = len(failed | revision.started.keys())
    if not revision.succeeded_at and not failed:
        return "not_ready", "the deployment failed, and no instance started"
    if not revision.succeeded_at:
        return "not_ready", f"{pluralize(len(failed), 'instance')} failed to start, and none started"
    if not (good or revision.served_at or revision.ready_at):
        return (
            "not_ready",
            f"{pluralize(total, 'instance')} started and failed before any request succeeded",
        )
    served = bool(revision.served_at) and failed <= revision.started.keys()
    if not (good or served) and revision.succeeded_at < began and len(failed) + len(revision.started) > 1:
        return "not_ready", f"since the first failure all {pluralize(len(failed), 'start')} failed"
    return (
        "degraded",
        f"{total - len(failed)} of {pluralize(total, 'instance')} ready; {_basis(revision)}",
    )


def _judge_execution(
    execution: RevisionServing, touching: Sequence[tuple[FailureGroup, Severity]]
) -> tuple[ServiceVerdict, str]:
    failed = [
        group
        for group, _ in touching
        if any(kind in _JOB_KINDS for kind in [*group.kinds, *group.consequences])
    ]
    if execution.ready_at and failed:
        return "degraded", "the execution succeeded after tasks failed"
    if execution.ready_at:
        return "ready", "the execution succeeded"
    if failed:
        return "not_ready", "the execution failed"
    return "inconclusive", "the execution has no result in these entries"


def _basis(revision: RevisionServing) -> str:
    """Return what the verdict rests on."""
    if revision.served_at:
        good = sum(count for status, count in revision.answered.items() if status < 400)
        return f"serving: {good} of {pluralize(sum(revision.answered.values()), 'request')} succeeded"
    if revision.started_at:
        return f"the startup probe passed on {pluralize(len(revision.started), 'instance')}"
    return "its Ready condition is True"


def _touching(
    groups: Sequence[tuple[FailureGroup, Severity]], name: str
) -> list[tuple[FailureGroup, Severity]]:
    return [(group, severity) for group, severity in groups if name in group.revisions]


def _outside(groups: Sequence[tuple[FailureGroup, Severity]], names: Sequence[str]) -> list[FailureGroup]:
    """Return the failures that touch no known revision."""
    known = set(names) - {""}
    return [group for group, severity in groups if severity != "P2" and not known & set(group.revisions)]


def is_recovered(group: FailureGroup, serving: ServiceServing, newest_first: Sequence[str]) -> bool:
    """Return whether the same kind of thing succeeded after the failure, on this or a newer revision.

    Or whether each task that failed succeeded in a later attempt, or the requests went back to an older
    revision. What fails now and then recovers on the same revision only if nothing fails for several mean
    intervals between failures.
    """
    if group.tasks and all(serving.tasks.get(task, 0) > at for task, at in group.tasks.items()):
        return True
    over = group.last + _QUIET_INTERVALS * (group.last - group.first) // max(group.count - 1, 1)
    if set(group.kinds) == {"request"}:
        failing = {path_template(path) for path, _ in group.paths if path} & serving.paths.keys()
        return bool(failing) and all(serving.paths[path].succeeded_at > over for path in failing)
    known = [place for place, name in enumerate(newest_first) if name in group.revisions]
    if known and _taken_over_by(serving, newest_first[known[0]], [group], newest_first[max(known) + 1 :]):
        return True
    newer = newest_first[: min(known) + 1] if known else newest_first
    return any(
        serving.revisions[name].succeeded_at > (over if name in group.revisions else group.last)
        for name in newer
        if name in serving.revisions
    )
