"""Publish an incident on an issue: once, updated in place, in several parts.

Whatever was interrupted, doubled or overtaken before, one call leaves one current copy of the report: what
the same account wrote is found by its marker, the oldest copy of each part is updated, and the others are
removed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from triage.errors import TryAgainError
from triage.models import Ticket, TicketResult
from triage.tickets.api_caller import RateLimitedError
from triage.tickets.interface import AbsentError, TrackedComment, TrackedIssue, Tracker
from triage.tickets.report_parts import comment_bodies, is_same_text, part_of

_Written = TypeVar("_Written", TrackedComment, TrackedIssue)
_Text = TrackedComment | TrackedIssue
#: After a pass that created something, the issue is read again: another run may have done the same meanwhile.
_MOST_PASSES = 3


def publish(tracker: Tracker, number: int, ticket: Ticket, written: Iterable[str] = ()) -> list[TicketResult]:
    """Create, update or remove the parts of a ticket on an issue.

    The text of the issue is a part too, if the same account opened it with the report. Texts of other
    accounts are never changed, even if they begin with the marker. As long as the account is unknown, only
    what this run wrote is its own: the pages in ``written``, and what it creates here.

    Raises:
        NoPermissionError: the token or its permission is missing, or there is no such issue.
        TryAgainError: the network failed, or the tracker returned a rate limit or server error.
        UsageError: the tracker rejected the content.

    """
    publication = _Publication(tracker, number, ticket, written)
    done: list[TicketResult] = []
    for _ in range(_MOST_PASSES):
        results = publication.write()
        done += [result for result in results if not done or result.done != "unchanged"]
        if all(result.done != "created" for result in results):
            break
    return done


def write_once(write: Callable[[], _Written], look: Callable[[], _Written | None]) -> _Written:
    """Write, and after an unclear failure check before writing again."""
    try:
        return write()
    except RateLimitedError:
        raise
    except TryAgainError:
        existing = look()
        return write() if existing is None else existing


class _Publication:
    """The parts of one ticket on one issue."""

    def __init__(self, tracker: Tracker, number: int, ticket: Ticket, written: Iterable[str]) -> None:
        self._tracker = tracker
        self._number = number
        self._fingerprint = ticket.fingerprint
        self._bodies = [tracker.as_stored(body) for body in comment_bodies(ticket)]
        self._written = set(written)
        self._created: dict[str, TrackedComment] = {}

    def write(self) -> list[TicketResult]:
        """Write each part that is missing or differs, and remove the surplus copies."""
        comments = self._comments()
        copies: defaultdict[int, list[_Text]] = defaultdict(list)
        texts: list[_Text] = [self._tracker.issue(self._number), *comments.values()]
        for text in texts:
            part = part_of(text.body, self._fingerprint)
            if part is not None and self._is_ours(text):
                copies[part].append(text)
        done = []
        for part, body in enumerate(self._bodies, 1):
            result, surplus = self._write_part(part, body, copies.pop(part, []), comments)
            done += [result, *map(self._remove, surplus)]
        return [*done, *(self._remove(text) for texts in copies.values() for text in _comments_of(texts))]

    def _comments(self) -> dict[str, TrackedComment]:
        """Return the comments by their page, with those of this run that the tracker does not list yet."""
        listed = {comment.url: comment for comment in self._tracker.comments(self._number)}
        return listed | {url: comment for url, comment in self._created.items() if url not in listed}

    def _is_ours(self, text: _Text) -> bool:
        account = self._tracker.account()
        return text.author == account if account else text.url in self._written

    def _write_part(
        self, part: int, body: str, copies: list[_Text], comments: dict[str, TrackedComment]
    ) -> tuple[TicketResult, list[TrackedComment]]:
        """Update the oldest copy of a part, or create it; return the newer copies too."""
        for index, text in enumerate(copies):
            surplus = _comments_of(copies[index + 1 :])
            if is_same_text(text.body, body):
                return TicketResult("unchanged", text.url), surplus
            try:
                if isinstance(text, TrackedIssue):
                    self._tracker.update_issue(text, body)
                else:
                    self._tracker.update_comment(text, body)
            except AbsentError:  # removed by somebody meanwhile
                continue
            return TicketResult("updated", text.url), surplus
        return TicketResult("created", self._create(part, body, set(comments)).url), []

    def _create(self, part: int, body: str, before: set[str]) -> TrackedComment:
        def write() -> TrackedComment:
            return self._tracker.create_comment(self._number, body)

        def look() -> TrackedComment | None:
            for comment in self._tracker.comments(self._number):
                is_new = comment.url not in before and is_same_text(comment.body, body)
                is_known = bool(self._tracker.account()) and self._is_ours(comment)
                if (is_known and part_of(comment.body, self._fingerprint) == part) or (
                    is_new and not self._tracker.account()
                ):
                    return comment
            return None

        comment = write_once(write, look)
        self._created[comment.url] = comment
        self._written.add(comment.url)
        return comment

    def _remove(self, comment: TrackedComment) -> TicketResult:
        self._created.pop(comment.url, None)
        with suppress(AbsentError):  # another run removed it
            self._tracker.delete_comment(comment)
        return TicketResult("removed", comment.url)


def _comments_of(texts: list[_Text]) -> list[TrackedComment]:
    return [text for text in texts if isinstance(text, TrackedComment)]
