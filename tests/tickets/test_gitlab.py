"""Report on a GitLab issue, over HTTP: the same promises as on GitHub."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.github_server import Fault
from tests.fakes.gitlab_server import GitLabServer
from tests.fakes.tracker_clock import TrackerClock
from tests.tickets.demo import FINGERPRINT, LABEL, LONG, NOW, days_ago, done, ticket
from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.models import TicketResult
from triage.tickets import (
    GitLabTracker,
    attach,
    comment_bodies,
    create_or_update,
    find_issues,
)

BOT = "project_77_bot"
EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"


@pytest.fixture
def server() -> Iterator[GitLabServer]:
    with GitLabServer() as running:
        yield running


@pytest.fixture
def tracker(server: GitLabServer) -> GitLabTracker:
    return connect(server)


def connect(
    server: GitLabServer,
    token: str = "good",
    notify: Callable[[str], None] = lambda _: None,
    clock: TrackerClock | None = None,
) -> GitLabTracker:
    clock = clock or TrackerClock()
    return GitLabTracker(
        "demo/tools/app", token, f"{server.url}/api/v4", notify=notify, sleep=clock.sleep, clock=clock
    )


def create(tracker: GitLabTracker, body: str = "the report", *, reopen: bool = False) -> list[TicketResult]:
    return create_or_update(tracker, ticket(body), now=NOW, reopen=reopen)


def copies(server: GitLabServer) -> list[str]:
    return [text for text in server.texts() if text.startswith(f"<!-- triage:incident={FINGERPRINT} ")]


def test_report_is_written_once_and_updated(server: GitLabServer, tracker: GitLabTracker) -> None:
    results = attach(tracker, 1, ticket())
    assert [(result.done, result.url) for result in results] == [
        ("created", "https://gitlab.example.com/demo/tools/app/-/issues/1#note_500")
    ]
    assert done(attach(connect(server), 1, ticket())) == ["unchanged"]
    assert done(attach(connect(server), 1, ticket("more"))) == ["updated"]
    assert copies(server) == comment_bodies(ticket("more"))


def test_issue_is_opened_with_labels_and_found_again(server: GitLabServer, tracker: GitLabTracker) -> None:
    assert set(done(create(tracker, LONG))) == {"opened", "created"}
    assert server.issues[2]["labels"] == ["triage", LABEL]
    assert done(create(connect(server))) == [
        "updated",
        *["removed"] * (len(comment_bodies(ticket(LONG))) - 1),
    ]
    assert copies(server) == comment_bodies(ticket())


def test_lost_answer_doubles_nothing(server: GitLabServer, tracker: GitLabTracker) -> None:
    server.faults.append(Fault("POST", lost=True))
    assert done(create(tracker)) == ["opened"]
    server.faults.append(Fault("POST", lost=True))
    attach(connect(server), 1, ticket())
    assert len(server.issues) == 2
    assert len(server.notes) == 1


def test_surplus_issue_is_closed_with_a_link(server: GitLabServer, tracker: GitLabTracker) -> None:
    for body in comment_bodies(ticket()) * 2:
        server.open("Refused", body, [LABEL], BOT)
    assert done(create(tracker)) == ["closed"]
    assert server.issues[3]["state"] == "closed"
    assert "Duplicate of #2: https://gitlab.example.com/demo/tools/app/-/issues/2" in server.texts()[2]
    assert copies(server) == comment_bodies(ticket())


def test_closed_issue_is_left_alone_reopened_or_linked(server: GitLabServer) -> None:
    server.open("done", "", [LABEL], BOT, closed_at=days_ago(3))
    assert done(create(connect(server))) == ["skipped"]
    assert done(create(connect(server), reopen=True)) == ["reopened", "created"]
    server.issues[2] |= {"state": "closed", "closed_at": days_ago(30)}
    assert done(create(connect(server))) == ["opened"]
    assert "Earlier issues of this incident: #2" in server.issues[3]["description"]


def test_notes_of_others_and_of_the_system_are_untouched(
    server: GitLabServer, tracker: GitLabTracker
) -> None:
    foreign = comment_bodies(ticket("a copied report"))[0]
    server.note(1, foreign)
    server.note(1, foreign, BOT, system=True)
    assert done(attach(tracker, 1, ticket())) == ["created"]
    assert [note["body"] for note in server.notes.values()] == [foreign, foreign, *comment_bodies(ticket())]


def test_log_line_that_looks_like_a_quick_action_is_not_executed(
    server: GitLabServer, tracker: GitLabTracker
) -> None:
    body = "/close\n\n```\n/delete this\n```\n\n/tmp/data is full\n"
    attach(tracker, 1, ticket(body))
    assert server.executed == []
    assert server.notes[500]["body"].endswith("\\/close\n\n```\n/delete this\n```\n\n\\/tmp/data is full\n")
    assert done(attach(connect(server), 1, ticket(body))) == ["unchanged"]


def test_renamed_project_is_followed(server: GitLabServer) -> None:
    server.name = "demo/renamed"
    notes: list[str] = []
    assert done(attach(connect(server, notify=notes.append), 1, ticket())) == ["created"]
    assert notes == ["demo/tools/app is now demo/renamed: name it so with --repo"]


def test_rate_limit_is_obeyed_for_writes(server: GitLabServer) -> None:
    clock = TrackerClock()
    server.faults.append(Fault("POST", status=429, headers={"Retry-After": "17"}))
    assert done(attach(connect(server, clock=clock), 1, ticket())) == ["created"]
    assert 17.0 in clock.waits
    assert len(server.notes) == 1


def test_write_that_is_not_confirmed_is_no_success(server: GitLabServer, tracker: GitLabTracker) -> None:
    server.faults += [Fault("POST", status=302)] * 2
    with pytest.raises(TryAgainError, match="did not confirm it"):
        create(tracker)


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault("GET", status=404), NoPermissionError, "the project demo/tools/app does not exist"),
        (Fault("POST", status=403, message="403 Forbidden"), NoPermissionError, "a locked issue takes only members"),
        (Fault("POST", status=400, message="title is too long"), UsageError, "title is too long"),
    ],
)  # fmt: skip
def test_gitlab_error_is_one_line(
    server: GitLabServer, tracker: GitLabTracker, fault: Fault, error: type[TriageError], says: str
) -> None:
    tracker.account()
    server.faults.append(fault)
    with pytest.raises(error, match=says) as raised:
        create(tracker)
    assert "\n" not in str(raised.value)


def test_absent_issue_and_unknown_token_are_named(server: GitLabServer, tracker: GitLabTracker) -> None:
    with pytest.raises(NoPermissionError, match="issue 9 of demo/tools/app does not exist"):
        attach(tracker, 9, ticket())
    with pytest.raises(NoPermissionError, match="GITLAB_TOKEN"):
        attach(connect(server, "bad"), 1, ticket())


def test_related_issues_are_found(server: GitLabServer, tracker: GitLabTracker) -> None:
    server.open("by cause", "it is gate-header-check again", [])
    assert [(found.number, found.why) for found in find_issues(tracker, ticket())] == [
        (2, "names the same cause, gate-header-check")
    ]


def test_answer_that_is_no_json_is_one_line(server: GitLabServer) -> None:
    with pytest.raises(TryAgainError, match="no connection"):
        attach(GitLabTracker("a/b", "good", "http://127.0.0.1:9/api/v4", sleep=lambda _: None), 1, ticket())


def test_command_writes_to_gitlab_in_its_pipeline(server: GitLabServer) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "triage", "attach", str(EXAMPLE), "--issue", "1"],
        capture_output=True,
        text=True,
        check=True,
        env={
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{server.url}/api/v4",
            "CI_PROJECT_PATH": "demo/tools/app",
            "GITLAB_TOKEN": "good",
            "PATH": "/usr/bin:/bin",
        },
    )
    assert ended.stdout == "created  https://gitlab.example.com/demo/tools/app/-/issues/1#note_500\n"
