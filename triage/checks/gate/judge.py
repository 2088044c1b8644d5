"""The judgement: every criterion measured, and what they say together."""

from collections.abc import Iterator, Sequence

import msgspec

from triage.checks.gate import boots, measuring
from triage.checks.gate.errors import new_errors
from triage.checks.gate.finding import Finding
from triage.checks.gate.subject import Subject
from triage.models import (
    Baseline,
    Comparison,
    Coverage,
    Criteria,
    Criterion,
    Demand,
    Evidence,
    Gate,
    GateStatus,
)


def judge(
    subject: Subject,
    criteria: Criteria,
    coverage: Coverage,
    compared: Comparison | str,
    *,
    baseline: Baseline | None = None,
    limits: Sequence[str] = (),
) -> Gate:
    """Return whether the subject meets the criteria.

    It fails when one of them fails; it is inconclusive when none fails and one that is required was not measured.
    ``compared`` holds its errors against the baseline, or says why they are not. Who names a ``baseline`` wants it
    measured: new errors are then required, unless they are off.
    """
    exhibits = _Exhibits()
    judged = [
        Criterion(
            id=name,
            need=need,
            says=finding.says,
            outcome=finding.outcome,
            measured=finding.measured,
            value=finding.value,
            at_least=finding.at_least,
            at_most=finding.at_most,
            evidence=[exhibits.cite(line) for line in finding.lines],
        )
        for name, need, finding in _findings(subject, criteria, coverage, compared, baseline)
        if need != "off"
    ]
    status = _status(judged)
    return Gate(
        status=status,
        why=_why(status, subject, judged),
        service=subject.service,
        revision=subject.revision,
        project=subject.project,
        location=subject.location,
        environment=subject.environment,
        verdict=subject.verdict,
        baseline=baseline,
        criteria=judged,
        evidence=exhibits.lines,
        limits=[*limits, *(compared.limits if isinstance(compared, Comparison) else [])],
        coverage=coverage,
    )


def lasting(criterion: Criterion) -> bool:
    """Return whether a criterion failed in a way that no later log can undo: a share may rise, a count never falls."""
    return criterion.outcome == "failed" and (criterion.at_most is not None or criterion.at_least == 1)


class _Exhibits:
    """The lines that criteria cite, numbered: each once."""

    def __init__(self) -> None:
        self.lines: list[Evidence] = []

    def cite(self, line: Evidence) -> str:
        """Return the number of a line, which gets one when it is cited first."""
        for known in self.lines:
            if _place(known) == _place(line):
                return known.id
        number = f"E{len(self.lines) + 1}"
        self.lines.append(msgspec.structs.replace(line, id=number))
        return number


def _place(line: Evidence) -> tuple[str, str, str]:
    return line.timestamp, line.insert_id, line.message


def _findings(
    subject: Subject,
    criteria: Criteria,
    coverage: Coverage,
    compared: Comparison | str,
    baseline: Baseline | None,
) -> Iterator[tuple[str, Demand, Finding]]:
    """Yield each criterion that is looked at, and what was measured of it."""
    of = criteria
    errors = of.new_errors.need
    yield "ready", "required", measuring.ready(subject)
    yield "boots_ready", of.boots_ready.need, boots.boots_ready(subject, of.boots_ready)
    yield "critical_checks", of.critical_checks.need, measuring.critical_checks(subject, of.critical_checks)
    yield "boot_failures", of.boot_failures.need, boots.boot_failures(subject, of.boot_failures)
    yield "connections", of.connections.need, measuring.connections(subject, of.connections)
    yield (
        "new_errors",
        "required" if baseline and errors == "optional" else errors,
        new_errors(subject, of.new_errors, compared),
    )
    yield "whole_logs", of.whole_logs.need, measuring.whole_logs(coverage)


def _status(judged: Sequence[Criterion]) -> GateStatus:
    outcomes = {criterion.outcome for criterion in judged}
    if "failed" in outcomes:
        return "failed"
    return "inconclusive" if any(map(_open, judged)) else "passed"


def _open(criterion: Criterion) -> bool:
    return criterion.need == "required" and criterion.outcome == "not_measured"


def _why(status: GateStatus, subject: Subject, judged: Sequence[Criterion]) -> str:
    """Return the judgement in one sentence."""
    if status == "passed":
        met = sum(criterion.outcome == "met" for criterion in judged)
        others = [criterion.id for criterion in judged if criterion.outcome != "met"]
        told = f"; optional and not measured: {', '.join(others)}" if others else ""
        return f"the revision is {subject.verdict} and meets {met} of {len(judged)} criteria{told}"
    named = [
        criterion
        for criterion in judged
        if (criterion.outcome == "failed" if status == "failed" else _open(criterion))
    ]
    what = "failed" if status == "failed" else "required, but not measured"
    return f"{len(named)} of {len(judged)} criteria {what}: {', '.join(criterion.id for criterion in named)}"
