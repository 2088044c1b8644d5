"""Measure boots: ready in time, and failed."""

from collections import Counter
from collections.abc import Sequence

from triage.measures import Ratio
from triage.models import AtMost, BootsReady, CriterionOutcome, Run
from triage.release.gate.criterion_result import (
    CriterionResult,
    count_result,
    proportion_text,
)
from triage.release.gate.subject import Subject
from triage.text import count_times, pluralize
from triage.window import NANOSECONDS, parse_timestamp

_MAX_NAMED = 3


def measure_boots_ready(subject: Subject, criterion: BootsReady) -> CriterionResult:
    """Measure how many boots became ready in time.

    A boot within its time limit is not counted yet. A boot is unclear if the logs lack its start or any line
    about its end; unclear boots leave open what they could change.
    """
    boots = [run for run in subject.runs if run.kind == "boot"]
    ready = [run for run in boots if run.verdict == "ready"]
    slow = [run for run in ready if run.elapsed > criterion.within]
    good = [run for run in ready if run.elapsed <= criterion.within and run.complete]
    headless = [run for run in ready if run.elapsed <= criterion.within and not run.complete]
    failed = [run for run in boots if run.verdict == "not_ready"]
    going = [
        run
        for run in boots
        if run.verdict == "unknown" and _has_time_left(run, criterion.within, subject.last)
    ]
    silent = [run for run in boots if run.verdict == "unknown" and run not in going]
    total, unclear = len(good) + len(slow) + len(failed), len(headless) + len(silent)
    counted_in = [
        (slow, f"took longer, up to {_slowest(slow):.2f} s"),
        (failed, "failed"),
        (headless, "began before the logs do"),
        (silent, "without a word of its end"),
        (going, "under way"),
    ]
    parts = [f"{pluralize(len(runs), 'boot')} {what}" for runs, what in counted_in if runs]
    if total:
        slowest = f", the slowest in {_slowest(good):.2f} s" if good else ""
        parts.insert(0, f"{len(good)} of {total:,} boots became ready within {criterion.within:g} s{slowest}")
    outcome = _classify(len(good), total, unclear, criterion.at_least)
    late = {run.id for run in slow}
    lines = [*subject.lines("boot_failed"), *subject.lines("boot_ready", late)]
    return CriterionResult(
        says=f"{proportion_text(criterion.at_least, 'boot')} ready within {criterion.within:g} s",
        outcome=outcome,
        measured="; ".join(parts) or "no boot of this revision is in the logs",
        value=round(len(good) / total, 4) if total else None,
        at_least=criterion.at_least,
        lines=lines if outcome == "failed" else [],
    )


def _classify(good: int, total: int, unclear: int, at_least: float) -> CriterionOutcome:
    """Return the outcome of a ratio that holds whatever the unclear boots were."""
    if not total:
        return "not_measured"
    if not Ratio(good + unclear, total + unclear, "").reaches(at_least):
        return "failed"
    return "met" if Ratio(good, total + unclear, "").reaches(at_least) else "not_measured"


def _slowest(boots: Sequence[Run]) -> float:
    return max((run.elapsed for run in boots), default=0.0)


def measure_boot_failures(subject: Subject, criterion: AtMost) -> CriterionResult:
    """Measure how many boots failed."""
    boots = [run for run in subject.runs if run.kind == "boot" and run.verdict != "unknown"]
    failed = [run for run in boots if run.verdict == "not_ready"]
    conditions = Counter(run.condition or "exit" for run in failed)
    how = ", ".join(
        f"{name.replace('_', ' ')} {count_times(count)}" for name, count in conditions.most_common(_MAX_NAMED)
    )
    parts = f"{len(failed)} of {len(boots):,} boots failed" + (f": {how}" if how else "")
    return count_result(
        says=f"boots fail at most {count_times(criterion.at_most)}" if criterion.at_most else "no boot fails",
        found=len(failed),
        measured=parts if boots else "no boot of this revision has an end in the logs",
        seen=bool(boots),
        at_most=criterion.at_most,
        lines=subject.lines("boot_failed"),
    )


def _has_time_left(run: Run, within: float, last: str | None) -> bool:
    """Return whether a boot could still become ready in time when the logs end."""
    return last is not None and parse_timestamp(last) - parse_timestamp(run.started) <= within * NANOSECONDS
