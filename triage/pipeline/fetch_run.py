"""Fetch logs from Cloud Logging, as far as the runs in them require."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from triage.models import FetchPlan, FetchResult, Neighbourhoods, Pack, Progress, Query, WindowShortfall
from triage.pipeline.analyser import Analyser, Analysis
from triage.pipeline.analysis_runner import analyse, read_entries
from triage.pipeline.selection import Selection
from triage.window import Window


def build_queries(plan: FetchPlan, packs: Sequence[Pack]) -> list[Query]:
    """Return the queries of a fetch, one per service.

    Raises:
        UsageError: a service, the project or the filter is invalid.

    """
    from triage.fetching.plan import build_queries as asked

    check_filter(plan)
    return asked(plan, packs)


def plan_fetch(plan: FetchPlan, packs: Sequence[Pack], now: int) -> list[str]:
    """Return sentences on what a fetch would do, with its maximum of calls.

    Nothing is called.
    """
    from triage.fetching.plan import plan_fetch as seen

    build_queries(plan, packs)
    return seen(plan, now)


def fetch(
    plan: FetchPlan,
    packs: Sequence[Pack],
    *,
    notify: Callable[[str], None],
    show_progress: Callable[[Progress], None],
) -> tuple[list[FetchResult], Analysis]:
    """Fetch logs with the window widened to whole runs; return files and analysis.

    notify: called with sentences for the user.
    show_progress: called with the progress.

    Raises:
        TriageError: as ``triage.fetching``; fetched files are kept.

    """
    from triage.fetching import window_growth
    from triage.fetching.fetcher import fetch as fetch_files

    check_filter(plan)

    def find_shortfalls(files: Sequence[Path], window: Window, asked: Window) -> list[WindowShortfall]:
        if not files:
            return []
        found = analyse(files, packs=packs)
        return window_growth.find_shortfalls(found.timeline, found.diagnosis, files, window, asked)

    def find_neighbourhoods(files: Sequence[Path]) -> Neighbourhoods:
        analyser = Analyser(packs)
        for entry in read_entries(files):
            analyser.observe(entry)
        return analyser.neighbourhoods

    fetched = fetch_files(
        plan,
        packs,
        find_shortfalls=find_shortfalls,
        find_neighbourhoods=find_neighbourhoods,
        notify=notify,
        show_progress=show_progress,
    )
    window = fetched[0].window
    selection = Selection(since=window.start, until=window.end)
    return fetched, analyse([file.path for file in fetched], packs=packs, selection=selection)


def to_json_line(message: Any) -> bytes:
    """Return the JSON of a LogEntry message of a Cloud Logging client, unchanged."""
    from triage.fetching.record import register_payload_types, to_line

    register_payload_types()
    copy = type(message)()
    copy.CopyFrom(message)
    return to_line(copy)


def check_filter(plan: FetchPlan) -> None:
    """Check the filter of a plan before Cloud Logging is called.

    Raises:
        UsageError: it is invalid.

    """
    if plan.filter:
        from triage.lql import parse

        parse(plan.filter)
