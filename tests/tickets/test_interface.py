"""A report is published on any tracker that has the interface."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice

import pytest
from msgspec.structs import replace

from triage.errors import TryAgainError
from triage.models import Ticket
from triage.tickets import TrackedComment, TrackedIssue, Tracker, attach, create_or_update, find_issues
from triage.tickets.interface import IssueState

NOW = datetime(2026, 3, 20, tzinfo=UTC)

TICKET = Ticket(
    fingerprint="0a1b2c3d4e5f",
    cause="disk-full",
    title="orders: the disk is full",
    body="The disk is full.\n",
    labels=["triage", "triage:0a1b2c3d4e5f"],
)


class Notebook(Tracker):
    """A tracker in memory; ``loses`` is the number of answers that never arrive."""

    name = "notebook"

    def __init__(self, loses: int = 0) -> None:
        self.loses = loses
        self.issues: dict[int, TrackedIssue] = {}
        self.texts: dict[int, TrackedComment] = {}

    def account(self) -> str:
        return "me"

    def find(
        self, *, label: str = "", words: str = "", state: IssueState | None = "open", limit: int = 200
    ) -> Iterable[TrackedIssue]:
        for issue in islice(self.issues.values(), limit):
            is_wanted = state in (None, issue.state) and (not label or label in issue.labels)
            if is_wanted and words.strip('"') in issue.body:
                yield issue

    def issue(self, number: int) -> TrackedIssue:
        return self.issues[number]

    def comments(self, issue: int) -> Iterable[TrackedComment]:
        return [text for text in self.texts.values() if text.issue == issue]

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> TrackedIssue:
        number = len(self.issues) + 1
        self.issues[number] = TrackedIssue(
            number=number, title=title, body=body, url=f"note:{number}", author="me", labels=list(labels)
        )
        self._lose()
        return self.issues[number]

    def update_issue(self, issue: TrackedIssue, body: str) -> None:
        self.issues[issue.number] = replace(issue, body=body)

    def reopen_issue(self, issue: TrackedIssue) -> None:
        self.issues[issue.number] = replace(issue, state="open", closed_at=None)

    def close_as_duplicate(self, issue: TrackedIssue, body: str) -> None:
        self.issues[issue.number] = replace(issue, state="closed", body=body)

    def create_comment(self, issue: int, body: str) -> TrackedComment:
        number = len(self.texts) + 1
        url = f"note:{issue}#{number}"
        self.texts[number] = TrackedComment(issue=issue, id=number, body=body, url=url, author="me")
        self._lose()
        return self.texts[number]

    def update_comment(self, comment: TrackedComment, body: str) -> None:
        self.texts[comment.id] = replace(comment, body=body)

    def delete_comment(self, comment: TrackedComment) -> None:
        del self.texts[comment.id]

    def _lose(self) -> None:
        if self.loses:
            self.loses -= 1
            raise TryAgainError("the answer is lost")


@pytest.fixture
def tracker() -> Notebook:
    notebook = Notebook()
    notebook.create_issue("an issue", "", [])
    return notebook


def test_report_is_created_once_and_updated_in_place(tracker: Notebook) -> None:
    assert [result.done for result in attach(tracker, 1, TICKET)] == ["created"]
    assert [result.done for result in attach(tracker, 1, TICKET)] == ["unchanged"]
    longer = replace(TICKET, body="Fixed.\n")
    assert [result.done for result in attach(tracker, 1, longer)] == ["updated"]
    assert [text.body.partition("\n")[2] for text in tracker.texts.values()] == ["Fixed.\n"]


def test_nothing_is_written_twice_after_a_lost_answer(tracker: Notebook) -> None:
    tracker.loses = 1
    assert [result.done for result in attach(tracker, 1, TICKET)] == ["created"]
    assert len(tracker.texts) == 1
    empty = Notebook(loses=1)
    assert [result.done for result in create_or_update(empty, TICKET, now=NOW)] == ["opened"]
    assert len(empty.issues) == 1


def test_related_issues_are_found_by_label_and_by_words(tracker: Notebook) -> None:
    create_or_update(tracker, TICKET, now=NOW)
    tracker.create_issue("another", "names disk-full", [])
    assert [(issue.number, issue.why) for issue in find_issues(tracker, TICKET)] == [
        (2, "carries the label triage:0a1b2c3d4e5f"),
        (3, "names the same cause, disk-full"),
    ]
