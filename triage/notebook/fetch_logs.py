"""Fetch logs from Cloud Logging in a notebook."""

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
    with_callers: bool = False,
    limit: int | None = None,
    folder: str | Path = ".",
    resume: bool = False,
    widen: bool | None = None,
    reads_per_minute: int | None = None,
    endpoint: str = "",
    impersonate: str = "",
) -> Logs:
    """Fetch the logs of one or several services from Cloud Logging.

    Works like ``triage fetch``, and shows its progress below the notebook cell. The files stay in ``folder``
    as ``NAME-FROM-UNTIL.jsonl.gz``: raw logs that only their owner can read.

    Args:
        service: name of the service, or several names.
        project: Google Cloud project; by default that of the environment or gcloud.
        since: fetch from this time until now; the last hour by default. Times are as on the command line
            ("90m", "2025-09-13 17:43 PDT", RFC 3339).
        start: fetch from this time.
        until: fetch up to this time.
        around: fetch ``margin`` before and after this time.
        margin: length of each side of ``around``.
        filter: Logging filter to use instead of the packs' query.
        everything: fetch all lines of the service.
        with_callers: fetch what other services and load balancers logged of failed requests too.
        limit: highest number of entries, oldest first.
        folder: where to write the files.
        resume: resume an interrupted fetch.
        widen: widen the window if it cuts a run; by default unless ``start`` is given.
        reads_per_minute: read quota of the project; by default TRIAGE_READS_PER_MINUTE, else 60.
        endpoint: private endpoint, as HOST:PORT.
        impersonate: service account to read as.

    Raises:
        UsageError: a time, the window, the filter, the service or the project is invalid.
        NoPermissionError: no credentials, no role or no such project.
        TryAgainError: quota or network; fetched entries are kept.
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
        earlier_changes=True,
        with_callers=with_callers,
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
    return Logs([file.path for file in fetched], pipeline.fetched_selection(fetched), analysis)
