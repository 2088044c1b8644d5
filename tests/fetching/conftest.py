"""A server with 23 entries in pages of five, and a fetch without pauses."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.fakes.entries import SERVICE, WINDOW, entries
from tests.fakes.logging_server import LoggingServer
from triage.fetching import fetcher as fetching
from triage.fetching.further_parts import Findings
from triage.fetching.pages import RetryPolicy
from triage.models import (
    FailedTraces,
    FetchPlan,
    FetchResult,
    Neighborhoods,
    Progress,
    UnknownChange,
    WindowShortfall,
)

Fetch = Callable[..., list[FetchResult]]


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer(entries(23)) as server:
        yield server


@pytest.fixture
def plan(server: LoggingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FetchPlan:
    monkeypatch.setattr(fetching, "PAGE_SIZE", 5)
    return FetchPlan(
        services=[SERVICE],
        window=WINDOW,
        project="demo",
        folder=str(tmp_path),
        endpoint=server.address,
        everything=True,
        reads_per_minute=10**9,
    )


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def shown() -> list[Progress]:
    return []


@pytest.fixture
def fetch(plan: FetchPlan, messages: list[str], shown: list[Progress]) -> Fetch:
    """Fetch the plan, with changes."""
    retry_policy = RetryPolicy(page_timeout=30, budget=20, first_pause=0.001, max_pause=0.002)

    def run(
        find_shortfalls: Any = lambda *_: list[WindowShortfall](),
        find_neighborhoods: Any = lambda _files: Neighborhoods(),
        find_unknown_changes: Any = lambda *_: list[UnknownChange](),
        find_failed_traces: Any = lambda _files: FailedTraces(),
        retry_policy: RetryPolicy = retry_policy,
        **changes: Any,
    ) -> list[FetchResult]:
        changed = msgspec.structs.replace(plan, **changes)
        return fetching.fetch(
            changed,
            [],
            findings=Findings(
                shortfalls=find_shortfalls,
                unknown_changes=find_unknown_changes,
                neighborhoods=find_neighborhoods,
                failed_traces=find_failed_traces,
            ),
            notify=messages.append,
            show_progress=shown.append,
            retry_policy=retry_policy,
            environ={},
        )

    return run


def read_lines(path: str) -> list[dict[str, Any]]:
    data = Path(path).read_bytes()
    lines = gzip.decompress(data) if path.endswith(".gz") else data
    return [msgspec.json.decode(line) for line in lines.splitlines()]
