"""Poll Cloud Logging until a gate's result is final or the time is up."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from triage.errors import TryAgainError
from triage.models import FetchPlan, FetchResult, Gate, Pack, Progress
from triage.pipeline.analyzer import Analysis
from triage.pipeline.fetch_run import fetch
from triage.release.gate import is_final
from triage.window import NANOSECONDS, Window

#: The least seconds between two polls.
_PAUSE = 15.0
#: The part of the read quota that polling may use; others need the rest.
_QUOTA_SHARE = 0.5


def poll_until_sure(
    plan: FetchPlan,
    packs: Sequence[Pack],
    evaluate: Callable[[Analysis], Gate],
    *,
    until: int,
    now: Callable[[], int],
    pause: Callable[[float], None],
    notify: Callable[[str], None],
    show_progress: Callable[[Progress], None],
) -> tuple[Gate, Analysis, list[str]]:
    """Fetch and evaluate until the result is final or ``until`` is reached.

    Return the gate, the analysis that it is of, and the fetched files. A result is final if the gate passes,
    or fails in a way that later logs cannot change. Each poll fetches the whole window again, up to now, as
    entries may arrive late. Files of earlier polls are removed.

    evaluate: evaluates the gate.
    until: the last time in nanoseconds.
    now: returns the time in nanoseconds.
    pause: sleeps for so many seconds.

    Raises:
        TriageError: as ``fetch``; until the time is up, quota and network errors are retried.

    """
    fetched: list[FetchResult] = []
    while True:
        pages = 0
        try:
            newer, analysis = fetch(plan, packs, notify=notify, show_progress=show_progress)
        except TryAgainError as error:
            if now() >= until:
                raise
            status = error.message
        else:
            _remove(fetched)
            fetched = newer
            pages = sum(file.pages for file in fetched)
            gate = _with_cut_limits(evaluate(analysis), fetched)
            if _is_sure(gate) or now() >= until:
                return gate, analysis, [file.path for file in fetched]
            status = f"{gate.status}: {gate.why}"
        remaining = max(0.0, (until - now()) / NANOSECONDS)
        seconds = min(remaining, max(_PAUSE, 60 * pages / (plan.reads_per_minute * _QUOTA_SHARE)))
        notify(f"{status}; looking again in {seconds:.0f} s, {remaining:.0f} s are left")
        pause(seconds)
        plan = msgspec.structs.replace(plan, window=Window(plan.window.start, now()))


def _is_sure(gate: Gate) -> bool:
    return gate.status == "passed" or any(map(is_final, gate.criteria))


def _with_cut_limits(gate: Gate, fetched: Sequence[FetchResult]) -> Gate:
    """Return the gate with the runs cut by the window among its limits."""
    cut = [f"cut at the window's edge: {file.cut.rpartition(': ')[0]}" for file in fetched if file.cut]
    return msgspec.structs.replace(gate, limits=[*cut, *gate.limits])


def _remove(fetched: Sequence[FetchResult]) -> None:
    """Remove the files of a poll and their metadata."""
    from triage.fetching.writer import meta_path

    for file in fetched:
        path = Path(file.path)
        path.unlink(missing_ok=True)
        meta_path(path).unlink(missing_ok=True)
