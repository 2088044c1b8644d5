"""Probe a service from outside, and join the logs of that time."""

import time
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from triage.errors import UsageError
from triage.models import (
    PROBE_USER_AGENT,
    FetchPlan,
    FetchResult,
    Pack,
    ProbePlan,
    ProbeResult,
    ProbeTable,
    Progress,
    Record,
    Source,
)
from triage.pipeline.analysis_runner import analyze, read_entries
from triage.pipeline.analyzer import Analysis
from triage.pipeline.fetch_run import build_queries, fetch
from triage.window import NANOSECONDS, Window

#: Seconds before a probe from which logs are fetched, as a cold start may begin then.
_SECONDS_BEFORE = 300


def find_probe_table(packs: Sequence[Pack], url: str, service: str = "") -> tuple[ProbeTable, str]:
    """Return what to request of a service, and a note where no pack knows the service.

    The pack of the service decides, else the first pack that has a ``[probe]`` table, the user's first.

    Raises:
        UsageError: the URL is invalid, or no pack says what to request.

    """
    from triage.probe import service_name

    name = service_name(ProbePlan(url=url, service=service))
    tables = [(pack, pack.probe) for pack in packs if pack.probe]
    for pack, table in tables:
        if any(fnmatchcase(name, pattern) for pattern in pack.services):
            return table, ""
    if not tables:
        raise UsageError("no pack says what to request", "add a [probe] table to a pack: --pack FILE")
    pack, table = tables[0]
    return table, f"no pack knows the service {name}: it is probed as the pack {pack.id} says"


def plan_probe(plan: ProbePlan, token: str = "") -> list[str]:
    """Return sentences on what a probe would send; send nothing.

    Raises:
        UsageError: an option is invalid.

    """
    from triage.probe import plan_probe

    return plan_probe(plan, token)


def probe(plan: ProbePlan, token: str = "") -> ProbeResult:
    """Probe a service from outside.

    The token is sent to the host of ``plan.url`` only, and never logged.

    Raises:
        UsageError: an option is invalid; nothing was sent.

    """
    from triage import __version__
    from triage.probe import run_probe as send_probe

    return send_probe(plan, token, agent=f"{PROBE_USER_AGENT}/{__version__}")


def analyze_probe(
    probed: ProbeResult, packs: Sequence[Pack], files: Sequence[str] = (), *, kept_file: str = ""
) -> Analysis:
    """Return the analysis of a probe together with the logs in ``files``.

    kept_file: the file with the lines of the probe; "" if they are only in memory.
    """
    lines = [Record(line, Source("probe", number)) for number, line in enumerate(probed.lines, start=1)]
    sources: list[str | Path | Record] = [*([kept_file] if kept_file else lines), *files]
    return analyze(sources, packs=packs)


def check_log_queries(plan: ProbePlan, packs: Sequence[Pack], log_plan: FetchPlan) -> None:
    """Check before a probe whether its logs can be fetched, as ``log_plan`` says.

    Raises:
        UsageError: the name of the service or of the project is invalid.

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
    """Fetch the logs around a probe; return it with their project and revision.

    The revision is the one that all lines with a trace of the probe name. If they name several, none is set.

    log_plan: how to fetch, and into which folder.
    notify: called with sentences for the user.
    show_progress: called with the progress.

    Raises:
        TriageError: as ``fetch``.

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
