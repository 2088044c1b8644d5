"""A report is published on any tracker that has the interface."""

from collections.abc import Iterable, Sequence

import msgspec

from triage.errors import TryAgainError
from triage.models import Ticket
from triage.tickets import TrackedComment, TrackedIssue, Tracker, attach, find_issues, open_issue

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
        self.issues: list[TrackedIssue] = []
        self.labels: list[list[str]] = []
        self.texts: list[TrackedComment] = []

    def find(self, *, label: str = "", words: str = "") -> Iterable[TrackedIssue]:
        for issue, labels in zip(self.issues, self.labels, strict=True):
            if (not label or label in labels) and words.strip('"') in issue.body:
                yield issue

    def comments(self, issue: int) -> Iterable[TrackedComment]:
        return [text for text in self.texts if text.issue == issue]

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> TrackedIssue:
        number = len(self.issues) + 1
        self.issues.append(TrackedIssue(number=number, title=title, body=body, url=f"note:{number}"))
        self.labels.append(list(labels))
        self._lose()
        return self.issues[-1]

    def create_comment(self, issue: int, body: str) -> TrackedComment:
        self.texts.append(TrackedComment(issue=issue, body=body, url=f"note:{issue}#{len(self.texts)}"))
        self._lose()
        return self.texts[-1]

    def update_comment(self, comment: TrackedComment, body: str) -> None:
        self.texts[self.texts.index(comment)] = TrackedComment(
            issue=comment.issue, body=body, url=comment.url
        )

    def delete_comment(self, comment: TrackedComment) -> None:
        self.texts.remove(comment)

    def _lose(self) -> None:
        if self.loses:
            self.loses -= 1
            raise TryAgainError("the answer is lost")


def test_report_is_created_once_and_updated_in_place() -> None:
    tracker = Notebook()
    assert [result.done for result in attach(tracker, 1, TICKET)] == ["created"]
    assert [result.done for result in attach(tracker, 1, TICKET)] == ["unchanged"]
    longer = msgspec.structs.replace(TICKET, body="Fixed.\n")
    assert [result.done for result in attach(tracker, 1, longer)] == ["updated"]
    assert [text.body.partition("\n")[2] for text in tracker.texts] == ["Fixed.\n"]


def test_nothing_is_written_twice_after_a_lost_answer() -> None:
    tracker = Notebook(loses=1)
    assert [result.done for result in open_issue(tracker, TICKET)] == ["opened"]
    assert len(tracker.issues) == 1
    tracker.loses = 1
    assert [result.done for result in attach(tracker, 1, TICKET)] == ["created"]
    assert len(tracker.texts) == 1


def test_related_issues_are_found_by_label_and_by_words() -> None:
    tracker = Notebook()
    open_issue(tracker, TICKET)
    tracker.create_issue("another", "names disk-full", [])
    assert [(issue.number, issue.why) for issue in find_issues(tracker, TICKET)] == [
        (1, "carries the label triage:0a1b2c3d4e5f"),
        (2, "names the same cause, disk-full"),
    ]
