"""Measure the other criteria: verdict, checks, connections, complete logs."""

from collections import Counter

from triage.measures import count_served, measure_ratio
from triage.models import (
    AtMost,
    Connections,
    Coverage,
    CriterionOutcome,
    Evidence,
    RequestsServed,
)
from triage.release.gate.criterion_result import (
    CriterionResult,
    count_result,
    proportion_text,
)
from triage.release.gate.subject import Subject
from triage.text import count_times, pluralize

#: Most lines that a criterion cites, and most names that it lists.
_MAX_CITED, _MAX_NAMED = 3, 3
_WORDS = {"not_ready": "not ready", "no_data": "no data"}


def measure_ready(subject: Subject) -> CriterionResult:
    """Measure the verdict of the diagnosis for the revision."""
    outcomes: dict[str, CriterionOutcome] = {"ready": "met", "degraded": "met", "not_ready": "failed"}
    outcome = outcomes.get(subject.verdict, "not_measured")
    incident = subject.incident if outcome == "failed" else None
    reasons = [subject.why, f"the cause: {incident.title}" if incident else ""]
    verdict = _WORDS.get(subject.verdict, subject.verdict)
    lines: list[Evidence] = []
    if incident:
        deepest = incident.reasons[-1].evidence if incident.reasons else []
        lines = [line for line in incident.evidence if line.id in deepest] or incident.evidence
    return CriterionResult(
        says="the diagnosis calls the revision ready or degraded",
        outcome=outcome,
        measured="; ".join([f"it calls it {verdict}", *filter(None, reasons)]),
        lines=lines[:_MAX_CITED],
    )


def measure_critical_checks(subject: Subject, criterion: AtMost) -> CriterionResult:
    """Measure which critical checks failed; a cached refusal names none."""
    failing = [run for run in subject.runs if run.failed_checks]
    decided = [run for run in subject.runs if run.kind == "validation" and run.verdict != "unknown"]
    checks = Counter(check for run in failing for check in run.failed_checks)
    text = f"none failed in {pluralize(len(decided), 'validation')}"
    if checks:
        named = [f"{check} failed {count_times(count)}" for check, count in checks.most_common(_MAX_NAMED)]
        text = ", ".join(
            named + ([f"{len(checks) - _MAX_NAMED} others too"] if len(checks) > _MAX_NAMED else [])
        )
    elif not decided:
        text = "no validation of this revision has a verdict in the logs"
    return count_result(
        says=f"critical checks fail at most {count_times(criterion.at_most)}"
        if criterion.at_most
        else "no critical check fails",
        found=checks.total(),
        measured=text,
        seen=bool(decided or checks),
        at_most=criterion.at_most,
        lines=subject.lines("check_failed"),
    )


def measure_connections(subject: Subject, criterion: Connections) -> CriterionResult:
    """Measure how many WebSocket connections were opened."""
    ratio = measure_ratio("connections_opened", [], subject.requests)
    outcome: CriterionOutcome = "not_measured"
    text = "no WebSocket connection to this revision is in the logs"
    if ratio is not None:
        few = ratio.total < criterion.seen_at_least
        text = f"{ratio}" + (f"; it takes {criterion.seen_at_least} to tell" if few else "")
        outcome = "not_measured" if few else "met" if ratio.reaches(criterion.at_least) else "failed"
    return CriterionResult(
        says=f"{proportion_text(criterion.at_least, 'WebSocket connection')} opened",
        outcome=outcome,
        measured=text,
        value=round(ratio.good / ratio.total, 4) if ratio and outcome != "not_measured" else None,
        at_least=criterion.at_least,
        lines=subject.lines("socket_refused") if outcome == "failed" else [],
    )


def measure_requests(subject: Subject, criterion: RequestsServed) -> CriterionResult:
    """Measure how many requests ended 5xx.

    Plain requests that a middleware refused are counted separately.
    """
    served = count_served([subject.traffic] if subject.traffic else [], subject.requests)
    total, failed, refused = served.total, served.failed, served.refused
    seen = total >= criterion.seen_at_least
    text = f"{failed:,} of {pluralize(total, 'request')} returned 5xx"
    if refused:
        text += f"; {pluralize(refused, 'plain request')} refused by the middleware not counted"
    if not total:
        text = "no request to this revision is in the logs"
    elif not seen:
        text += f"; at least {criterion.seen_at_least:,} are needed"
    outcome: CriterionOutcome = "not_measured"
    if seen:
        outcome = "met" if failed / total <= criterion.at_most else "failed"
    return CriterionResult(
        says=f"at most {criterion.at_most * 100:g} % of the requests return 5xx"
        if criterion.at_most
        else "no request returns 5xx",
        outcome=outcome,
        measured=text,
        value=round(failed / total, 4) if seen else None,
        at_most=criterion.at_most,
        lines=_request_lines(subject) if outcome == "failed" else [],
    )


def _request_lines(subject: Subject) -> list[Evidence]:
    """Return the lines of the first incident of the revision in which requests failed."""
    return subject.incident.evidence[:_MAX_CITED] if subject.incident else []


def measure_whole_logs(coverage: Coverage) -> CriterionResult:
    """Measure whether anything could not be read."""
    gaps = Counter(gap.kind.replace("_", " ") for gap in coverage.gaps)
    text = ", ".join(f"{kind} {count_times(count)}" for kind, count in gaps.most_common())
    return CriterionResult(
        says="no part of the logs is missing",
        outcome="not_measured" if gaps else "met",
        measured=f"something is: {text}" if gaps else f"{pluralize(coverage.records, 'record')} read, no gap",
    )
