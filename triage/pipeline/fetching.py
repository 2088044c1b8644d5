"""Cloud Logging to files, as far as the runs in them need."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from triage.models import Fetched, FetchPlan, Need, Pack, Progress, Query
from triage.pipeline.analyser import Analysis
from triage.pipeline.analysing import analyse
from triage.pipeline.selecting import Selection
from triage.window import Window


def queries(plan: FetchPlan, packs: Sequence[Pack]) -> list[Query]:
    """Return what a fetch would ask for, one query per service.

    Raises:
        UsageError: a service, the project or the filter cannot be asked for.

    """
    from triage.fetching.foresee import queries as asked

    check_filter(plan)
    return asked(plan, packs)


def foresee(plan: FetchPlan, packs: Sequence[Pack], now: int) -> list[str]:
    """Return what a fetch would do, and how many calls it takes at most, a sentence each. Nothing is called."""
    from triage.fetching.foresee import foresee as seen

    queries(plan, packs)
    return seen(plan, now)


def fetch(
    plan: FetchPlan, packs: Sequence[Pack], *, tell: Callable[[str], None], show: Callable[[Progress], None]
) -> tuple[list[Fetched], Analysis]:
    """Fetch logs, as far round the window as the runs in it need, and return their files and what they say together.

    Raises:
        TriageError: as ``triage.fetching.fetch`` says; what was fetched is kept.

    """
    from triage.fetching import widen
    from triage.fetching.fetch import fetch as fetch_files

    check_filter(plan)

    def judge(files: Sequence[Path], window: Window, asked: Window) -> list[Need]:
        if not files:
            return []
        found = analyse(files, packs=packs)
        return widen.needs(found.timeline, found.diagnosis, files, window, asked)

    fetched = fetch_files(plan, packs, judge=judge, tell=tell, show=show)
    window = fetched[0].window
    selection = Selection(since=window.start, until=window.end)
    return fetched, analyse([file.path for file in fetched], packs=packs, selection=selection)


def line_of(message: Any) -> bytes:
    """Return the JSON of a LogEntry message that a client of Cloud Logging gave; the message stays as it is."""
    from triage.fetching.record import know_payloads, to_line

    know_payloads()
    copy = type(message)()
    copy.CopyFrom(message)
    return to_line(copy)


def check_filter(plan: FetchPlan) -> None:
    """Refuse a filter that Cloud Logging would refuse, before it is asked."""
    if plan.filter:
        from triage.lql import parse

        parse(plan.filter)
