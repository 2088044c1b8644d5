"""Every request that a ticket sends is valid by GitLab's published OpenAPI description.

GitLab publishes it in its repository, and no package carries it: a copy of doc/api/openapi/openapi_v3.yaml has to
be at hand.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engines.openapi import assert_valid
from tests.fakes.github_server import Request
from tests.fakes.gitlab_server import GitLabServer
from tests.fakes.tracker_clock import TrackerClock
from tests.tickets.demo import LABEL, LONG, NOW, days_ago, ticket
from triage.models import Ticket
from triage.tickets import GitLabTracker, attach, comment_bodies, create_or_update, find_issues

pytestmark = pytest.mark.engines

#: The variable that names the copy.
FILE = "GITLAB_OPENAPI"


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """Load the description of gitlab.com."""
    if FILE not in os.environ:
        pytest.skip(
            f"{FILE} names no copy of GitLab's doc/api/openapi/openapi_v3.yaml, and no package carries it"
        )
    with Path(os.environ[FILE]).open("rb") as file:
        loaded: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return loaded


def connect(server: GitLabServer) -> GitLabTracker:
    clock = TrackerClock()
    return GitLabTracker("demo/tools/app", "good", f"{server.url}/api/v4", sleep=clock.sleep, clock=clock)


def create(server: GitLabServer, written: Ticket, *, reopen: bool = False) -> None:
    create_or_update(connect(server), written, now=NOW, reopen=reopen)


def requests_of_tickets() -> list[Request]:
    """Return the requests of runs that create, update, reopen, close and remove."""
    with GitLabServer() as server:
        attach(connect(server), 1, ticket(LONG))
        attach(connect(server), 1, ticket())
        find_issues(connect(server), ticket())
        create(server, ticket(LONG))
        create(server, ticket())
        for body in comment_bodies(ticket()):
            server.open("Refused", body, [LABEL], "project_77_bot")
        create(server, ticket())
        for issue in server.issues.values():
            issue.update(state="closed", closed_at=days_ago(1))
        create(server, ticket(), reopen=True)
        return server.requests


def test_every_request_is_valid(description: dict[str, Any]) -> None:
    requests = requests_of_tickets()
    assert {request.method for request in requests} == {"GET", "POST", "PUT", "DELETE"}
    assert {request.sent.get("state_event") for request in requests} == {None, "close", "reopen"}
    assert_valid(description, requests, "/api/v4")
