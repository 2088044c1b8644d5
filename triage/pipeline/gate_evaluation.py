"""Evaluate the deployment gate, which passes or fails a revision."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from triage.errors import UsageError
from triage.models import (
    Baseline,
    Comparison,
    ConfigurationDifference,
    Criteria,
    Gate,
    Pack,
    Rollback,
    RollbackStep,
)
from triage.pipeline.analysis_runner import analyze
from triage.pipeline.analyzer import Analysis
from triage.pipeline.comparison import compare, restrict_to_revision
from triage.pipeline.configuration_differences import between_analyses, between_revisions
from triage.release.gate import Subject, evaluate_criteria, find_last_good, select_subject

#: A valid name of a revision on Cloud Run.
_REVISION = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
#: The hint for a baseline that is not in the logs.
_BASELINE_HINT = "a longer --since may reach it, or name an export that holds it"


class BaselineSource(msgspec.Struct, frozen=True):
    """Where the baseline of a gate comes from.

    name: as the user named it: an export, or a revision of the analyzed logs.
    analysis: the analysis of the export; None for a revision.
    """

    name: str
    analysis: Analysis | None


def load_criteria(path: Path | None = None) -> Criteria:
    """Return the criteria of a gate: the shipped ones, overridden by a file.

    Raises:
        BadDataError: the file is invalid; the message lists every fault with file and line.
        IOFailureError: the file cannot be read.

    """
    from triage.rules.criteria import load_criteria

    return load_criteria(path)


def with_request_limits(criteria: Criteria, percent: float | None, requests: int | None) -> Criteria:
    """Return the criteria with other limits of 5xx responses; None keeps a limit.

    percent: highest percentage of the requests that may end 5xx.
    requests: number of requests below which nothing is measured.
    """
    limits = criteria.requests
    if percent is not None:
        limits = msgspec.structs.replace(limits, at_most=percent / 100)
    if requests is not None:
        limits = msgspec.structs.replace(limits, seen_at_least=requests)
    return msgspec.structs.replace(criteria, requests=limits)


def load_baseline(name: str, packs: Sequence[Pack]) -> BaselineSource:
    """Return a baseline: an export of that name, else a revision of the same logs.

    Raises:
        BadDataError: the export holds no LogEntry.
        IOFailureError: there is no such export, and it is no possible name of a revision.

    """
    if _REVISION.fullmatch(name) and not Path(name).exists():
        return BaselineSource(name, None)
    return BaselineSource(name, analyze([name], packs=packs))


def gate(
    analysis: Analysis,
    criteria: Criteria,
    *,
    service: str = "",
    revision: str = "",
    baseline: BaselineSource | None = None,
) -> Gate:
    """Evaluate the criteria of a gate for a revision.

    service: the service; by default the one of the verdict.
    revision: the revision; by default the newest in the logs.
    baseline: what new errors are compared with; of an export its newest ready revision.

    Raises:
        UsageError: the baseline is the evaluated revision.

    """
    named = baseline.name if baseline and baseline.analysis is None else ""
    if named and named == revision:
        raise UsageError(f"--baseline: {named} is the revision that is judged", "name the last good one")
    subject_measured = select_subject(
        analysis.timeline,
        analysis.diagnosis,
        analysis.errors,
        analysis.activities,
        analysis.samples,
        traffic=analysis.traffic,
        service=service,
        revision=revision,
        baseline=named,
    )
    last_good_revision = find_last_good(
        analysis.diagnosis, subject_measured.service, subject_measured.revision
    )
    resolved: Baseline | None = None
    compared: Comparison | str = "no baseline was named: --baseline"
    limits = list(analysis.diagnosis.limits)
    if baseline is not None:
        resolved, compared = _compare_with_baseline(
            analysis, subject_measured.service, subject_measured.revision, baseline
        )
        last_good_revision = (
            _usable_revision(analysis, subject_measured.service, resolved.revision) or last_good_revision
        )
        if baseline.analysis and baseline.analysis.timeline.coverage.gaps:
            limits.append(
                f"something of the baseline {baseline.name} could not be read: what it lacks seems new"
            )
    coverage = analysis.timeline.coverage
    result = evaluate_criteria(
        subject_measured, criteria, coverage, compared, baseline=resolved, limits=limits
    )
    result = msgspec.structs.replace(
        result, configuration=_differences(analysis, subject_measured, baseline, last_good_revision)
    )
    return (
        msgspec.structs.replace(result, rollback=_build_rollback(result, last_good_revision))
        if result.status == "failed"
        else result
    )


def _differences(
    analysis: Analysis, subject: Subject, baseline: BaselineSource | None, last_good: str
) -> list[ConfigurationDifference]:
    """Return what the revision changed since its baseline, or since the last good revision."""
    if baseline is not None and baseline.analysis is not None:
        found = between_analyses(baseline.analysis, analysis)
        return [difference for difference in found if difference.service == subject.service]
    earlier = baseline.name if baseline is not None else last_good
    return between_revisions(analysis, earlier, subject.revision, service=subject.service) if earlier else []


def _compare_with_baseline(
    analysis: Analysis, service: str, revision: str, baseline: BaselineSource
) -> tuple[Baseline, Comparison | str]:
    """Return the baseline and the comparison, or the reason why there is none."""
    name = baseline.name
    source = baseline.analysis or analysis
    of = name if baseline.analysis is None else find_last_good(source.diagnosis, service, revision)
    resolved = Baseline(name=name, kind="export" if baseline.analysis else "revision", revision=of)
    if not of:
        return resolved, f"{name} shows no other revision of {service or 'the service'} ready"
    if not any((activity.service, activity.revision) == (service, of) for activity in source.activities):
        return resolved, f"the logs hold nothing of {of}: {_BASELINE_HINT}"
    return resolved, compare(
        restrict_to_revision(source, of), restrict_to_revision(analysis, revision), names=(of, revision)
    )


def _usable_revision(analysis: Analysis, service: str, revision: str) -> str:
    """Return the revision to roll back to, "" if the logs show it not ready."""
    states = [state for state in analysis.diagnosis.services if state.service == service]
    bad = any(state.revisions.get(revision) == "not_ready" for state in states)
    return "" if bad else revision


def _build_rollback(result: Gate, last_good_revision: str) -> Rollback:
    """Return the rollback steps, filled in with the names in the logs."""
    from triage.rendering import playbooks

    known = {
        "service": result.service,
        "region": result.location,
        "project": result.project,
        "last_good": last_good_revision,
    }
    steps = playbooks.rollback_steps(known)
    commands = [command for step in steps for command in step.commands]
    return Rollback(
        last_good=last_good_revision,
        steps=[RollbackStep(step.says, step.commands) for step in steps],
        missing=playbooks.find_unfilled("\n".join(commands)),
    )
