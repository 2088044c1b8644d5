"""Every request that a ticket sends is valid by GitHub's published OpenAPI description.

The description comes from npm (package @octokit/openapi), as it is too large to keep a copy of it.
"""

import json
import shutil
import subprocess
import tarfile
from typing import Any

import pytest

from tests.engines.openapi import assert_valid
from tests.fakes.github_server import Fault, GitHubServer, Request
from tests.tickets.demo import LONG, connect, create, days_ago, ticket
from triage.tickets import attach, find_issues

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Load the description of api.github.com."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, which fetches the description")
    folder = tmp_path_factory.mktemp("description")
    packed = subprocess.run(
        [npm, "pack", "@octokit/openapi@23", "--silent"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if packed.returncode:
        pytest.skip("npm cannot fetch @octokit/openapi")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        file = archive.extractfile("package/generated/api.github.com.json")
        assert file is not None
        loaded: dict[str, Any] = json.load(file)
    return loaded


def requests_of_tickets() -> list[Request]:
    """Return the requests of runs that create, update, reopen, close and remove."""
    with GitHubServer() as server:
        attach(connect(server), 1, ticket(LONG))
        attach(connect(server), 1, ticket())
        find_issues(connect(server), ticket())
        server.search_lags = True
        server.faults.append(Fault("POST", late=True, path="/issues"))
        create(connect(server), LONG)
        server.arrive()
        create(connect(server))
        for issue in server.issues.values():
            issue.update(state="closed", closed_at=days_ago(1))
        create(connect(server), reopen=True)
        return server.requests


def test_every_request_is_valid(description: dict[str, Any]) -> None:
    requests = [request for request in requests_of_tickets() if request.path != "/graphql"]
    assert {request.method for request in requests} == {"GET", "POST", "PATCH", "DELETE"}
    assert_valid(description, requests)
