"""A service asked as a client asks it, and the logs around that joined to what the client saw."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from triage.models import (
    PROBE_USER_AGENT,
    FetchPlan,
    FetchResult,
    Pack,
    ProbePlan,
    ProbeResult,
    Progress,
    Record,
    Source,
)
from triage.pipeline.analyser import Analysis
from triage.pipeline.analysis_runner import analyse, read_entries
from triage.pipeline.fetch_run import build_queries, fetch
from triage.window import NANOSECONDS, Window

#: Seconds before a probe from which its logs are fetched: a cold start may have begun then.
_SECONDS_BEFORE = 300


def plan_probe(plan: ProbePlan, token: str = "") -> list[str]:
    """Return what a probe would send, where, and how much at most, a sentence each. Nothing is sent.

    Raises:
        UsageError: something cannot be asked as it was given.

    """
    from triage.probe import plan_probe

    return plan_probe(plan, token)


def probe(plan: ProbePlan, token: str = "") -> ProbeResult:
    """Ask a service as a client does. The token goes to the host of ``plan.url`` only, and into no line.

    Raises:
        UsageError: something cannot be asked as it was given; nothing was sent.

    """
    from triage import __version__
    from triage.probe import run_probe as send_probe

    return send_probe(plan, token, agent=f"{PROBE_USER_AGENT}/{__version__}")


def analyse_probe(
    probed: ProbeResult, packs: Sequence[Pack], files: Sequence[str] = (), *, kept_file: str = ""
) -> Analysis:
    """Return what a probe says together with the logs in ``files``; its own lines are read where they are ``kept_file``."""
    lines = [Record(line, Source("probe", number)) for number, line in enumerate(probed.lines, start=1)]
    sources: list[str | Path | Record] = [*([kept_file] if kept_file else lines), *files]
    return analyse(sources, packs=packs)


def check_log_queries(plan: ProbePlan, packs: Sequence[Pack], log_plan: FetchPlan) -> None:
    """See whether logs can be asked for around a probe, before it is made; ``log_plan`` says how.

    Raises:
        UsageError: they cannot: the service has no name that Cloud Run gives, or the project none.

    """
    from triage.probe import service_name

    build_queries(_plan_around(log_plan, service_name(plan), plan.project, Window(0, 1)), packs)


def join_logs(
    probed: ProbeResult,
    packs: Sequence[Pack],
    log_plan: FetchPlan,
    *,
    notify: Callable[[str], None],
    show_progress: Callable[[Progress], None],
) -> tuple[ProbeResult, list[FetchResult]]:
    """Fetch the logs around a probe, and return it with what they name: the project, and the revision that answered.

    ``log_plan`` says how they are asked for, and which folder they are put into. The revision is the one which all lines with a trace of the probe name; where they name several, none is taken.

    Raises:
        TriageError: as ``fetch`` says.

    """
    from triage.probe import with_revision

    window = Window(probed.began - _SECONDS_BEFORE * NANOSECONDS, time.time_ns() + NANOSECONDS)
    plan = _plan_around(log_plan, probed.service, probed.project, window)
    fetched, _ = fetch(plan, packs, notify=notify, show_progress=show_progress)
    revisions = {
        entry.revision
        for entry in read_entries([file.path for file in fetched])
        if entry.service == probed.service and entry.trace.rpartition("/")[2] in probed.traces
    }
    revision = next(iter(revisions)) if len(revisions) == 1 else ""
    lines = [with_revision(line, revision, fetched[0].project) for line in probed.lines]
    return msgspec.structs.replace(probed, lines=lines), fetched


def _plan_around(log_plan: FetchPlan, service: str, project: str, window: Window) -> FetchPlan:
    seconds = Window(window.start // NANOSECONDS * NANOSECONDS, -(-window.end // NANOSECONDS) * NANOSECONDS)
    return msgspec.structs.replace(log_plan, services=[service], project=project, window=seconds)
