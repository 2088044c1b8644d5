"""Requests to GitHub: names that changed, errors in one line, and the command."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.github_server import Fault, GitHubServer
from tests.fakes.tracker_clock import TrackerClock
from tests.tickets.demo import connect, create, done, ticket
from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.tickets import GitHubTracker, attach, comment_bodies

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning"
)  # a lost answer leaves its socket to the library


EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"


class TestRename:
    """A renamed repository is followed, and success is claimed only from an answer."""

    def test_report_is_written_under_the_new_name(self, server: GitHubServer) -> None:
        notes: list[str] = []
        server.name = "demo/renamed"
        assert done(attach(connect(server, notify=notes.append), 1, ticket())) == ["created"]
        assert server.bodies() == comment_bodies(ticket())
        assert notes == ["demo/demo is now demo/renamed: name it so with --repo"]

    def test_rename_during_the_run_is_followed(self, server: GitHubServer, tracker: GitHubTracker) -> None:
        def rename() -> None:
            server.name = "demo/renamed"

        server.before["POST /repos/demo/demo/issues/1/comments"] = rename
        results = attach(tracker, 1, ticket())
        assert [result.url for result in results] == [
            "https://github.example.com/demo/renamed/issues/1#issuecomment-1001"
        ]
        assert server.bodies() == comment_bodies(ticket())

    @pytest.mark.parametrize("status", [200, 307])
    def test_write_without_number_and_page_in_the_answer_is_no_success(
        self, server: GitHubServer, tracker: GitHubTracker, status: int
    ) -> None:
        server.faults += [Fault("POST", status=status, message="Moved Permanently", path="/issues")] * 2
        with pytest.raises(TryAgainError, match=r"did not confirm it \(Moved Permanently\)"):
            create(tracker)
        assert len(server.issues) == 1


def test_reads_are_retried_after_a_server_error(server: GitHubServer) -> None:
    clock = TrackerClock()
    server.faults += [Fault("GET", status=503), Fault("GET", status=500)]
    assert done(attach(connect(server, clock=clock), 1, ticket())) == ["created"]
    assert clock.waits == [0.2, 0.4]


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault("GET", status=403, message="Resource not accessible"), NoPermissionError, "not allowed"),
        (Fault("GET", status=404, message="Not Found"), NoPermissionError, "the repository demo/demo does not"),
        (Fault("GET", status=404, path="/issues/1"), NoPermissionError, "check the number"),
        (Fault("GET", status=410, message="This issue was deleted", path="/issues/1"), NoPermissionError, "--create"),
        (Fault("POST", status=422, message="Validation Failed", path="/issues"), UsageError, "Validation Failed"),
        (Fault("POST", status=410, message="Issues are disabled", path="/issues"), UsageError, "enable issues"),
    ],
)  # fmt: skip
def test_github_error_is_one_line(
    server: GitHubServer, tracker: GitHubTracker, fault: Fault, error: type[TriageError], says: str
) -> None:
    server.faults.append(fault)
    with pytest.raises(error, match=says) as raised:
        attach(tracker, 1, ticket())
    assert "\n" not in str(raised.value)


def test_locked_issue_is_named(server: GitHubServer, tracker: GitHubTracker) -> None:
    server.locked.add(1)
    with pytest.raises(NoPermissionError, match=r"the issue is locked.*unlock the conversation"):
        attach(tracker, 1, ticket())


def test_unknown_token_is_rejected_with_a_hint(server: GitHubServer) -> None:
    with pytest.raises(NoPermissionError, match="GITHUB_TOKEN"):
        attach(connect(server, "bad"), 1, ticket())


def test_connection_failure_is_retryable() -> None:
    with GitHubServer() as gone:
        pass
    with pytest.raises(TryAgainError, match="no connection"):
        attach(connect(gone), 1, ticket())


def test_api_version_is_sent(server: GitHubServer, tracker: GitHubTracker) -> None:
    attach(tracker, 1, ticket())
    assert {request.headers["X-GitHub-Api-Version"] for request in server.requests} == {"2022-11-28"}


@pytest.mark.parametrize(
    ("repository", "url"), [("demo", "https://h"), ("a/b/c", "https://h"), ("a/b", "ftp://h")]
)
def test_invalid_repository_or_address_is_a_usage_error(repository: str, url: str) -> None:
    with pytest.raises(UsageError):
        GitHubTracker(repository, "good", url)


def run_attach(
    server: GitHubServer, *options: str, export: Path = EXAMPLE
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "triage", "attach", str(export), "--repo", "demo/demo", *options]
    return subprocess.run(
        [*command, "--api-url", server.url],
        capture_output=True,
        text=True,
        check=False,
        env={"GITHUB_TOKEN": "good", "PATH": "/usr/bin:/bin"},
    )


def test_command_posts_the_report_once(server: GitHubServer) -> None:
    for expected in ("created", "unchanged"):
        assert run_attach(server, "--issue", "1").stdout.startswith(expected)
    assert "Rejecting WebSocket connection" in server.bodies()[0]


def test_command_that_is_limited_too_long_ends_with_75_and_the_time(server: GitHubServer) -> None:
    server.faults.append(Fault("GET", status=429, headers={"Retry-After": "3600"}))
    ended = run_attach(server, "--issue", "1", "--max-wait", "10s")
    assert ended.returncode == 75
    assert "limits the number of requests until 2" in ended.stderr
    assert ended.stderr.count("\n") == 1
