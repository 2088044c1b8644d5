"""Serve the state of watched services as a page: one reading of the logs for all viewers."""

import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from triage.models import DashboardState, FetchPlan, Pack, Run, StreamStatus, VerdictChange, Watch
from triage.pipeline.analyzer import Analysis
from triage.pipeline.fetch_run import check_filter
from triage.pipeline.watch_run import Until, WatchCallbacks, watch
from triage.rules import own_playbooks

if TYPE_CHECKING:
    from triage.dashboard.board import Board
    from triage.fetching.follower import Timing
    from triage.rendering.dashboard_page import DashboardRenderer

#: Runs of a service that are shown, beside those of its incidents, and changes of verdicts.
_MAX_RUNS, _MAX_CHANGES = 100, 50


def serve_watch(
    plan: FetchPlan,
    packs: Sequence[Pack],
    callbacks: WatchCallbacks,
    address: str,
    *,
    until: Until | None = None,
    seconds: float | None = None,
    now: Callable[[], int],
    clock: Callable[[], float] = time.monotonic,
    timing: "Timing | None" = None,
) -> Watch:
    """Watch as ``watch`` does, and serve a page of it on ``[HOST:]PORT`` meanwhile.

    Raises:
        TriageError: as ``watch`` says.
        UsageError: the address is invalid, or the extra is missing.
        IOFailureError: nothing can listen on the address.

    """
    from triage.dashboard.address import parse_address
    from triage.dashboard.app import Assets
    from triage.dashboard.board import Board
    from triage.dashboard.server import DashboardServer, check_web_extra
    from triage.rendering.dashboard_page import DashboardRenderer, dashboard_assets

    where = parse_address(address)
    check_web_extra()
    check_filter(plan)
    renderer = DashboardRenderer(packs, own_playbooks(packs))
    run = secrets.token_hex(4)
    board = Board(renderer.render_waiting(f"{run}-0", plan.services), now)
    poster = _Poster(board, renderer, run, callbacks)
    with DashboardServer(board, where, Assets(*dashboard_assets())) as server:
        callbacks.notify(f"dashboard: {server.address.url}")
        if not server.address.is_loopback:
            callbacks.notify("everyone who reaches this address sees the dashboard: it asks for no password")
        return watch(
            plan,
            packs,
            msgspec.structs.replace(callbacks, show=poster.show, analyzed=poster.analyzed),
            until=until,
            seconds=seconds,
            now=now,
            clock=clock,
            timing=timing,
        )


class _Poster:
    """Posts what a watch reports on a board."""

    def __init__(
        self, board: "Board", renderer: "DashboardRenderer", run: str, callbacks: WatchCallbacks
    ) -> None:
        self._board = board
        self._renderer = renderer
        self._run = run
        self._callbacks = callbacks
        self._changes: deque[VerdictChange] = deque(maxlen=_MAX_CHANGES)
        self._number = 0
        self._read_until: int | None = None

    def analyzed(self, watch: Watch, analysis: Analysis, changes: Sequence[VerdictChange]) -> None:
        """Post the page of a new analysis."""
        self._callbacks.analyzed(watch, analysis, changes)
        self._changes.extend(changes)
        self._number += 1
        state = DashboardState(
            watch=watch,
            timeline=msgspec.structs.replace(analysis.timeline, runs=_shown_runs(analysis)),
            regions=analysis.regions,
            locations={found.service: found.location for found in analysis.activities if found.location},
            requests=analysis.request_history,
            verdict_changes=list(self._changes),
        )
        new = min(len(changes), len(self._changes))
        self._board.post(self._renderer.render(f"{self._run}-{self._number}", state, new))

    def show(self, watch: Watch) -> None:
        """Report how current the page is."""
        self._callbacks.show(watch)
        if watch.stream.arriving != "reconnecting":
            self._read_until = watch.at
        self._board.report(StreamStatus(now=watch.at, read_until=self._read_until, stream=watch.stream))


def _shown_runs(analysis: Analysis) -> list[Run]:
    """Return the last runs of each service, and those of its incidents."""
    wanted = {name for incident in analysis.diagnosis.incidents for name in incident.scope.runs}
    left: dict[str, int] = {}
    shown = []
    for run in reversed(analysis.timeline.runs):
        left[run.service] = left.get(run.service, _MAX_RUNS) - 1
        if left[run.service] >= 0 or run.id in wanted:
            shown.append(run)
    return shown[::-1]
