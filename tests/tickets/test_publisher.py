"""A report is on an issue once, whatever happened before."""

import pytest

from tests.fakes.github_server import Fault, GitHubServer
from tests.tickets.demo import FINGERPRINT, LABEL, LONG, NOW, connect, create, done, ticket
from triage.tickets import GitHubTracker, attach, comment_bodies, create_or_update

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning"
)  # a lost answer leaves its socket to the library


def test_first_attach_creates_a_comment(server: GitHubServer, tracker: GitHubTracker) -> None:
    assert done(attach(tracker, 1, ticket())) == ["created"]
    assert server.bodies() == comment_bodies(ticket())


def test_same_incident_updates_its_comment(server: GitHubServer, tracker: GitHubTracker) -> None:
    attach(tracker, 1, ticket())
    assert done(attach(tracker, 1, ticket())) == ["unchanged"]
    assert done(attach(tracker, 1, ticket("the next report"))) == ["updated"]
    assert server.bodies() == comment_bodies(ticket("the next report"))


def test_another_incident_creates_another_comment(server: GitHubServer, tracker: GitHubTracker) -> None:
    attach(tracker, 1, ticket())
    attach(tracker, 1, ticket(fingerprint="ffffffffffff"))
    assert len(server.bodies()) == 2


def test_long_report_is_numbered_and_a_shorter_one_removes_surplus_comments(
    server: GitHubServer, tracker: GitHubTracker
) -> None:
    assert set(done(attach(tracker, 1, ticket(LONG)))) == {"created"}
    bodies = server.bodies()
    assert len(bodies) >= 3
    assert all(f"*Part {number} of {len(bodies)}*" in body for number, body in enumerate(bodies, 1))
    assert done(attach(tracker, 1, ticket())) == ["updated", *["removed"] * (len(bodies) - 1)]


class TestOneCopy:
    """Whatever happened before, a run leaves one current copy of the report."""

    def test_text_of_the_opened_issue_is_the_first_part(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        create(tracker)
        assert done(attach(connect(server), 2, ticket())) == ["unchanged"]
        assert done(attach(connect(server), 2, ticket("the next report"))) == ["updated"]
        assert server.copies(FINGERPRINT) == comment_bodies(ticket("the next report"))

    def test_long_report_continues_in_comments_of_the_opened_issue(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        create(tracker, LONG)
        assert server.copies(FINGERPRINT) == comment_bodies(ticket(LONG))
        assert set(done(create(connect(server), LONG))) == {"unchanged"}

    def test_text_of_another_account_is_untouched(self, server: GitHubServer, tracker: GitHubTracker) -> None:
        copied = comment_bodies(ticket("a copied report"))[0]
        server.comment(1, copied)
        assert done(attach(tracker, 1, ticket())) == ["created"]
        assert done(attach(tracker, 1, ticket("more"))) == ["updated"]
        assert server.bodies() == [copied, *comment_bodies(ticket("more"))]

    def test_foreign_issue_with_a_copied_report_is_neither_used_nor_closed(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        server.open("copied", comment_bodies(ticket("a copied report"))[0], [])
        assert done(create(tracker)) == ["opened"]
        assert [issue["state"] for issue in server.issues.values()] == ["open"] * 3
        assert server.issues[2]["body"] == comment_bodies(ticket("a copied report"))[0]

    @pytest.mark.parametrize(
        "fault", [Fault("POST", lost=True, path="/issues"), Fault("POST", status=502, path="/issues")]
    )
    def test_lost_answer_doubles_nothing(
        self, server: GitHubServer, tracker: GitHubTracker, fault: Fault
    ) -> None:
        server.faults.append(fault)
        assert done(attach(tracker, 1, ticket())) == ["created"]
        assert server.copies(FINGERPRINT) == comment_bodies(ticket())

    @pytest.mark.parametrize("viewer", [True, False])
    def test_lost_answer_opens_no_second_issue(self, server: GitHubServer, *, viewer: bool) -> None:
        server.viewer = viewer
        server.faults.append(Fault("POST", lost=True, path="/issues"))
        create(connect(server))
        assert server.copies(FINGERPRINT) == comment_bodies(ticket())

    def test_comment_that_arrives_late_is_removed_by_the_next_run(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        server.faults.append(Fault("POST", late=True, path="/issues"))
        attach(tracker, 1, ticket())
        server.arrive()
        assert len(server.bodies()) == 2
        assert done(attach(connect(server), 1, ticket())) == ["unchanged", "removed"]
        assert server.bodies() == comment_bodies(ticket())

    def test_issue_that_arrives_late_is_closed_as_a_duplicate_by_the_next_run(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        server.faults.append(Fault("POST", late=True, path="/issues"))
        create(tracker)
        server.arrive()
        results = create(connect(server))
        assert [(result.done, result.url[-1], result.note) for result in results] == [
            ("closed", "3", "duplicate of #2")
        ]
        assert (server.issues[3]["state"], server.issues[3]["state_reason"]) == ("closed", "duplicate")
        assert "Duplicate of #2: https://github.example.com/demo/demo/issues/2" in server.issues[3]["body"]
        assert server.copies(FINGERPRINT) == comment_bodies(ticket())
        assert done(create(connect(server))) == ["unchanged"]

    def test_two_runs_at_once_leave_one_comment(self, server: GitHubServer, tracker: GitHubTracker) -> None:
        path = "POST /repos/demo/demo/issues/1/comments"
        server.before[path] = lambda: attach(connect(server), 1, ticket())
        assert done(attach(tracker, 1, ticket())) == ["created", "removed"]
        assert server.bodies() == comment_bodies(ticket())

    @pytest.mark.parametrize("viewer", [True, False])
    def test_two_runs_at_once_leave_one_open_issue(self, server: GitHubServer, *, viewer: bool) -> None:
        server.viewer, server.search_lags = viewer, True
        server.before["POST /repos/demo/demo/issues"] = lambda: create(connect(server), LONG)
        assert "closed" in done(create(connect(server)))
        assert [issue["state"] for issue in server.issues.values()] == ["open", "open", "closed"]
        assert server.copies(FINGERPRINT) == comment_bodies(ticket())

    def test_issue_is_found_without_search_and_without_label(self, server: GitHubServer) -> None:
        server.search_lags = server.drops_labels = True
        notes: list[str] = []
        create_or_update(connect(server), ticket(), now=NOW, notify=notes.append)
        assert "".join(notes).startswith(
            f"demo/demo dropped the labels triage, {LABEL}: the account has no right"
        )
        assert done(create(connect(server), "the next report")) == ["updated"]
        assert server.copies(FINGERPRINT) == comment_bodies(ticket("the next report"))

    def test_account_that_cannot_be_asked_for_is_known_from_the_first_write(
        self, server: GitHubServer
    ) -> None:
        server.viewer = False
        attach(connect(server), 1, ticket())
        server.comment(1, comment_bodies(ticket("a copied report"))[0])
        assert done(attach(connect(server), 1, ticket("more"))) == ["created", "updated", "removed"]
        assert server.bodies() == [
            *comment_bodies(ticket("more")),
            *comment_bodies(ticket("a copied report")),
        ]

    def test_comment_that_was_deleted_meanwhile_is_written_anew(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        attach(tracker, 1, ticket())
        number = next(iter(server.comments))
        server.before[f"PATCH /repos/demo/demo/issues/comments/{number}"] = server.comments.clear
        assert done(attach(connect(server), 1, ticket("more"))) == ["created"]
        assert server.bodies() == comment_bodies(ticket("more"))

    def test_pull_requests_are_no_issues_of_the_incident(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        server.open("a change", comment_bodies(ticket())[0], [LABEL])["pull_request"] = {}
        assert done(create(tracker)) == ["opened"]
