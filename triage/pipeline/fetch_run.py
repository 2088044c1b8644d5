"""Fetch logs from Cloud Logging, as far as the runs in them require."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from triage.models import FetchPlan, FetchResult, Pack, Progress, Query
from triage.pipeline.analysis_runner import analyze
from triage.pipeline.analyzer import Analysis
from triage.pipeline.fetch_findings import FetchFindings
from triage.pipeline.selection import Selection

if TYPE_CHECKING:
    from triage.fetching.session import Session


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
    session: "Session | None" = None,
) -> tuple[list[FetchResult], Analysis]:
    """Fetch logs with the window widened to whole runs; return files and analysis.

    notify: called with sentences for the user.
    show_progress: called with the progress.
    session: what several fetches share; None for one fetch.

    Raises:
        TriageError: as ``triage.fetching``; fetched files are kept.

    """
    from triage.fetching.fetcher import fetch as fetch_files
    from triage.fetching.further_parts import Findings

    check_filter(plan)
    found = FetchFindings(packs)
    fetched = fetch_files(
        plan,
        packs,
        findings=Findings(
            shortfalls=found.find_shortfalls,
            unknown_changes=found.find_unknown_changes,
            neighborhoods=found.find_neighborhoods,
            failed_traces=found.find_failed_traces,
        ),
        notify=notify,
        show_progress=show_progress,
        session=session,
    )
    selection = fetched_selection(fetched)
    return fetched, analyze([file.path for file in fetched], packs=packs, selection=selection)


def fetched_selection(fetched: Sequence[FetchResult]) -> Selection:
    """Return what the files of a fetch are analyzed by: its window, and the changes before it."""
    window = fetched[0].window
    searched = [file.changes_since for file in fetched if file.changes_since is not None]
    return Selection(since=window.start, until=window.end, changes_since=min(searched, default=None))


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
