"""Evaluate all criteria and combine them into the status of the gate."""

from collections.abc import Iterator, Sequence

import msgspec

from triage.models import (
    Baseline,
    Comparison,
    Coverage,
    Criteria,
    Criterion,
    Evidence,
    Gate,
    GateStatus,
    Requirement,
)
from triage.release.gate import boots, measurements
from triage.release.gate.criterion_result import CriterionResult
from triage.release.gate.errors import measure_new_errors
from triage.release.gate.subject import Subject


def evaluate_criteria(
    subject: Subject,
    criteria: Criteria,
    coverage: Coverage,
    compared: Comparison | str,
    *,
    baseline: Baseline | None = None,
    limits: Sequence[str] = (),
) -> Gate:
    """Return whether the subject meets the criteria.

    The gate fails if a criterion fails. It is inconclusive if none fails and a required one was not measured.
    ``compared`` is the comparison with the baseline, or says why there is none. A named ``baseline`` makes
    new errors required, unless they are off.
    """
    evidence = _EvidenceList()
    evaluated = [
        Criterion(
            id=name,
            need=need,
            says=result.says,
            outcome=result.outcome,
            measured=result.measured,
            value=result.value,
            at_least=result.at_least,
            at_most=result.at_most,
            evidence=[evidence.cite(line) for line in result.lines],
        )
        for name, need, result in _measure_criteria(subject, criteria, coverage, compared, baseline)
        if need != "off"
    ]
    status = _gate_status(evaluated)
    is_named = status != "passed" or subject.open_incidents > 0
    return Gate(
        status=status,
        why=_explain_status(status, subject, evaluated),
        incident=subject.incident.title if subject.incident and is_named else "",
        open_incidents=subject.open_incidents,
        service=subject.service,
        revision=subject.revision,
        project=subject.project,
        location=subject.location,
        environment=subject.environment,
        verdict=subject.verdict,
        baseline=baseline,
        criteria=evaluated,
        evidence=evidence.lines,
        limits=[*limits, *(compared.limits if isinstance(compared, Comparison) else [])],
        coverage=coverage,
    )


def is_final(criterion: Criterion) -> bool:
    """Return whether later logs cannot undo a failed criterion.

    A ratio may change, a count never falls.
    """
    if criterion.id == "requests":
        return criterion.outcome == "failed" and criterion.at_most == 0
    return criterion.outcome == "failed" and (criterion.at_most is not None or criterion.at_least == 1)


class _EvidenceList:
    """The lines that criteria cite, each numbered once."""

    def __init__(self) -> None:
        self.lines: list[Evidence] = []

    def cite(self, line: Evidence) -> str:
        """Return the number of a line, assigned at its first citation."""
        for known in self.lines:
            if _line_key(known) == _line_key(line):
                return known.id
        number = f"E{len(self.lines) + 1}"
        self.lines.append(msgspec.structs.replace(line, id=number))
        return number


def _line_key(line: Evidence) -> tuple[str, str, str]:
    return line.timestamp, line.insert_id, line.message


def _measure_criteria(
    subject: Subject,
    criteria: Criteria,
    coverage: Coverage,
    compared: Comparison | str,
    baseline: Baseline | None,
) -> Iterator[tuple[str, Requirement, CriterionResult]]:
    """Yield each criterion with its measurement."""
    of = _without_chain(criteria) if not subject.chain else criteria
    errors = of.new_errors.need
    yield "ready", "required", measurements.measure_ready(subject)
    yield "boots_ready", of.boots_ready.need, boots.measure_boots_ready(subject, of.boots_ready)
    yield (
        "critical_checks",
        of.critical_checks.need,
        measurements.measure_critical_checks(subject, of.critical_checks),
    )
    yield "boot_failures", of.boot_failures.need, boots.measure_boot_failures(subject, of.boot_failures)
    yield "connections", of.connections.need, measurements.measure_connections(subject, of.connections)
    yield "requests", of.requests.need, measurements.measure_requests(subject, of.requests)
    yield (
        "new_errors",
        "required" if baseline and errors == "optional" else errors,
        measure_new_errors(subject, of.new_errors, compared),
    )
    yield "whole_logs", of.whole_logs.need, measurements.measure_whole_logs(coverage)


def _without_chain(criteria: Criteria) -> Criteria:
    """Return the criteria of a service without a known chain: requests replace what needs one."""
    requests = criteria.requests
    if requests.need == "optional":
        requests = msgspec.structs.replace(requests, need="required")
    return msgspec.structs.replace(
        criteria,
        boots_ready=msgspec.structs.replace(criteria.boots_ready, need="off"),
        critical_checks=msgspec.structs.replace(criteria.critical_checks, need="off"),
        boot_failures=msgspec.structs.replace(criteria.boot_failures, need="off"),
        requests=requests,
    )


def _gate_status(evaluated: Sequence[Criterion]) -> GateStatus:
    outcomes = {criterion.outcome for criterion in evaluated}
    if "failed" in outcomes:
        return "failed"
    return "inconclusive" if any(map(_is_open, evaluated)) else "passed"


def _is_open(criterion: Criterion) -> bool:
    return criterion.need == "required" and criterion.outcome == "not_measured"


def _explain_status(status: GateStatus, subject: Subject, evaluated: Sequence[Criterion]) -> str:
    """Return the status in one sentence."""
    if status == "passed":
        met = sum(criterion.outcome == "met" for criterion in evaluated)
        others = [criterion.id for criterion in evaluated if criterion.outcome != "met"]
        unmeasured = f"; optional and not measured: {', '.join(others)}" if others else ""
        basis = "" if subject.chain else ", serving (no readiness chain known),"
        share = f"{met} of {len(evaluated)} criteria"
        return f"the revision is {subject.verdict}{basis} and meets {share}{unmeasured}"
    named = [
        criterion
        for criterion in evaluated
        if (criterion.outcome == "failed" if status == "failed" else _is_open(criterion))
    ]
    what = "failed" if status == "failed" else "required, but not measured"
    return (
        f"{len(named)} of {len(evaluated)} criteria {what}: {', '.join(criterion.id for criterion in named)}"
    )
