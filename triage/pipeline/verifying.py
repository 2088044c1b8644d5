"""A service asked as a client asks it, and the logs around that joined to what the client saw."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from triage.models import AGENT, Fetched, FetchPlan, Pack, Probed, ProbePlan, Progress, Record, Source
from triage.pipeline.analyser import Analysis
from triage.pipeline.analysing import analyse, read_entries
from triage.pipeline.fetching import fetch, queries
from triage.window import NANOSECONDS, Window

#: Seconds before a probe from which its logs are fetched: a cold start may have begun then.
_BEFORE = 300


def foresee_probe(plan: ProbePlan, token: str = "") -> list[str]:
    """Return what a probe would send, where, and how much at most, a sentence each. Nothing is sent.

    Raises:
        UsageError: something cannot be asked as it was given.

    """
    from triage.checks.verify import foresee

    return foresee(plan, token)


def probe(plan: ProbePlan, token: str = "") -> Probed:
    """Ask a service as a client does. The token goes to the host of ``plan.url`` only, and into no line.

    Raises:
        UsageError: something cannot be asked as it was given; nothing was sent.

    """
    from triage import __version__
    from triage.checks.verify import probe as ask

    return ask(plan, token, agent=f"{AGENT}/{__version__}")


def judge_probe(
    probed: Probed, packs: Sequence[Pack], files: Sequence[str] = (), *, kept: str = ""
) -> Analysis:
    """Return what a probe says together with the logs in ``files``; its own lines are read where they are ``kept``."""
    lines = [Record(line, Source("probe", number)) for number, line in enumerate(probed.lines, start=1)]
    sources: list[str | Path | Record] = [*([kept] if kept else lines), *files]
    return analyse(sources, packs=packs)


def check_logs(plan: ProbePlan, packs: Sequence[Pack], asking: FetchPlan) -> None:
    """See whether logs can be asked for around a probe, before it is made; ``asking`` says how.

    Raises:
        UsageError: they cannot: the service has no name that Cloud Run gives, or the project none.

    """
    from triage.checks.verify import service_of

    queries(_around(asking, service_of(plan), plan.project, Window(0, 1)), packs)


def join_logs(
    probed: Probed,
    packs: Sequence[Pack],
    asking: FetchPlan,
    *,
    tell: Callable[[str], None],
    show: Callable[[Progress], None],
) -> tuple[Probed, list[Fetched]]:
    """Fetch the logs around a probe, and return it with what they name: the project, and the revision that answered.

    ``asking`` says how they are asked for, and which folder they are put into. The revision is the one which all lines with a trace of the probe name; where they name several, none is taken.

    Raises:
        TriageError: as ``fetch`` says.

    """
    from triage.checks.verify import placed

    window = Window(probed.began - _BEFORE * NANOSECONDS, time.time_ns() + NANOSECONDS)
    plan = _around(asking, probed.service, probed.project, window)
    fetched, _ = fetch(plan, packs, tell=tell, show=show)
    answered = {
        entry.revision
        for entry in read_entries([file.path for file in fetched])
        if entry.service == probed.service and entry.trace.rpartition("/")[2] in probed.traces
    }
    revision = next(iter(answered)) if len(answered) == 1 else ""
    lines = [placed(line, revision, fetched[0].project) for line in probed.lines]
    return msgspec.structs.replace(probed, lines=lines), fetched


def _around(asking: FetchPlan, service: str, project: str, window: Window) -> FetchPlan:
    seconds = Window(window.start // NANOSECONDS * NANOSECONDS, -(-window.end // NANOSECONDS) * NANOSECONDS)
    return msgspec.structs.replace(asking, services=[service], project=project, window=seconds)
