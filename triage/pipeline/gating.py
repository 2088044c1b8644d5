"""An analysis to the judgement whether a revision may stay."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from triage.checks.gate import judge, last_good, subject
from triage.errors import UsageError
from triage.models import Baseline, Comparison, Criteria, Gate, Pack, Rollback, RollbackStep
from triage.pipeline.analyser import Analysis
from triage.pipeline.analysing import analyse
from triage.pipeline.comparing import compare, narrow

#: What Cloud Run takes for the name of a revision.
_REVISION = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
#: Where the baseline is a revision that the logs do not hold.
_ELSEWHERE = "a longer --since may reach it, or name an export that holds it"


class Reference(msgspec.Struct, frozen=True):
    """What new errors are told by, as it was named: an export with its analysis, or a revision of the logs themselves."""

    name: str
    analysis: Analysis | None


def load_criteria(path: Path | None = None) -> Criteria:
    """Return the criteria of a gate: those that ship, changed by what a file holds.

    Raises:
        BadDataError: the file cannot be used; every fault is told with file and line.
        IOFailureError: the file cannot be read.

    """
    from triage.rules.criteria import load

    return load(path)


def reference(name: str, packs: Sequence[Pack]) -> Reference:
    """Return a baseline: the export of that name where there is one, else a revision of the logs that are judged.

    Raises:
        BadDataError: the export holds no LogEntry.
        IOFailureError: there is no such export, and no revision can have that name.

    """
    if _REVISION.fullmatch(name) and not Path(name).exists():
        return Reference(name, None)
    return Reference(name, analyse([name], packs=packs))


def gate(
    analysis: Analysis,
    criteria: Criteria,
    *,
    service: str = "",
    revision: str = "",
    baseline: Reference | None = None,
) -> Gate:
    """Return whether a revision may stay: its runs, requests and errors held against criteria.

    Without a ``service`` it is the one that the diagnosis's verdict is of; without a ``revision`` the newest one in the
    logs. Of an export that is the ``baseline`` its newest revision that was ready counts.

    Raises:
        UsageError: the baseline is the revision that is judged.

    """
    named = baseline.name if baseline and baseline.analysis is None else ""
    if named and named == revision:
        raise UsageError(f"--baseline: {named} is the revision that is judged", "name the last good one")
    judged = subject(
        analysis.timeline,
        analysis.diagnosis,
        analysis.errors,
        analysis.presences,
        analysis.witnesses,
        service=service,
        revision=revision,
        baseline=named,
    )
    good = last_good(analysis.diagnosis, judged.service, judged.revision)
    told: Baseline | None = None
    compared: Comparison | str = "no baseline was named: --baseline"
    limits = list(analysis.diagnosis.limits)
    if baseline is not None:
        told, compared = _compared(analysis, judged.service, judged.revision, baseline)
        good = _usable(analysis, judged.service, told.revision) or good
        if baseline.analysis and baseline.analysis.timeline.coverage.gaps:
            limits.append(
                f"something of the baseline {baseline.name} could not be read: what it lacks seems new"
            )
    coverage = analysis.timeline.coverage
    made = judge(judged, criteria, coverage, compared, baseline=told, limits=limits)
    return msgspec.structs.replace(made, rollback=_rollback(made, good)) if made.status == "failed" else made


def _compared(
    analysis: Analysis, service: str, revision: str, baseline: Reference
) -> tuple[Baseline, Comparison | str]:
    """Return what the baseline stands for, and the comparison with it; a text where there is none."""
    name = baseline.name
    source = baseline.analysis or analysis
    of = name if baseline.analysis is None else last_good(source.diagnosis, service, revision)
    told = Baseline(name=name, kind="export" if baseline.analysis else "revision", revision=of)
    if not of:
        return told, f"{name} shows no other revision of {service or 'the service'} ready"
    if not any((seen.service, seen.revision) == (service, of) for seen in source.presences):
        return told, f"the logs hold nothing of {of}: {_ELSEWHERE}"
    return told, compare(narrow(source, of), narrow(analysis, revision), names=(of, revision))


def _usable(analysis: Analysis, service: str, revision: str) -> str:
    """Return the revision that traffic can go back to, "" where the logs show it not ready."""
    states = [state for state in analysis.diagnosis.services if state.service == service]
    bad = any(state.revisions.get(revision) == "not_ready" for state in states)
    return "" if bad else revision


def _rollback(made: Gate, good: str) -> Rollback:
    """Return how traffic goes back, with the names that the logs show."""
    from triage.rendering import playbooks

    known = {"service": made.service, "region": made.location, "project": made.project, "last_good": good}
    steps = playbooks.rollback(known)
    commands = [command for step in steps for command in step.commands]
    return Rollback(
        last_good=good,
        steps=[RollbackStep(step.says, step.commands) for step in steps],
        missing=playbooks.unfilled("\n".join(commands)),
    )
