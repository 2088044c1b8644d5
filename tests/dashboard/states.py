"""States of a dashboard, made of invented logs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.release.watch.updates import START, make_update
from tests.runs.logs import PACKS, SERVICE, Log, export
from triage.models import DashboardPage, DashboardState, Pack, VerdictChange
from triage.pipeline.live_analysis import LiveAnalysis
from triage.release.watch import InstanceActivity
from triage.rendering.dashboard_page import DashboardRenderer
from triage.window import NANOSECONDS


def placed(logs: list[Log] | Log, location: str) -> list[Log]:
    """Return the entries in a region."""
    return [
        log | {"resource": log["resource"] | {"labels": log["resource"]["labels"] | {"location": location}}}
        for log in (logs if isinstance(logs, list) else [logs])
    ]


def make_state(
    *parts: Log | list[Log],
    seconds: float = 120,
    services: tuple[str, ...] = (SERVICE,),
    changes: tuple[VerdictChange, ...] = (),
    packs: Sequence[Pack] = PACKS,
) -> DashboardState:
    """Return the state of services that logged this, so many seconds after the start of the logs."""
    at = START + round(seconds * NANOSECONDS)
    activity = InstanceActivity()
    live = LiveAnalysis(packs, Path("watch.jsonl"), activity.observe)
    live.take(json.dumps(log).encode() for log in export(*parts))
    found = live.analysis(at)
    return DashboardState(
        watch=make_update(found, seconds, services=list(services), seen=activity.alive(at)),
        timeline=found.timeline,
        regions=found.regions,
        locations={active.service: active.location for active in found.activities},
        requests=found.request_history,
        verdict_changes=list(changes),
    )


def render(state: DashboardState, packs: Sequence[Pack] = PACKS, **more: Any) -> DashboardPage:
    """Return the page of a state."""
    return DashboardRenderer(packs, {}).render("run-1", state, **more)


def section(page: DashboardPage, name: str = "service-1") -> str:
    """Return the HTML of a section."""
    return next(found.html for found in page.sections if found.name == name)
