"""Each criterion measured on its subject: what is demanded, what was seen, and the lines that show it."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from triage.checks.gate.subject import Subject
from triage.measures import share
from triage.models import (
    AtMost,
    BootsReady,
    Comparison,
    Connections,
    Coverage,
    CriterionOutcome,
    Evidence,
    NewErrors,
    Run,
    Shows,
)
from triage.window import NANOSECONDS, parse_timestamp

#: Lines that a criterion cites, and names that it lists.
_CITED, _NAMED = 3, 3
_WORDS = {"not_ready": "not ready", "no_data": "no data"}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The condition in words, what was measured of it, and the lines that show it."""

    says: str
    outcome: CriterionOutcome
    measured: str
    value: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    lines: list[Evidence] = []


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


def boots_ready(subject: Subject, criterion: BootsReady) -> Finding:
    """Return how many boots became ready in time.

    A boot that has time left says nothing yet. One that may have come up in time, or not, leaves open what it may
    change: that is one of which the logs lack the beginning, or any word of its end.
    """
    boots = [run for run in subject.runs if run.kind == "boot"]
    good = [
        run for run in boots if run.verdict == "ready" and run.complete and run.elapsed <= criterion.within
    ]
    slow = [run for run in boots if run.verdict == "ready" and run.elapsed > criterion.within]
    failed = [run for run in boots if run.verdict == "not_ready"]
    headless = [run for run in boots if run.verdict == "ready" and run not in (*good, *slow)]
    ends = [run for run in boots if run.verdict == "unknown"]
    going = [run for run in ends if _has_time(run, criterion.within, subject.last)]
    total, unclear = len(good) + len(slow) + len(failed), len(headless) + len(ends) - len(going)
    outcome: CriterionOutcome = "not_measured"
    if len(good) + unclear < criterion.at_least * (total + unclear):
        outcome = "failed"
    elif total and len(good) >= criterion.at_least * (total + unclear):
        outcome = "met"
    slowest = max((run.elapsed for run in good), default=None)
    told = [
        f"{len(good)} of {total:,} boots became ready within {criterion.within:g} s"
        + (f", the slowest in {slowest:.2f} s" if slowest is not None else "")
        if total
        else "",
        f"{_many(len(slow), 'boot')} took longer, up to {max(run.elapsed for run in slow):.2f} s"
        if slow
        else "",
        f"{_many(len(failed), 'boot')} failed" if failed else "",
        f"the logs lack the beginning of {_many(len(headless), 'boot')}" if headless else "",
        f"nothing says whether {_many(len(ends) - len(going), 'boot')} came up"
        if len(ends) > len(going)
        else "",
        f"{_many(len(going), 'boot')} under way" if going else "",
        "" if boots else "no boot of this revision is in the logs",
    ]
    late = {run.id for run in slow}
    lines = [*_lines(subject, "boot_failed"), *_lines(subject, "boot_ready", late)]
    return Finding(
        says=f"{_part(criterion.at_least, 'boot')} ready within {criterion.within:g} s",
        outcome=outcome,
        measured="; ".join(filter(None, told)),
        value=round(len(good) / total, 4) if total else None,
        at_least=criterion.at_least,
        lines=lines if outcome == "failed" else [],
    )


def critical_checks(subject: Subject, criterion: AtMost) -> Finding:
    """Return which critical checks failed; an answer that is given again from the cache names none."""
    failing = [run for run in subject.runs if run.failed_checks]
    decided = [run for run in subject.runs if run.kind == "validation" and run.verdict != "unknown"]
    checks = Counter(check for run in failing for check in run.failed_checks)
    told = f"none failed in {_many(len(decided), 'validation')}"
    if checks:
        named = [f"{check} failed {_times(count)}" for check, count in checks.most_common(_NAMED)]
        told = ", ".join(named + ([f"{len(checks) - _NAMED} others too"] if len(checks) > _NAMED else []))
    elif not decided:
        told = "no validation of this revision has a verdict in the logs"
    return _counted(
        says="critical check fails",
        found=checks.total(),
        measured=told,
        seen=bool(decided or checks),
        at_most=criterion.at_most,
        lines=_lines(subject, "check_failed"),
    )


def boot_failures(subject: Subject, criterion: AtMost) -> Finding:
    """Return how many boots failed."""
    boots = [run for run in subject.runs if run.kind == "boot" and run.verdict != "unknown"]
    failed = [run for run in boots if run.verdict == "not_ready"]
    conditions = Counter(run.condition or "exit" for run in failed)
    how = ", ".join(
        f"{name.replace('_', ' ')} {_times(count)}" for name, count in conditions.most_common(_NAMED)
    )
    told = f"{len(failed)} of {len(boots):,} boots failed" + (f": {how}" if how else "")
    return _counted(
        says="boot fails",
        found=len(failed),
        measured=told if boots else "no boot of this revision has an end in the logs",
        seen=bool(boots),
        at_most=criterion.at_most,
        lines=_lines(subject, "boot_failed"),
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
        says=f"{_part(criterion.at_least, 'WebSocket connection')} opened",
        outcome=outcome,
        measured=told,
        value=round(seen.good / seen.total, 4) if seen and outcome != "not_measured" else None,
        at_least=criterion.at_least,
        lines=_lines(subject, "socket_refused") if outcome == "failed" else [],
    )


def new_errors(subject: Subject, criterion: NewErrors, compared: Comparison | str) -> Finding:
    """Return the error shapes that the baseline does not have; a text instead of a comparison says why there is none.

    A baseline that is too thin has nothing, so that everything would be new to it: it measures nothing. Where too
    little was seen of the revision itself, what is new counts all the same.
    """
    if isinstance(compared, str):
        return _counted(
            "error shape is new to the baseline", 0, compared, seen=False, at_most=criterion.at_most
        )
    new = [found for found in compared.errors if found.service == subject.service and found.change == "new"]
    thin = [found for found in compared.thin if found.service == subject.service]
    names = {"before": f"the baseline {compared.before.name}", "after": compared.after.name}
    why = "; ".join(f"{names[found.side]}: {found.why}" for found in thin)
    unusable = any(found.side == "before" for found in thin)
    told = f"{_many(len(new), 'error shape') if new else 'no error shape'} that {compared.before.name} does not have"
    unsure = [found for found in new if not found.sure]
    if unsure:
        told += f", {len(unsure)} of them so seldom that it may be chance"
    new = [found for found in new if found.sure or not criterion.only_sure]
    shapes = {error.shape: error for error in subject.errors}
    first = sorted(
        (shapes[found.shape] for found in new if found.shape in shapes), key=lambda error: error.first
    )
    return _counted(
        says="error shape is new to the baseline",
        found=len(new),
        measured=why if unusable else "; ".join(filter(None, [told, why])),
        seen=not thin or (bool(new) and not unusable),
        at_most=criterion.at_most,
        lines=[
            Evidence(
                id="",
                insert_id=error.insert_id,
                timestamp=error.first,
                message=error.example,
                service=error.service,
                revision=error.revision,
                rule=error.rule,
                count=error.count,
            )
            for error in first[:_CITED]
        ],
    )


def whole_logs(coverage: Coverage) -> Finding:
    """Return whether something is missing from what was to be read."""
    gaps = Counter(gap.kind.replace("_", " ") for gap in coverage.gaps)
    told = ", ".join(f"{kind} {_times(count)}" for kind, count in gaps.most_common())
    return Finding(
        says="nothing of what was to be read is missing",
        outcome="not_measured" if gaps else "met",
        measured=f"something is: {told}" if gaps else f"{_many(coverage.records, 'record')} read, no gap",
    )


def _counted(
    says: str, found: int, measured: str, *, seen: bool, at_most: int, lines: Sequence[Evidence] = ()
) -> Finding:
    """Return how a count stands to its bound; ``says`` is what is counted, in the singular: "boot fails"."""
    failed = found > at_most
    return Finding(
        says=f"no {says}" if not at_most else f"no more than {at_most} times: {says}",
        outcome="not_measured" if not seen else "failed" if failed else "met",
        measured=measured,
        value=float(found) if seen else None,
        at_most=float(at_most),
        lines=list(lines) if seen and failed else [],
    )


def _lines(subject: Subject, shows: Shows, runs: set[str] | None = None) -> list[Evidence]:
    found = [seen for seen in subject.witnesses if seen.shows == shows]
    return [seen.line for seen in found if runs is None or seen.run in runs]


def _has_time(run: Run, within: float, last: str | None) -> bool:
    """Return whether a boot could still become ready in time when the logs end."""
    return last is not None and parse_timestamp(last) - parse_timestamp(run.started) <= within * NANOSECONDS


def _part(at_least: float, what: str) -> str:
    return f"every {what} is" if at_least == 1 else f"at least {at_least * 100:g} % of the {what}s are"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
