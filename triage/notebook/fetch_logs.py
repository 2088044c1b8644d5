"""Logs from Cloud Logging, fetched from a notebook."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from triage import pipeline
from triage.models import FetchPlan
from triage.notebook.logs import Logs
from triage.notebook.progress import FetchProgress
from triage.window import choose_window


def fetch(
    service: str | Sequence[str],
    *,
    project: str = "",
    since: str | None = None,
    start: str | None = None,
    until: str | None = None,
    around: str | None = None,
    margin: str = "15m",
    filter: str = "",  # noqa: A002 - the word of the command and of Cloud Logging
    everything: bool = False,
    limit: int | None = None,
    folder: str | Path = ".",
    resume: bool = False,
    widen: bool | None = None,
    reads_per_minute: int | None = None,
    endpoint: str = "",
    impersonate: str = "",
) -> Logs:
    """Fetch the logs of one service or several from Cloud Logging, as ``triage fetch`` does, and return them.

    In a notebook it shows below the cell how far it is. The files stay in ``folder``: ``NAME-FROM-UNTIL.jsonl.gz``,
    the raw logs, to be read by their owner only. The window is ``since`` (up to now; the last hour, if none is named),
    ``start`` to ``until``, or ``margin`` on both sides of ``around``; times are told as on the command line ("90m",
    "2025-09-13 17:43 PDT", RFC 3339). ``filter`` is asked in place of what the packs name, ``everything`` asks for all
    lines, ``limit`` for so many entries, oldest first. An interrupted fetch goes on with ``resume=True``; ``widen``
    lets the window grow where a run is cut (None: unless its ends were given). ``reads_per_minute`` is the project's
    read quota (60, or TRIAGE_READS_PER_MINUTE).

    Raises:
        UsageError: a time, the window, the filter, the service or the project cannot be used.
        NoPermissionError: no credentials, no role or no such project.
        TryAgainError: quota or network; what was fetched is kept.
        IOFailureError: the files cannot be written.

    """
    quota = reads_per_minute or int(os.environ.get("TRIAGE_READS_PER_MINUTE", "60"))
    now = datetime.now(UTC).replace(microsecond=0)
    plan = FetchPlan(
        services=[service] if isinstance(service, str) else list(dict.fromkeys(service)),
        window=choose_window(now=now, since=since, start=start, end=until, around=around, margin=margin),
        project=project,
        filter=filter,
        everything=everything,
        limit=limit,
        folder=str(folder),
        resume=resume,
        widen=widen,
        reads_per_minute=quota,
        endpoint=endpoint,
        impersonate=impersonate,
    )
    progress = FetchProgress()
    try:
        fetched, analysis = pipeline.fetch(
            plan, pipeline.load_packs(), notify=progress.notify, show_progress=progress.show
        )
    finally:
        progress.close()
    for file in fetched:
        progress.notify(f"wrote {file.path}: {file.entries:,} entries")
    if cut := fetched[0].cut:
        progress.notify(f"cut: {cut}")
    window = fetched[0].window
    selection = pipeline.Selection(since=window.start, until=window.end)
    return Logs([file.path for file in fetched], selection, analysis)
