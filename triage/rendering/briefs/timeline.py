"""Brief of a timeline: similar runs once, and the steps of one run on request."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from triage.errors import UsageError
from triage.models import Run, Step, Timeline
from triage.models.timeline_brief import BriefRun, BriefStep, TimelineBrief
from triage.rendering.briefs.size import fit_part
from triage.rendering.documents import sanitize
from triage.rendering.run_groups import group_similar_runs
from triage.text import pluralize

_NOUNS = {"gate": "gate run", "probe": "probe run"}


def brief_timeline(timeline: Timeline, *, run: str = "", cursor: str = "") -> dict[str, Any]:
    """Return the brief of a timeline as plain data, secrets masked.

    run: id of the run whose steps to return instead of all runs.
    cursor: where the list of runs or steps continues.

    Raises:
        UsageError: there is no such run, or the cursor is not valid.

    """
    shown = sanitize(timeline)
    groups = group_similar_runs(shown.runs)
    covered = shown.coverage
    chosen = _choose(groups, run) if run else None
    brief = TimelineBrief(
        headline=_headline(shown.runs),
        runs=[] if chosen else [_brief_group(group) for group in groups],
        run=_brief_group([chosen]) if chosen else None,
        steps=[_brief_step(step) for step in chosen.steps] if chosen else [],
        records=covered.records,
        first=covered.first or "",
        last=covered.last or "",
    )
    return fit_part(brief, "steps" if chosen else "runs", cursor)


def _headline(runs: Sequence[Run]) -> str:
    """Return how many runs there are, and how they ended: "3 boots: 2 ready, 1 not ready"."""
    kinds: dict[str, Counter[str]] = {}
    for run in runs:
        kinds.setdefault(run.kind, Counter())[run.verdict.replace("_", " ")] += 1
    said = []
    for kind, ended in kinds.items():
        counts = ", ".join(f"{count:,} {word}" for word, count in ended.items())
        said.append(f"{pluralize(ended.total(), _NOUNS.get(kind, kind))}: {counts}")
    return "; ".join(said) or "No run through a readiness chain, past a gate or of a boot is in these entries"


def _choose(groups: Sequence[Sequence[Run]], name: str) -> Run:
    found = next((run for group in groups for run in group if run.id == name), None)
    if found is None:
        ids = ", ".join(group[0].id for group in groups[:10])
        raise UsageError(f"run: there is no {name[:80]!r}", f"there are {ids}" if ids else "there is no run")
    return found


def _brief_group(group: Sequence[Run]) -> BriefRun:
    run = group[0]
    failures = [step for step in run.steps if step.outcome == "failed"]
    failed = next((step for step in failures if step.check or step.reason), next(iter(failures), None))
    return BriefRun(
        run=run.id,
        kind=run.kind,
        service=run.service,
        revision=run.revision,
        verdict=run.verdict,
        count=len(group),
        first=run.started,
        last=max(other.started for other in group) if len(group) > 1 else "",
        seconds=run.elapsed,
        failed_checks=run.failed_checks,
        condition=run.condition or "",
        failed_step=(failed.check or failed.step) if failed else "",
        reason=(failed.reason or "") if failed else "",
        insert_ids=failed.evidence if failed else [],
        cut=not run.complete,
    )


def _brief_step(step: Step) -> BriefStep:
    return BriefStep(
        step=step.step,
        outcome=step.outcome,
        check=step.check or "",
        at=step.at or "",
        seconds=step.elapsed,
        reason=step.reason or "",
        insert_ids=step.evidence,
    )
