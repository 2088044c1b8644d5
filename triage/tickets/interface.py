"""What an issue tracker must offer, so that a report can be published on it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec


class TrackedIssue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue of a tracker.

    Attributes:
        number: its number.
        title: its title.
        body: its text.
        url: its page.
        handle: the tracker's own object of it.

    """

    number: int
    title: str
    body: str
    url: str
    handle: Any = None


class TrackedComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment of an issue.

    Attributes:
        issue: number of the issue.
        body: its text.
        url: its page.
        handle: the tracker's own object of it.

    """

    issue: int
    body: str
    url: str
    handle: Any = None


class Tracker(ABC):
    """One project of an issue tracker.

    Every method raises NoPermissionError where the token or its rights are missing or there is no such
    issue, TryAgainError where the network or the tracker failed, and UsageError where the content was
    refused. A write that raises TryAgainError may have been done: callers look before they write again.

    Attributes:
        name: name of the project.

    """

    name: str

    @abstractmethod
    def find(self, *, label: str = "", words: str = "") -> Iterable[TrackedIssue]:
        """Yield the open issues with a label or with words in them, all open ones without either."""

    @abstractmethod
    def comments(self, issue: int) -> Iterable[TrackedComment]:
        """Yield the comments of an issue."""

    @abstractmethod
    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> TrackedIssue:
        """Open an issue."""

    @abstractmethod
    def create_comment(self, issue: int, body: str) -> TrackedComment:
        """Add a comment to an issue."""

    @abstractmethod
    def update_comment(self, comment: TrackedComment, body: str) -> None:
        """Replace the text of a comment."""

    @abstractmethod
    def delete_comment(self, comment: TrackedComment) -> None:
        """Remove a comment."""
