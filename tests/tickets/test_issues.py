"""An incident has one issue: the open one is updated, and an older one is linked."""

import pytest
from msgspec.structs import replace

from tests.fakes.github_server import Fault, GitHubServer
from tests.tickets.demo import LABEL, NOW, connect, create, days_ago, done, ticket
from triage.tickets import GitHubTracker, attach, comment_bodies, create_or_update, find_issues, plan_update


class TestCreateOrUpdate:
    """``--create`` updates an open issue, leaves a recently closed one alone, and links an older one."""

    def test_opened_issue_has_title_and_labels(self, server: GitHubServer, tracker: GitHubTracker) -> None:
        assert done(create(tracker)) == ["opened"]
        assert server.issues[2]["title"] == "Refused"
        assert server.issues[2]["labels"] == [{"name": "triage"}, {"name": LABEL}]

    def test_title_is_cut_where_the_tracker_would_refuse_it(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        create_or_update(tracker, replace(ticket(), title="long " * 60), now=NOW)
        assert server.issues[2]["title"] == f"{'long ' * 50}lo..."

    def test_open_issue_is_updated(self, server: GitHubServer, tracker: GitHubTracker) -> None:
        create(tracker)
        assert done(create(connect(server), "the next report")) == ["updated"]
        assert len(server.issues) == 2

    def test_report_goes_to_the_open_issue_that_carries_the_label(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        server.open("labeled by somebody", "", [LABEL])
        assert done(create(tracker)) == ["created"]
        assert server.bodies(2) == comment_bodies(ticket())

    def test_report_goes_to_the_issue_that_has_it_in_a_comment(
        self, server: GitHubServer, tracker: GitHubTracker
    ) -> None:
        attach(tracker, 1, ticket())
        assert done(create(connect(server), "the next report")) == ["updated"]
        assert server.bodies(1) == comment_bodies(ticket("the next report"))

    def test_nothing_is_written_for_a_recently_closed_issue(self, server: GitHubServer) -> None:
        server.open("done", "", [LABEL], closed_at=days_ago(13))
        results = create(connect(server))
        assert [(result.done, result.note) for result in results] == [
            ("skipped", "closed on 2026-03-07; --reopen opens and updates it")
        ]
        assert {request.method for request in server.requests if request.path != "/graphql"} == {"GET"}

    def test_recently_closed_issue_is_reopened_and_updated(self, server: GitHubServer) -> None:
        server.open("done", "", [LABEL], closed_at=days_ago(13))
        assert done(create(connect(server), reopen=True)) == ["reopened", "created"]
        assert server.issues[2]["state"] == "open"
        assert server.bodies(2) == comment_bodies(ticket())

    def test_new_issue_links_an_older_closed_one(self, server: GitHubServer) -> None:
        server.open("done", "", [LABEL], closed_at=days_ago(15))
        assert done(create(connect(server))) == ["opened"]
        assert (
            "Earlier issues of this incident: #2 (closed on 2026-03-05 as completed)."
            in server.issues[3]["body"]
        )
        assert done(create(connect(server))) == ["unchanged"]
        assert done(attach(connect(server), 3, ticket())) == ["unchanged"]

    def test_issue_that_was_closed_as_a_duplicate_counts_for_nothing(self, server: GitHubServer) -> None:
        server.open("done", "<!-- triage:duplicate -->\nDuplicate of #1", [LABEL], closed_at=days_ago(1))
        assert done(create(connect(server))) == ["opened"]

    def test_reason_duplicate_is_replaced_where_it_is_unknown(self, server: GitHubServer) -> None:
        for body in comment_bodies(ticket()) * 2:
            server.open("Refused", body, [LABEL], "github-actions[bot]")
        server.faults.append(Fault("PATCH", status=422, message="Invalid request"))
        create(connect(server))
        assert (server.issues[3]["state"], server.issues[3]["state_reason"]) == ("closed", "not_planned")


def test_issues_are_found_by_label_by_fingerprint_and_by_cause(
    server: GitHubServer, tracker: GitHubTracker
) -> None:
    server.open("labeled", "", [LABEL])
    server.open("by cause", "it is gate-header-check again", [])
    attach(tracker, 1, ticket())
    assert [(found.number, found.why) for found in find_issues(tracker, ticket())] == [
        (2, f"carries the label {LABEL}"),
        (1, "carries the fingerprint of this incident"),
        (3, "names the same cause, gate-header-check"),
    ]


@pytest.mark.parametrize(
    ("issues", "planned"),
    [
        ([], "opened"),
        ([""], "updated"),
        ([13], "skipped"),
        ([15], "opened"),
        ([15, ""], "updated"),
        ([20, 3], "skipped"),
    ],
)
def test_planned_update_is_what_is_done(
    server: GitHubServer, tracker: GitHubTracker, issues: list[int | str], planned: str
) -> None:
    for days in issues:
        server.open("labeled", "", [LABEL], closed_at=days_ago(int(days)) if days else "")
    found = plan_update(tracker, ticket(), now=NOW)
    assert found.done == planned
    assert {request.method for request in server.requests if request.path != "/graphql"} == {"GET"}
    first = create(connect(server))[0]
    assert first.done == {"updated": "created"}.get(planned, planned)
    assert first.url.startswith(found.url)
