"""What an issue tracker must offer, so that a report can be published on it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from triage.errors import NoPermissionError

IssueState = Literal["open", "closed"]


class AbsentError(NoPermissionError):
    """There is no such project, issue or comment, or the token may not see it."""


class TrackedIssue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue of a tracker.

    Attributes:
        number: its number; a newer issue has a higher one.
        title: its title.
        body: its text.
        url: its page.
        author: account that wrote it, as ``Tracker.account`` names it.
        state: whether it is open or closed.
        opened_at: when it was opened, None if the tracker does not say.
        closed_at: when it was closed, None for an open one.
        closed_as: how it was closed ("completed", "not planned", "duplicate"), "" if the tracker does not
            say.
        labels: names of its labels.

    """

    number: int
    title: str
    body: str
    url: str
    author: str = ""
    state: IssueState = "open"
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    closed_as: str = ""
    labels: list[str] = []


class TrackedComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment of an issue.

    Attributes:
        issue: number of the issue.
        id: id of the comment.
        body: its text.
        url: its page.
        author: account that wrote it, as ``Tracker.account`` names it.

    """

    issue: int
    id: int
    body: str
    url: str
    author: str = ""


class Tracker(ABC):
    """One project of an issue tracker.

    Every method raises NoPermissionError where the token or its rights are missing, AbsentError where there
    is no such issue or comment, TryAgainError where the network or the tracker failed, and UsageError where
    the content was refused. A write that raises TryAgainError may have been done: callers look before they
    write again. A write that returns was confirmed by the tracker.

    Attributes:
        name: name of the project.

    """

    name: str

    @abstractmethod
    def account(self) -> str:
        """Return the account that the token writes as, "" as long as that is unknown.

        A tracker that cannot ask for it knows it from the first text that it wrote.
        """

    def as_stored(self, body: str) -> str:
        """Return a text as it must be written, so that the tracker shows it and does nothing else with it."""
        return body

    @abstractmethod
    def find(
        self, *, label: str = "", words: str = "", state: IssueState | None = "open", limit: int = 200
    ) -> Iterable[TrackedIssue]:
        """Yield the issues with a label or with words in them, all without either, the newest first.

        No ``state`` means open and closed ones.
        """

    @abstractmethod
    def issue(self, number: int) -> TrackedIssue:
        """Return an issue."""

    @abstractmethod
    def comments(self, issue: int) -> Iterable[TrackedComment]:
        """Yield the comments of an issue, the oldest first."""

    @abstractmethod
    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> TrackedIssue:
        """Open an issue."""

    @abstractmethod
    def update_issue(self, issue: TrackedIssue, body: str) -> None:
        """Replace the text of an issue."""

    @abstractmethod
    def reopen_issue(self, issue: TrackedIssue) -> None:
        """Open a closed issue again."""

    @abstractmethod
    def close_as_duplicate(self, issue: TrackedIssue, body: str) -> None:
        """Close an issue as a duplicate, with a text that links the other one."""

    @abstractmethod
    def create_comment(self, issue: int, body: str) -> TrackedComment:
        """Add a comment to an issue."""

    @abstractmethod
    def update_comment(self, comment: TrackedComment, body: str) -> None:
        """Replace the text of a comment."""

    @abstractmethod
    def delete_comment(self, comment: TrackedComment) -> None:
        """Remove a comment."""
