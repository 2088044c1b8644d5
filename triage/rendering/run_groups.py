"""Groups of similar runs, so that repeated boots take one block."""

from collections.abc import Hashable, Iterable

from triage.models import Run


def group_similar_runs(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs in groups of similar runs, ordered by their first run.

    Similar runs share kind, service, revision, verdict, condition, failed checks and the outcome of each
    step. Time, instance, duration and the number and order of other lines may differ.
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
