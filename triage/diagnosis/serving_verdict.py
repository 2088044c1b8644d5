"""The verdict of a service without a readiness chain, from what its revisions did and what failed."""

from collections.abc import Sequence
from typing import NamedTuple

from triage.diagnosis.serving import RevisionServing, ServiceServing
from triage.models import FailureGroup, ServiceVerdict
from triage.models.pack import Severity
from triage.text import path_template

_START_KINDS = frozenset({"exit", "signal", "terminated", "memory", "startup_probe", "worker", "deployment"})
_JOB_KINDS = frozenset({"task", "execution", "exit", "signal", "terminated", "memory"})
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
) -> Judged:
    """Return whether a service serves; ``groups`` are its failures, each with its severity.

    Ready: an instance passed its startup probe, the Ready condition turned True or requests succeed, and nothing
    graver than P2 failed. Not ready: nothing serves, and starts fail. Degraded: it serves, and something fails.
    """
    names = [name for name in newest_first if name in serving.revisions or _touching(groups, name)]
    names = names or [""]
    judged = {name: _judge_revision(serving, groups, name) for name in names}
    newest = names[0]
    verdict, why = judged[newest]
    revisions: dict[str, ServiceVerdict] = {name: found for name, (found, _) in judged.items() if name}
    older = next((name for name in names[1:] if judged[name][0] in ("ready", "degraded")), "")
    if verdict == "not_ready" and older and not serving.is_job:
        return Judged("degraded", newest, f"{why}; {older} serves", revisions)
    if verdict == "inconclusive":
        decided = next((name for name in names if judged[name][0] != "inconclusive"), newest)
        verdict, why = judged[decided]
        newest = decided
    if verdict == "ready" and not serving.is_job and _fails_outside(groups, names):
        verdict, why = "degraded", f"{why}; requests fail that no revision took"
    return Judged(verdict, newest, why, revisions)


def _judge_revision(
    serving: ServiceServing, groups: Sequence[tuple[FailureGroup, Severity]], name: str
) -> tuple[ServiceVerdict, str]:
    revision = serving.revisions.get(name, RevisionServing())
    touching = _touching(groups, name)
    if serving.is_job:
        return _judge_execution(revision, touching)
    grave = [group for group, severity in touching if severity != "P2"]
    starts = [group for group in grave if any(kind in _START_KINDS for kind in group.kinds)]
    failed = len({instance for group in starts for instance in group.instances})
    began = min((group.revisions[name] for group in starts), default=0)
    if not revision.succeeded_at:
        if starts:
            return "not_ready", f"{_count(failed, 'instance')} failed to start and none did"
        if grave:
            return "degraded", "requests fail, and none that succeeded is in these entries"
        return "inconclusive", "nothing in these entries shows whether it serves"
    if starts and revision.succeeded_at < began and failed + len(revision.started) > 1:
        return "not_ready", f"since the first failure all {_count(failed, 'start')} failed"
    basis = _basis(revision)
    if starts:
        return (
            "degraded",
            f"{len(revision.started)} of {len(revision.started) + failed} instances started; {basis}",
        )
    if grave:
        return "degraded", f"{basis}; requests fail"
    return "ready", f"{basis} ({_BASIS})"


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
        return f"serving: {good} of {_count(sum(revision.answered.values()), 'request')} succeeded"
    if revision.started_at:
        return f"the startup probe passed on {_count(len(revision.started), 'instance')}"
    return "its Ready condition is True"


def _touching(
    groups: Sequence[tuple[FailureGroup, Severity]], name: str
) -> list[tuple[FailureGroup, Severity]]:
    return [(group, severity) for group, severity in groups if name in group.revisions]


def _fails_outside(groups: Sequence[tuple[FailureGroup, Severity]], names: Sequence[str]) -> bool:
    known = set(names) - {""}
    return any(severity != "P2" and not known & set(group.revisions) for group, severity in groups)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def is_recovered(group: FailureGroup, serving: ServiceServing, newest_first: Sequence[str]) -> bool:
    """Return whether the same kind of thing succeeded after the last failure, on the same or a newer revision."""
    if set(group.kinds) == {"request"}:
        failing = {path_template(path) for path, _ in group.paths if path} & serving.paths.keys()
        return bool(failing) and all(serving.paths[path].succeeded_at > group.last for path in failing)
    known = [place for place, name in enumerate(newest_first) if name in group.revisions]
    newer = newest_first[: min(known) + 1] if known else newest_first
    return any(
        serving.revisions[name].succeeded_at > group.last for name in newer if name in serving.revisions
    )
