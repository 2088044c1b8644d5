"""The issues of an incident: find them, open one, and keep the oldest."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from triage.models import RelatedIssue, Ticket, TicketResult
from triage.tickets.interface import AbsentError, TrackedIssue, Tracker
from triage.tickets.publisher import publish, write_once
from triage.tickets.report_parts import (
    comment_bodies,
    duplicate_body,
    is_closed_duplicate,
    is_same_text,
    part_of,
)

#: Most issues that are reported for one reason, or named in a report.
_MAX_FOUND = 20
_LABEL = "triage:"
#: GitHub takes titles of 256 characters, GitLab of 255.
_LONGEST_TITLE = 255
#: An issue that was closed so recently is left alone: somebody decided about it.
RECENTLY = timedelta(days=14)


def find_issues(tracker: Tracker, ticket: Ticket) -> list[RelatedIssue]:
    """Return open issues of the same incident or cause, the most certain first.

    Raises:
        NoPermissionError, TryAgainError: as for ``publish``.

    """
    found: dict[int, RelatedIssue] = {}
    label = _label(ticket)
    searches = [
        (tracker.find(label=label), f"carries the label {label}"),
        (tracker.find(words=f'"{ticket.fingerprint}"'), "carries the fingerprint of this incident"),
        (tracker.find(words=f'"{ticket.cause}"'), f"names the same cause, {ticket.cause}"),
    ]
    for issues, why in searches:
        for issue in islice(issues, _MAX_FOUND):
            found.setdefault(issue.number, RelatedIssue(issue.number, issue.title, issue.url, why))
    return list(found.values())


def issues_of(tracker: Tracker, ticket: Ticket, *, search: bool = False) -> list[TrackedIssue]:
    """Return the open and closed issues of an incident, the oldest first.

    These are issues with its label, which only accounts with push access can set, and issues with a report
    that the same account wrote: as the text of one of the newest issues, or, with ``search``, anywhere in the
    project. An issue that was closed as a duplicate is not among them.

    Raises:
        NoPermissionError, TryAgainError: as for ``publish``.

    """
    found: dict[int, TrackedIssue] = {}
    for issue in (*tracker.find(label=_label(ticket), state=None), *tracker.find(state=None)):
        if _label(ticket) in issue.labels or _is_ours(tracker, issue, ticket):
            found[issue.number] = issue
    words = f'"{ticket.fingerprint}"'
    for issue in tracker.find(words=words, state=None, limit=_MAX_FOUND) if search else ():
        if issue.number not in found and (
            _is_ours(tracker, issue, ticket) or _has_our_comment(tracker, issue, ticket)
        ):
            found[issue.number] = issue
    return sorted(
        (issue for issue in found.values() if not is_closed_duplicate(issue)), key=lambda issue: issue.number
    )


def find_earlier(tracker: Tracker, fingerprint: str) -> list[TrackedIssue]:
    """Return the issues of an incident, closed ones too, the last one first.

    An open one is last; of others, the one that was closed last. Whoever wrote them, they are only named.

    Raises:
        NoPermissionError, TryAgainError: as for ``publish``.

    """
    found = {
        issue.number: issue
        for issues in (
            tracker.find(label=f"{_LABEL}{fingerprint}", state=None, limit=_MAX_FOUND),
            tracker.find(words=f'"{fingerprint}"', state=None, limit=_MAX_FOUND),
        )
        for issue in issues
        if not is_closed_duplicate(issue)
    }
    return sorted(found.values(), key=_last_first, reverse=True)


def _last_first(issue: TrackedIssue) -> tuple[bool, str, int]:
    return issue.state == "open", str(issue.closed_at or ""), issue.number


def attach(tracker: Tracker, number: int, ticket: Ticket) -> list[TicketResult]:
    """Publish a ticket on one issue.

    Raises:
        NoPermissionError, TryAgainError, UsageError: as for ``publish``.

    """
    return publish(tracker, number, _with_earlier(ticket, issues_of(tracker, ticket), number))


def create_or_update(
    tracker: Tracker,
    ticket: Ticket,
    *,
    now: datetime,
    reopen: bool = False,
    notify: Callable[[str], None] = lambda _: None,
) -> list[TicketResult]:
    """Publish a ticket on its oldest open issue, or open one if there is none.

    Newer issues that the same account opened for it are closed as duplicates. If the last issue was closed
    within ``RECENTLY``, nothing is written, unless ``reopen``.

    Raises:
        NoPermissionError, TryAgainError, UsageError: as for ``publish``.

    """
    known = issues_of(tracker, ticket, search=True)
    done: list[TicketResult] = []
    written: set[str] = set()
    if not any(issue.state == "open" for issue in known):
        last = _closed_recently(known, now)
        if last is not None and not reopen:
            return [TicketResult("skipped", last.url, f"{_closed_on(last)}; --reopen opens and updates it")]
        if last is not None:
            tracker.reopen_issue(last)
            done.append(TicketResult("reopened", last.url))
            opened = msgspec.structs.replace(last, state="open", closed_at=None)
        else:
            opened = _open_issue(tracker, _with_earlier(ticket, known), notify)
            written.add(opened.url)
            done.append(TicketResult("opened", opened.url))
        # Another run may have opened one meanwhile: the newest issues are listed without delay.
        known = _merge(known, issues_of(tracker, ticket), [opened])
    target, *others = [issue for issue in known if issue.state == "open"]
    done += publish(tracker, target.number, _with_earlier(ticket, known, target.number), written)
    for issue in others:
        if _is_ours(tracker, issue, ticket):
            done += _close_as_duplicate(tracker, issue, target, ticket)
    return [result for result in done if result.done != "unchanged"] or done


def plan_update(tracker: Tracker, ticket: Ticket, *, now: datetime) -> TicketResult:
    """Return what ``create_or_update`` would do with an issue; nothing is written.

    Raises:
        NoPermissionError, TryAgainError: as for ``publish``.

    """
    known = issues_of(tracker, ticket, search=True)
    for issue in known:
        if issue.state == "open":
            return TicketResult("updated", issue.url)
    last = _closed_recently(known, now)
    return TicketResult("skipped", last.url, _closed_on(last)) if last else TicketResult("opened", "")


def _closed_recently(known: Iterable[TrackedIssue], now: datetime) -> TrackedIssue | None:
    """Return the issue that was closed last, if that is not long ago."""
    recent = [issue for issue in known if issue.closed_at and now - issue.closed_at <= RECENTLY]
    return max(recent, key=lambda issue: str(issue.closed_at), default=None)


def _closed_on(issue: TrackedIssue) -> str:
    return f"closed on {issue.closed_at:%Y-%m-%d}"


def _label(ticket: Ticket) -> str:
    return f"{_LABEL}{ticket.fingerprint}"


def _is_ours(tracker: Tracker, issue: TrackedIssue, ticket: Ticket) -> bool:
    """Return whether this account opened an issue with the report."""
    return part_of(issue.body, ticket.fingerprint) is not None and issue.author == tracker.account() != ""


def _has_our_comment(tracker: Tracker, issue: TrackedIssue, ticket: Ticket) -> bool:
    """Return whether this account put the report on an issue as comments."""
    return any(
        part_of(comment.body, ticket.fingerprint) is not None and comment.author == tracker.account() != ""
        for comment in tracker.comments(issue.number)
    )


def _merge(*groups: Iterable[TrackedIssue]) -> list[TrackedIssue]:
    """Return each issue once, as its last group says, the oldest first."""
    merged = {issue.number: issue for group in groups for issue in group}
    return [merged[number] for number in sorted(merged)]


def _with_earlier(ticket: Ticket, known: Iterable[TrackedIssue], number: int | None = None) -> Ticket:
    """Return the ticket with links to the closed issues of its incident, except the given one."""
    earlier = [
        f"#{issue.number}{_closed_text(issue)}"
        for issue in known
        if issue.state == "closed" and issue.number != number
    ]
    if not earlier:
        return ticket
    names = ", ".join(earlier[-_MAX_FOUND:])
    return msgspec.structs.replace(
        ticket, body=f"{ticket.body.rstrip()}\n\nEarlier issues of this incident: {names}.\n"
    )


def _closed_text(issue: TrackedIssue) -> str:
    """Return when and how an issue was closed, in parentheses; "" where the tracker does not say."""
    how = f" as {issue.closed_as}" if issue.closed_as else ""
    return f" (closed on {issue.closed_at:%Y-%m-%d}{how})" if issue.closed_at else ""


def _open_issue(tracker: Tracker, ticket: Ticket, notify: Callable[[str], None]) -> TrackedIssue:
    """Open an issue with the first part as its text."""
    body = tracker.as_stored(comment_bodies(ticket)[0])

    title = ticket.title
    if len(title) > _LONGEST_TITLE:
        title = f"{title[: _LONGEST_TITLE - 3]}..."

    def write() -> TrackedIssue:
        return tracker.create_issue(title, body, ticket.labels)

    def look() -> TrackedIssue | None:
        for issue in tracker.find():
            if _is_ours(tracker, issue, ticket) or (not tracker.account() and is_same_text(issue.body, body)):
                return issue
        return None

    issue = write_once(write, look)
    dropped = [label for label in ticket.labels if label not in issue.labels]
    if dropped:
        notify(
            f"{tracker.name} dropped the labels {', '.join(dropped)}: the account has no right to set them; "
            "the issue is found again by its text"
        )
    return issue


def _close_as_duplicate(
    tracker: Tracker, issue: TrackedIssue, original: TrackedIssue, ticket: Ticket
) -> list[TicketResult]:
    """Close an issue with a link to the original, and remove the parts of the report on it."""
    with suppress(AbsentError):  # another run was faster
        tracker.close_as_duplicate(issue, duplicate_body(original))
        for comment in list(tracker.comments(issue.number)):
            if part_of(comment.body, ticket.fingerprint) and comment.author == tracker.account():
                tracker.delete_comment(comment)
    return [TicketResult("closed", issue.url, f"duplicate of #{original.number}")]
