"""Publish an incident on an issue: once, updated in place, in several parts."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from triage.errors import TryAgainError
from triage.models import RelatedIssue, Ticket, TicketResult
from triage.tickets.body_parts import split_body
from triage.tickets.github import GitHubTracker

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.IssueComment import IssueComment

_MARKER = re.compile(r"<!-- triage:incident=([0-9a-f]{6,64}) part=(\d{1,3}) -->", re.ASCII)


def comment_bodies(ticket: Ticket) -> list[str]:
    """Return the comment bodies of a ticket.

    Each has a hidden marker, and a number if there are several.
    """
    cut = split_body(ticket.body)
    return [
        f"<!-- triage:incident={ticket.fingerprint} part={number} -->\n"
        + (f"*Part {number} of {len(cut)}*\n\n" if len(cut) > 1 else "")
        + part
        for number, part in enumerate(cut, 1)
    ]


def attach(tracker: GitHubTracker, number: int, ticket: Ticket) -> list[TicketResult]:
    """Create, update or remove the comments of a ticket on an issue.

    Comments with its fingerprint are updated, and surplus ones of a longer report are removed.

    Raises:
        NoPermissionError: the token or its permission is missing, or there is no such issue.
        TryAgainError: the network failed, or GitHub returned a rate limit or server error.
        UsageError: GitHub rejected the content.

    """
    issue = tracker.issue(number)
    what = _comment_subject(tracker, issue)
    bodies = comment_bodies(ticket)
    done = []
    standing = _existing_comments(tracker, issue, ticket.fingerprint)
    for part, body in enumerate(bodies, 1):
        comment = standing.pop(part, None)
        if comment is None:
            done.append(_create_comment(tracker, issue, ticket.fingerprint, part, body))
        elif comment.body.replace("\r\n", "\n").strip() == body.strip():
            done.append(TicketResult("unchanged", comment.html_url))
        else:
            with tracker.translate_errors(what):
                comment.edit(body)
            done.append(TicketResult("updated", comment.html_url))
    for comment in standing.values():
        with tracker.translate_errors(what):
            comment.delete()
        done.append(TicketResult("removed", comment.html_url))
    return done


def open_issue(tracker: GitHubTracker, ticket: Ticket) -> list[TicketResult]:
    """Open an issue for a ticket: the first part as its body, the rest as comments.

    Raises:
        NoPermissionError, TryAgainError, UsageError: as for ``attach``.

    """
    first, *rest = comment_bodies(ticket)
    what = f"a new issue in {tracker.name}"

    def write() -> Any:
        return tracker.repository.create_issue(ticket.title, body=first, labels=ticket.labels)

    def look() -> Any:
        return next(
            (issue for issue in tracker.repository.get_issues(state="open") if _has_marker(issue, ticket)),
            None,
        )

    issue = _write_once(tracker, what, write, look)
    done = [TicketResult("opened", issue.html_url)]
    for part, body in enumerate(rest, 2):
        done.append(_create_comment(tracker, issue, ticket.fingerprint, part, body))
    return done


def find_issues(tracker: GitHubTracker, ticket: Ticket) -> list[RelatedIssue]:
    """Return open issues of the same incident or cause, the most certain first.

    Raises:
        NoPermissionError, TryAgainError: as for ``attach``.

    """
    found: dict[int, RelatedIssue] = {}
    label = f"triage:{ticket.fingerprint}"
    with tracker.translate_errors(f"the issues of {tracker.name}"):
        labelled: list[Issue] = list(islice(tracker.repository.get_issues(state="open", labels=[label]), 20))
    searches = [
        (labelled, f"carries the label {label}"),
        (tracker.search(f'"{ticket.fingerprint}"'), "carries the fingerprint of this incident"),
        (tracker.search(f'"{ticket.cause}"'), f"names the same cause, {ticket.cause}"),
    ]
    for issues, why in searches:
        for issue in issues:
            found.setdefault(issue.number, RelatedIssue(issue.number, issue.title, issue.html_url, why))
    return list(found.values())


def _existing_comments(tracker: GitHubTracker, issue: Any, fingerprint: str) -> "dict[int, IssueComment]":
    """Return the incident's comments on an issue, by part."""
    with tracker.translate_errors(_comment_subject(tracker, issue)):
        return dict(_marked_comments(issue.get_comments(), fingerprint))


def _comment_subject(tracker: GitHubTracker, issue: Any) -> str:
    return f"the comment on issue {issue.number} of {tracker.name}"


def _marked_comments(listed: Any, fingerprint: str) -> "Iterator[tuple[int, IssueComment]]":
    for comment in listed:
        marker = _MARKER.match(comment.body or "")
        if marker and marker[1] == fingerprint:
            yield int(marker[2]), comment


def _has_marker(issue: Any, ticket: Ticket) -> bool:
    marker = _MARKER.match(issue.body or "")
    return bool(marker and marker[1] == ticket.fingerprint)


def _create_comment(
    tracker: GitHubTracker, issue: Any, fingerprint: str, part: int, body: str
) -> TicketResult:
    def write() -> Any:
        return issue.create_comment(body)

    def look() -> Any:
        return _existing_comments(tracker, issue, fingerprint).get(part)

    return TicketResult(
        "created", _write_once(tracker, _comment_subject(tracker, issue), write, look).html_url
    )


def _write_once(tracker: GitHubTracker, what: str, write: Callable[[], Any], look: Callable[[], Any]) -> Any:
    """Write, and after an unclear failure check before writing again."""
    try:
        with tracker.translate_errors(what):
            return write()
    except TryAgainError:
        with tracker.translate_errors(what):
            standing = look()
        if standing is not None:
            return standing
        with tracker.translate_errors(what):
            return write()
