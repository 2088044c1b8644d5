"""A fake GitHub server and its client."""

from collections.abc import Iterator

import pytest

from tests.fakes.github_server import GitHubServer
from tests.tickets.demo import connect
from triage.tickets import GitHubTracker


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer() as running:
        yield running


@pytest.fixture
def tracker(server: GitHubServer) -> GitHubTracker:
    return connect(server)
