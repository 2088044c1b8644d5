"""Run a load test from a plan to its document."""

import asyncio
import time
from collections.abc import Callable, Sequence

from triage.models import LoadPlan, LoadTest, Metric
from triage.probe.load_plan import validate_load
from triage.probe.load_result import build_load_test
from triage.probe.load_runner import LoadRunner
from triage.probe.prober import service_name
from triage.window import format_timestamp


def run_load_test(
    plan: LoadPlan,
    token: str,
    metrics: Sequence[Metric],
    *,
    agent: str,
    allowed_files: int | None,
    notify: Callable[[str], None],
    clock: Callable[[], int] = time.time_ns,
) -> LoadTest:
    """Open WebSockets, hold them, close all of them, and return what was measured.

    Raises:
        UsageError: the plan is invalid; nothing was sent.

    """
    address = validate_load(plan, token, allowed_files=allowed_files)
    started = format_timestamp(clock())
    recorder = asyncio.run(LoadRunner(plan, address, token, agent=agent, notify=notify).run())
    return build_load_test(
        plan,
        address,
        recorder,
        metrics,
        service=service_name(plan.probe),
        token=bool(token),
        started=started,
        ended=format_timestamp(clock()),
        files=allowed_files,
    )
