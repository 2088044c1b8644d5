"""Cloud Logging asked again until a gate's answer is sure or the time is up."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from triage.errors import TryAgainError
from triage.models import FetchPlan, FetchResult, Gate, Pack, Progress
from triage.pipeline.analyser import Analysis
from triage.pipeline.fetch_run import fetch
from triage.release.gate import is_final
from triage.window import NANOSECONDS, Window

#: Seconds from one look to the next at least.
_PAUSE = 15.0
#: The part of the read quota that the looks may use up: others read too.
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
) -> tuple[Gate, list[str]]:
    """Fetch and judge, again until the answer is sure or ``until`` (nanoseconds) is reached; return it and the files.

    Sure is a gate that is passed, or failed in a way that no later log can undo. Each look fetches the whole window
    anew, up to now: entries may come late. The files of the looks before are removed.

    Raises:
        TriageError: as ``fetch`` says; while there is time, quota and network are tried again.

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
                return gate, [file.path for file in fetched]
            status = f"{gate.status}: {gate.why}"
        remaining = max(0.0, (until - now()) / NANOSECONDS)
        seconds = min(remaining, max(_PAUSE, 60 * pages / (plan.reads_per_minute * _QUOTA_SHARE)))
        notify(f"{status}; looking again in {seconds:.0f} s, {remaining:.0f} s are left")
        pause(seconds)
        plan = msgspec.structs.replace(plan, window=Window(plan.window.start, now()))


def _is_sure(gate: Gate) -> bool:
    return gate.status == "passed" or any(map(is_final, gate.criteria))


def _with_cut_limits(gate: Gate, fetched: Sequence[FetchResult]) -> Gate:
    """Return the gate with what lies cut at the window's edge among its limits, without fetch's own advice."""
    cut = [f"cut at the window's edge: {file.cut.rpartition(': ')[0]}" for file in fetched if file.cut]
    return msgspec.structs.replace(gate, limits=[*cut, *gate.limits])


def _remove(fetched: Sequence[FetchResult]) -> None:
    """Remove the files of a look and what tells of them."""
    from triage.fetching.writer import meta_path

    for file in fetched:
        path = Path(file.path)
        path.unlink(missing_ok=True)
        meta_path(path).unlink(missing_ok=True)
