"""A watch with a dashboard: one reading, its page posted with each analysis."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.fakes.logging_server import LoggingServer
from tests.pipeline.watching import ALL, NOW, QUICK, START
from tests.runs.logs import PACKS, SERVICE, Log, export, request, validation
from triage import pipeline
from triage.errors import UsageError
from triage.models import FetchPlan, VerdictChange, Watch
from triage.window import Window

STALL = {"service": "stall", "revision": "stall-00004-abc"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not pause between analyses."""
    monkeypatch.setattr("triage.pipeline.watch_run._MIN_PAUSE", 0)


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer([]) as server:
        yield server


class DashboardFixture:
    """A watch of services with a dashboard, which ends when a page shows a text.

    Attributes:
        notified: sentences for the user.
        changes: reported changes.
        page: the page that showed the text.

    """

    def __init__(self, server: LoggingServer, folder: Path) -> None:
        self.notified: list[str] = []
        self.changes: list[VerdictChange] = []
        self.page = ""
        self._server = server
        self._plan = FetchPlan(
            services=[],
            window=Window(START, NOW),
            project="demo",
            endpoint=server.address,
            folder=str(folder),
            reads_per_minute=10**9,
            filter=ALL,
        )
        self._until = ""
        self._shown = 0

    def get(self, path: str = "") -> httpx.Response:
        url = self.notified[0].removeprefix("dashboard: ")
        return httpx.get(url + path, headers={"Connection": "close"})

    def _show(self, _watch: Watch) -> None:
        self._shown += 1
        assert self._shown < 10_000, self.get().text
        self.page = self.get().text
        if self._until in self.page:
            raise KeyboardInterrupt

    def run(self, *services: str, until: str, address: str = "0", **more: Any) -> None:
        """Watch until the page shows a text."""
        self._until = until
        plan = msgspec.structs.replace(self._plan, services=list(services), **more)
        callbacks = pipeline.WatchCallbacks(
            notify=self.notified.append, show=self._show, changed=self.changes.append
        )
        with pytest.raises(KeyboardInterrupt):
            pipeline.serve_watch(plan, PACKS, callbacks, address, now=lambda: NOW, timing=QUICK)


@pytest.fixture
def dashboard(server: LoggingServer, tmp_path: Path) -> DashboardFixture:
    return DashboardFixture(server, tmp_path)


def failing() -> list[Log]:
    return export(validation(0), validation(20, down=["agent_supervisor"]))


def test_page_health_and_metrics_show_the_newest_analysis(
    dashboard: DashboardFixture, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add(failing())
    answers: dict[str, httpx.Response] = {}
    show = dashboard._show

    def look(watch: Watch) -> None:
        answers.update({path: dashboard.get(path) for path in ("healthz", "metrics")})
        show(watch)

    monkeypatch.setattr(dashboard, "_show", look)
    dashboard.run(SERVICE, until="NOT READY")
    assert "The readiness check agent_supervisor failed" in dashboard.page
    assert answers["metrics"].text.count("triage_verdict{") == 5
    assert 'verdict="not_ready"} 1\n' in answers["metrics"].text
    assert f'triage_open_incidents{{service="{SERVICE}",severity="P0"}} 1\n' in answers["metrics"].text
    assert answers["healthz"].status_code in (200, 503)


def test_several_services_share_one_reading_and_one_file(
    dashboard: DashboardFixture, server: LoggingServer, tmp_path: Path
) -> None:
    server.add(failing())
    server.add(export([request(n, "/orders", 200, **STALL) for n in range(5)]))
    dashboard.run(SERVICE, "stall", until="Serving: 5 of 5 requests succeeded")
    assert len(server.tails.filters) == 1
    assert len({text.partition("\n(")[2] for text, _, _ in server.requests}) == 1
    assert [path.name for path in tmp_path.glob("*.jsonl")] == [
        f"{SERVICE}-and-1-more-watch-20260301T080100Z.jsonl"
    ]
    assert [(change.service, change.after) for change in dashboard.changes if change.service] == [
        (SERVICE, "not_ready"),
        ("stall", "ready"),
    ]


def test_address_beyond_this_machine_is_announced_as_open(
    dashboard: DashboardFixture, server: LoggingServer
) -> None:
    server.add(failing())
    dashboard.run(SERVICE, until="NOT READY", address="0.0.0.0:0")
    assert dashboard.notified[0].startswith("dashboard: http://0.0.0.0:")
    assert (
        dashboard.notified[1]
        == "everyone who reaches this address sees the dashboard: it asks for no password"
    )


def test_invalid_filter_is_reported_before_anything_listens(dashboard: DashboardFixture) -> None:
    with pytest.raises(UsageError, match="Unparseable"):
        dashboard.run(SERVICE, until="x", filter="severity>=")
    assert dashboard.notified == []


def test_only_the_last_runs_of_a_service_are_shown(
    dashboard: DashboardFixture, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.pipeline.dashboard_run._MAX_RUNS", 2)
    server.add(export(*(validation(n) for n in (0, 10, 20, 30))))
    dashboard.run(SERVICE, until='aria-label="validation')
    assert dashboard.page.count('aria-label="validation ') == 2
