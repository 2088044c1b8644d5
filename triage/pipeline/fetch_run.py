"""Cloud Logging to files, as far as the runs in them need."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from triage.models import FetchPlan, FetchResult, Pack, Progress, Query, WindowShortfall
from triage.pipeline.analyser import Analysis
from triage.pipeline.analysis_runner import analyse
from triage.pipeline.selection import Selection
from triage.window import Window


def build_queries(plan: FetchPlan, packs: Sequence[Pack]) -> list[Query]:
    """Return what a fetch would ask for, one query per service.

    Raises:
        UsageError: a service, the project or the filter cannot be asked for.

    """
    from triage.fetching.plan import build_queries as asked

    check_filter(plan)
    return asked(plan, packs)


def plan_fetch(plan: FetchPlan, packs: Sequence[Pack], now: int) -> list[str]:
    """Return what a fetch would do, and how many calls it takes at most, a sentence each. Nothing is called."""
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
    """Fetch logs, as far round the window as the runs in it need, and return their files and what they say together.

    Raises:
        TriageError: as ``triage.fetching.fetcher`` says; what was fetched is kept.

    """
    from triage.fetching import window_growth
    from triage.fetching.fetcher import fetch as fetch_files

    check_filter(plan)

    def find_shortfalls(files: Sequence[Path], window: Window, asked: Window) -> list[WindowShortfall]:
        if not files:
            return []
        found = analyse(files, packs=packs)
        return window_growth.find_shortfalls(found.timeline, found.diagnosis, files, window, asked)

    fetched = fetch_files(
        plan, packs, find_shortfalls=find_shortfalls, notify=notify, show_progress=show_progress
    )
    window = fetched[0].window
    selection = Selection(since=window.start, until=window.end)
    return fetched, analyse([file.path for file in fetched], packs=packs, selection=selection)


def to_json_line(message: Any) -> bytes:
    """Return the JSON of a LogEntry message that a client of Cloud Logging gave; the message stays as it is."""
    from triage.fetching.record import register_payload_types, to_line

    register_payload_types()
    copy = type(message)()
    copy.CopyFrom(message)
    return to_line(copy)


def check_filter(plan: FetchPlan) -> None:
    """Refuse a filter that Cloud Logging would refuse, before it is asked."""
    if plan.filter:
        from triage.lql import parse

        parse(plan.filter)
