"""Boots, validations, judged requests, checks and requests by outcome, on two sides."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from triage.checks.compare.chance import shares_differ
from triage.checks.compare.side import Side
from triage.measures import Measure, Pace, Share, answers, paces, share
from triage.models import Change, Figure, OutcomeChange, OutcomeKind, Pacing, Run

#: Shares that chance may have made different are alike within five points, else there are too few to tell.
_ALIKE = 0.05
#: A time has changed when its median is half as much again, by a tenth of a second at least, and beyond the other
#: side's 95th percentile: what is usual now was slow before. It takes five times on each side to say so.
_TIMES = 5
_FACTOR = 1.5
_LEAST_SECONDS = 0.1
_RUNS: dict[OutcomeKind, Measure] = {
    "boot": "boots_ready",
    "validation": "validations_ready",
    "gate": "requests_admitted",
}
_REQUESTS: dict[OutcomeKind, Measure] = {"socket": "connections_opened", "health": "health_answered"}
_PASSED = ("passed", "tolerated")
_MADE = (*_PASSED, "failed", "warned")
_ORDER: list[OutcomeKind] = ["boot", "validation", "gate", "check", "socket", "health"]


class _Key(NamedTuple):
    kind: OutcomeKind
    name: str = ""


class _Counted(NamedTuple):
    figure: Figure
    timed: int = 0


def outcome_changes(before: Side, after: Side) -> list[OutcomeChange]:
    """Return what became of everything that has an outcome, by service: runs, then checks, then requests."""
    changes = []
    for service in sorted(before.services | after.services):
        first, second = dict(_counted(before, service)), dict(_counted(after, service))
        keys = sorted(dict.fromkeys((*first, *second)), key=lambda key: _ORDER.index(key.kind))
        changes += [_change(service, key, first.get(key), second.get(key)) for key in keys]
    return changes


def _counted(side: Side, service: str) -> Iterator[tuple[_Key, _Counted]]:
    runs = [run for run in side.runs if run.service == service]
    requests = [found for found in side.requests if found.service == service]
    pace = {found.kind: found for found in paces(runs)}
    for kind, measure in _RUNS.items():
        verdicts = Counter[str](run.verdict for run in runs if run.kind == kind)
        if verdicts:
            yield _Key(kind), _figure(share(measure, runs), verdicts, pace.get(kind))
    for check, outcomes in _checks(runs).items():
        passed, made = (sum(outcomes[word] for word in words) for words in (_PASSED, _MADE))
        yield _Key("check", check), _figure(Share(passed, made, check), outcomes, pace.get(f"check {check}"))
    for found in answers(requests):
        kind = "health" if found.kind == "health" else "socket"
        answered = [asked for asked in requests if asked.kind == kind]
        statuses = Counter(found.statuses)
        yield (
            _Key(kind, found.path),
            _figure(share(_REQUESTS[kind], (), answered, path=found.path), statuses, None),
        )


def _checks(runs: Sequence[Run]) -> dict[str, Counter[str]]:
    """Return the outcomes of each check; one that a run blames without a line of its own has failed."""
    checks: dict[str, Counter[str]] = {}
    for run in runs:
        told = [(step.check, step.outcome) for step in run.steps if step.check and step.outcome != "seen"]
        made = {check for check, outcome in told if outcome in _MADE}
        blamed = [(check, "failed") for check in run.failed_checks if check not in made]
        for check, outcome in (*told, *blamed):
            checks.setdefault(check, Counter())[outcome] += 1
    return checks


def _figure(found: Share | None, counts: Counter[str], pace: Pace | None) -> _Counted:
    return _Counted(
        Figure(
            good=found.good if found else 0,
            total=found.total if found else 0,
            counts=dict(sorted(counts.items())),
            median=pace.median if pace else None,
            p95=pace.p95 if pace else None,
        ),
        pace.ready if pace else 0,
    )


def _change(service: str, key: _Key, before: _Counted | None, after: _Counted | None) -> OutcomeChange:
    return OutcomeChange(
        service=service,
        kind=key.kind,
        name=key.name,
        before=before.figure if before else None,
        after=after.figure if after else None,
        change=_became(before.figure, after.figure, key.kind) if before and after else "unclear",
        pace=_paced(before, after) if before and after else None,
    )


def _became(before: Figure, after: Figure, kind: OutcomeKind) -> Change:
    """Return what became of a share. A check that always passed and never does now has failed, however few the runs."""
    if not before.total or not after.total:
        return "unclear"
    first, second = before.good / before.total, after.good / after.total
    turned = kind == "check" and {first, second} == {0.0, 1.0}
    if turned or shares_differ(before.good, before.total, after.good, after.total):
        return "better" if second > first else "worse"
    return "same" if abs(second - first) <= _ALIKE else "unclear"


def _paced(before: _Counted, after: _Counted) -> Pacing | None:
    first, second = before.figure, after.figure
    if first.median is None or first.p95 is None or second.median is None or second.p95 is None:
        return None
    slower = _beyond(second.median, first.median, first.p95)
    faster = _beyond(first.median, second.median, second.p95)
    if not slower and not faster:
        near = max(first.median, second.median) < _FACTOR * min(first.median, second.median)
        small = abs(first.median - second.median) < _LEAST_SECONDS
        return "same" if near or small else "unclear"
    if min(before.timed, after.timed) < _TIMES:
        return "unclear"
    return "slower" if slower else "faster"


def _beyond(median: float, other: float, slow: float) -> bool:
    return median > slow and median >= _FACTOR * other and median - other >= _LEAST_SECONDS
