"""Report on a GitHub issue, over HTTP: create, update and errors."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.github_server import Fault, GitHubServer
from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.models import Ticket
from triage.tickets import GitHubTracker, attach, comment_bodies, find_issues, github, open_issue

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning"
)  # a lost answer leaves its socket to the library
EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"


def ticket(body: str = "the report", fingerprint: str = "0a1b2c3d4e5f") -> Ticket:
    return Ticket(
        fingerprint=fingerprint, cause="gate-header-check", title="Refused", body=body, labels=["triage"]
    )


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer() as running:
        yield running


@pytest.fixture
def tracker(server: GitHubServer) -> GitHubTracker:
    return GitHubTracker("demo/demo", "good", server.url)


def test_first_attach_creates_a_comment(server: GitHubServer, tracker: GitHubTracker) -> None:
    assert [done.done for done in attach(tracker, 1, ticket())] == ["created"]
    assert server.bodies() == comment_bodies(ticket())


def test_same_incident_updates_its_comment(server: GitHubServer, tracker: GitHubTracker) -> None:
    attach(tracker, 1, ticket())
    assert [done.done for done in attach(tracker, 1, ticket())] == ["unchanged"]
    assert [done.done for done in attach(tracker, 1, ticket("the next report"))] == ["updated"]
    assert server.bodies() == comment_bodies(ticket("the next report"))


def test_another_incident_creates_another_comment(server: GitHubServer, tracker: GitHubTracker) -> None:
    attach(tracker, 1, ticket())
    attach(tracker, 1, ticket(fingerprint="ffffffffffff"))
    assert len(server.bodies()) == 2


def test_other_comments_are_untouched(server: GitHubServer, tracker: GitHubTracker) -> None:
    server.comment(1, "I saw triage:incident=0a1b2c3d4e5f too")
    attach(tracker, 1, ticket())
    attach(tracker, 1, ticket("more"))
    assert server.bodies()[0] == "I saw triage:incident=0a1b2c3d4e5f too"


def test_long_report_is_numbered_and_a_shorter_one_removes_surplus_comments(
    server: GitHubServer, tracker: GitHubTracker
) -> None:
    long = "\n\n".join(f"## Section {number}\n\n{'word ' * 3000}" for number in range(12))
    assert {done.done for done in attach(tracker, 1, ticket(long))} == {"created"}
    bodies = server.bodies()
    assert len(bodies) >= 3
    assert all(f"*Part {number} of {len(bodies)}*" in body for number, body in enumerate(bodies, 1))
    assert [done.done for done in attach(tracker, 1, ticket())] == [
        "updated",
        *["removed"] * (len(bodies) - 1),
    ]


@pytest.mark.parametrize(
    "fault", [Fault("POST", lost=True), Fault("POST", status=502, message="bad gateway")]
)
def test_comment_is_not_duplicated_after_a_lost_response(
    server: GitHubServer, tracker: GitHubTracker, fault: Fault
) -> None:
    server.faults.append(fault)
    attach(tracker, 1, ticket())
    assert len(server.bodies()) == 1


def test_comment_is_not_duplicated_after_a_timeout(
    server: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "_TIMEOUT", 1)
    server.faults.append(Fault("POST", lost=True, seconds=1.5))
    attach(GitHubTracker("demo/demo", "good", server.url), 1, ticket())
    assert len(server.bodies()) == 1


def test_reads_are_retried_after_a_server_error(server: GitHubServer, tracker: GitHubTracker) -> None:
    server.faults += [Fault("GET", status=503), Fault("GET", status=500)]
    assert [done.done for done in attach(tracker, 1, ticket())] == ["created"]


def test_opened_issue_has_title_labels_and_marker_and_is_found(
    server: GitHubServer, tracker: GitHubTracker
) -> None:
    assert [done.done for done in open_issue(tracker, ticket())] == ["opened"]
    issue = server.issues[2]
    assert (issue["title"], issue["labels"]) == ("Refused", [{"name": "triage"}])
    assert [(found.number, found.why) for found in find_issues(tracker, ticket())] == [
        (2, "carries the fingerprint of this incident")
    ]


def test_issue_is_not_duplicated_after_a_lost_response(server: GitHubServer, tracker: GitHubTracker) -> None:
    server.faults.append(Fault("POST", lost=True))
    open_issue(tracker, ticket())
    assert len(server.issues) == 2


def test_issues_are_found_by_label_by_fingerprint_and_by_cause(
    server: GitHubServer, tracker: GitHubTracker
) -> None:
    server.open("labelled", "", ["triage:0a1b2c3d4e5f"])
    server.open("by cause", "it is gate-header-check again", [])
    attach(tracker, 1, ticket())
    assert [(found.number, found.why.split()[1]) for found in find_issues(tracker, ticket())] == [
        (2, "the"),
        (1, "the"),
        (3, "the"),
    ]


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault("GET", status=403, message="Resource not accessible"), NoPermissionError, "not allowed"),
        (Fault("GET", status=404, message="Not Found"), NoPermissionError, "404"),
        (Fault("POST", status=422, message="Validation Failed"), UsageError, "Validation Failed"),
        (Fault("POST", status=410, message="Issues are disabled"), UsageError, "Issues are disabled"),
    ],
)
def test_github_error_is_one_line(
    server: GitHubServer, tracker: GitHubTracker, fault: Fault, error: type[TriageError], says: str
) -> None:
    server.faults.append(fault)
    with pytest.raises(error, match=says) as raised:
        attach(tracker, 1, ticket())
    assert "\n" not in str(raised.value)


def test_rate_limit_is_reported_as_retryable(server: GitHubServer, tracker: GitHubTracker) -> None:
    limited = Fault(
        "GET", status=403, message="API rate limit exceeded", headers={"x-ratelimit-reset": "9999999999"}
    )
    server.faults.append(limited)
    with pytest.raises(TryAgainError, match="limits the number of requests"):
        attach(tracker, 1, ticket())


def test_unknown_token_is_rejected_with_a_hint(server: GitHubServer) -> None:
    with pytest.raises(NoPermissionError, match="GITHUB_TOKEN"):
        attach(GitHubTracker("demo/demo", "bad", server.url), 1, ticket())


def test_connection_failure_is_retryable() -> None:
    with GitHubServer() as gone:
        address = gone.url
    with pytest.raises(TryAgainError, match="no connection"):
        attach(GitHubTracker("demo/demo", "good", address), 1, ticket())


@pytest.mark.parametrize(
    ("repository", "url"), [("demo", "https://h"), ("a/b/c", "https://h"), ("a/b", "ftp://h")]
)
def test_invalid_repository_or_address_is_a_usage_error(repository: str, url: str) -> None:
    with pytest.raises(UsageError):
        GitHubTracker(repository, "good", url)


def test_command_posts_the_report_once(server: GitHubServer) -> None:
    command = [sys.executable, "-m", "triage", "attach", str(EXAMPLE), "--issue", "1", "--repo", "demo/demo"]
    for expected in ("created", "unchanged"):
        done = subprocess.run(
            [*command, "--api-url", server.url],
            capture_output=True,
            text=True,
            check=True,
            env={"GITHUB_TOKEN": "good", "PATH": "/usr/bin:/bin"},
        )
        assert done.stdout.startswith(expected)
    assert "Rejecting WebSocket connection" in server.bodies()[0]
