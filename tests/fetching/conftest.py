"""A server with 23 entries, in pages of five, and a fetch that waits for nothing."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.fakes.entries import SERVICE, WINDOW, entries
from tests.fakes.logging_server import LoggingServer
from triage.fetching import fetch as fetching
from triage.fetching.pages import Patience
from triage.models import Fetched, FetchPlan, Need, Progress

Fetch = Callable[..., list[Fetched]]


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
def said() -> list[str]:
    return []


@pytest.fixture
def shown() -> list[Progress]:
    return []


@pytest.fixture
def fetch(plan: FetchPlan, said: list[str], shown: list[Progress]) -> Fetch:
    """Fetch by the plan, with the changes that a test wants."""
    patience = Patience(page=30, budget=20, first=0.001, most=0.002)

    def run(
        judge: Any = lambda *_: list[Need](), patience: Patience = patience, **changes: Any
    ) -> list[Fetched]:
        changed = msgspec.structs.replace(plan, **changes)
        return fetching.fetch(
            changed, [], judge=judge, tell=said.append, show=shown.append, patience=patience, environ={}
        )

    return run


def read_lines(path: str) -> list[dict[str, Any]]:
    data = Path(path).read_bytes()
    lines = gzip.decompress(data) if path.endswith(".gz") else data
    return [msgspec.json.decode(line) for line in lines.splitlines()]
