"""Criteria of a revision that are no matter of boots or errors: its verdict, checks and connections, and the logs themselves."""

from collections import Counter

from triage.checks.gate.finding import Finding, counted, many, part, times
from triage.checks.gate.subject import Subject
from triage.measures import share
from triage.models import AtMost, Connections, Coverage, CriterionOutcome, Evidence

#: Lines that a criterion cites, and names that it lists.
_CITED, _NAMED = 3, 3
_WORDS = {"not_ready": "not ready", "no_data": "no data"}


def ready(subject: Subject) -> Finding:
    """Return what the diagnosis says of the revision."""
    outcomes: dict[str, CriterionOutcome] = {"ready": "met", "degraded": "met", "not_ready": "failed"}
    outcome = outcomes.get(subject.verdict, "not_measured")
    incident = subject.incident if outcome == "failed" else None
    said = [subject.why, f"the cause: {incident.title}" if incident else ""]
    verdict = _WORDS.get(subject.verdict, subject.verdict)
    lines: list[Evidence] = []
    if incident:
        deepest = incident.reasons[-1].evidence if incident.reasons else []
        lines = [line for line in incident.evidence if line.id in deepest] or incident.evidence
    return Finding(
        says="the diagnosis calls the revision ready or degraded",
        outcome=outcome,
        measured="; ".join([f"it calls it {verdict}", *filter(None, said)]),
        lines=lines[:_CITED],
    )


def critical_checks(subject: Subject, criterion: AtMost) -> Finding:
    """Return which critical checks failed; an answer that is given again from the cache names none."""
    failing = [run for run in subject.runs if run.failed_checks]
    decided = [run for run in subject.runs if run.kind == "validation" and run.verdict != "unknown"]
    checks = Counter(check for run in failing for check in run.failed_checks)
    told = f"none failed in {many(len(decided), 'validation')}"
    if checks:
        named = [f"{check} failed {times(count)}" for check, count in checks.most_common(_NAMED)]
        told = ", ".join(named + ([f"{len(checks) - _NAMED} others too"] if len(checks) > _NAMED else []))
    elif not decided:
        told = "no validation of this revision has a verdict in the logs"
    return counted(
        says=f"critical checks fail at most {times(criterion.at_most)}"
        if criterion.at_most
        else "no critical check fails",
        found=checks.total(),
        measured=told,
        seen=bool(decided or checks),
        at_most=criterion.at_most,
        lines=subject.lines("check_failed"),
    )


def connections(subject: Subject, criterion: Connections) -> Finding:
    """Return how many WebSocket connections were opened."""
    seen = share("connections_opened", [], subject.requests)
    outcome: CriterionOutcome = "not_measured"
    told = "no WebSocket connection to this revision is in the logs"
    if seen is not None:
        few = seen.total < criterion.seen_at_least
        told = f"{seen}" + (f"; it takes {criterion.seen_at_least} to tell" if few else "")
        outcome = "not_measured" if few else "met" if seen.reaches(criterion.at_least) else "failed"
    return Finding(
        says=f"{part(criterion.at_least, 'WebSocket connection')} opened",
        outcome=outcome,
        measured=told,
        value=round(seen.good / seen.total, 4) if seen and outcome != "not_measured" else None,
        at_least=criterion.at_least,
        lines=subject.lines("socket_refused") if outcome == "failed" else [],
    )


def whole_logs(coverage: Coverage) -> Finding:
    """Return whether something is missing from what was to be read."""
    gaps = Counter(gap.kind.replace("_", " ") for gap in coverage.gaps)
    told = ", ".join(f"{kind} {times(count)}" for kind, count in gaps.most_common())
    return Finding(
        says="nothing of what was to be read is missing",
        outcome="not_measured" if gaps else "met",
        measured=f"something is: {told}" if gaps else f"{many(coverage.records, 'record')} read, no gap",
    )
