"""Alike runs as one block: twenty-nine equal boots are one thing to read."""

from collections.abc import Hashable, Iterable

from triage.models import Run


def group_similar_runs(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs in blocks of alike ones, in the order in which each block begins.

    Alike are runs of one kind, service and revision that ended the same way: the same verdict, condition and failed
    checks, the same outcome of each step. When and where they ran, how long it took, how often a line was said and in
    which order lines of the same moment were written may differ.
    """
    blocks: dict[Hashable, list[Run]] = {}
    for run in runs:
        blocks.setdefault(_similarity_key(run), []).append(run)
    return list(blocks.values())


def _similarity_key(run: Run) -> Hashable:
    return (
        run.kind,
        run.service,
        run.revision,
        run.verdict,
        run.condition,
        tuple(run.failed_checks),
        frozenset((step.step, step.check, step.outcome) for step in run.steps if step.outcome != "seen"),
    )
