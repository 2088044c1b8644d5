"""A watch of a fake server, driven step by step."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.fakes.logging_server import LoggingServer
from tests.runs.logs import PACKS, SERVICE, Log
from triage import pipeline
from triage.fetching.follower import Timing
from triage.models import FetchPlan, VerdictChange, Watch
from triage.window import NANOSECONDS, Window, parse_timestamp

START = parse_timestamp("2026-03-01T08:00:00Z")
NOW = START + 60 * NANOSECONDS
QUICK = Timing(
    tick=0.005, poll_interval=0.02, grace_period=0.02, first_pause=0.005, max_pause=0.01, budget=1e9
)
Act = Callable[[Watch], None]
#: A filter that the server of the tests reads more quickly than that of the packs.
ALL = 'resource.type="cloud_run_revision"'


class WatchFixture:
    """A watch of a server, with its reports.

    The ``steps`` run one after the other, each as soon as all earlier entries were analyzed.
    """

    def __init__(self, server: LoggingServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.notified: list[str] = []
        self.changes: list[VerdictChange] = []
        self.shown: list[Watch] = []
        self.steps: list[Act] = []
        self._sent = self._still = 0

    def show(self, watch: Watch) -> None:
        self.shown.append(watch)
        assert len(self.shown) < 10_000, f"it hangs, with {watch.stream}"
        whole = watch.diagnosis.coverage.records == watch.stream.lines >= self._sent
        self._still = self._still + 1 if whole and self.server.tails.open else 0
        if self._still > 3 and self.steps:
            self._still = 0
            self.steps.pop(0)(watch)

    def run(
        self,
        *,
        on_change: Sequence[str] = (),
        channels: pipeline.Notifications | None = None,
        file: str = "",
        text: str = ALL,
        service: str = SERVICE,
        **more: Any,
    ) -> Watch:
        plan = FetchPlan(
            services=[service],
            window=Window(START, NOW),
            project="demo",
            endpoint=self.server.address,
            folder=str(self.folder),
            reads_per_minute=10**9,
            file=file,
            filter=text,
        )
        callbacks = pipeline.WatchCallbacks(
            notify=self.notified.append,
            show=self.show,
            changed=self.changes.append,
            on_change=on_change,
            channels=channels,
        )
        how: dict[str, Any] = {"now": lambda: NOW, "timing": QUICK}
        return pipeline.watch(plan, PACKS, callbacks, **how | more)

    def arrives(self, *logs: Log, suppressed: int = 0, offline: bool = False) -> None:
        """Let entries arrive as the next step, after a lost connection if offline."""

        def arrive(_: Watch) -> None:
            self._sent += len(logs) - suppressed
            if offline:
                self.server.tails.end()
            self.server.arrive(logs, suppressed=suppressed)

        self.steps.append(arrive)

    def ends(self) -> None:
        """Interrupt the watch as the next step."""

        def interrupt(_: Watch) -> None:
            raise KeyboardInterrupt

        self.steps.append(interrupt)

    @property
    def journal(self) -> Path:
        (path,) = self.folder.glob("*.jsonl")
        return path

    @property
    def meta(self) -> dict[str, Any]:
        (path,) = self.folder.glob("*.meta.json")
        read: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        return read
