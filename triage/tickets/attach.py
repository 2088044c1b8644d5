"""An incident on a ticket: once, updated in place, in as many comments as it needs."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from triage.errors import TryAgainError
from triage.models import Attached, Found, Ticket
from triage.tickets.github import Hub
from triage.tickets.parts import parts

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.IssueComment import IssueComment

_MARKER = re.compile(r"<!-- triage:incident=([0-9a-f]{6,64}) part=(\d{1,3}) -->", re.ASCII)


def comments(ticket: Ticket) -> list[str]:
    """Return the bodies of a ticket's comments: each with its hidden marker, and its number where there are several."""
    cut = parts(ticket.body)
    return [
        f"<!-- triage:incident={ticket.fingerprint} part={number} -->\n"
        + (f"*Part {number} of {len(cut)}*\n\n" if len(cut) > 1 else "")
        + part
        for number, part in enumerate(cut, 1)
    ]


def attach(hub: Hub, number: int, ticket: Ticket) -> list[Attached]:
    """Put a ticket on an issue: comments that carry its fingerprint are updated, missing ones are written.

    Comments of an earlier, longer report of the same incident are removed.

    Raises:
        NoPermissionError: the token, the issue or the right to it is missing.
        TryAgainError: no network, or GitHub answers with limits or server errors.
        UsageError: GitHub refuses the content.

    """
    issue = hub.issue(number)
    what = _named(hub, issue)
    bodies = comments(ticket)
    done = []
    standing = _standing(hub, issue, ticket.fingerprint)
    for part, body in enumerate(bodies, 1):
        comment = standing.pop(part, None)
        if comment is None:
            done.append(_written(hub, issue, ticket.fingerprint, part, body))
        elif comment.body.replace("\r\n", "\n").strip() == body.strip():
            done.append(Attached("unchanged", comment.html_url))
        else:
            with hub.telling(what):
                comment.edit(body)
            done.append(Attached("updated", comment.html_url))
    for comment in standing.values():
        with hub.telling(what):
            comment.delete()
        done.append(Attached("removed", comment.html_url))
    return done


def open_issue(hub: Hub, ticket: Ticket) -> list[Attached]:
    """Open an issue for a ticket, the first part of the report as its body, the rest as comments.

    Raises:
        NoPermissionError, TryAgainError, UsageError: as for ``attach``.

    """
    first, *rest = comments(ticket)
    what = f"a new issue in {hub.name}"

    def write() -> Any:
        return hub.repository.create_issue(ticket.title, body=first, labels=ticket.labels)

    def look() -> Any:
        return next(
            (issue for issue in hub.repository.get_issues(state="open") if _is_of(issue, ticket)), None
        )

    issue = _once(hub, what, write, look)
    done = [Attached("opened", issue.html_url)]
    for part, body in enumerate(rest, 2):
        done.append(_written(hub, issue, ticket.fingerprint, part, body))
    return done


def find(hub: Hub, ticket: Ticket) -> list[Found]:
    """Return open issues that carry the incident's label or marker, or name the same cause, the surest first.

    Raises:
        NoPermissionError, TryAgainError: as for ``attach``.

    """
    found: dict[int, Found] = {}
    label = f"triage:{ticket.fingerprint}"
    with hub.telling(f"the issues of {hub.name}"):
        labelled: list[Issue] = list(islice(hub.repository.get_issues(state="open", labels=[label]), 20))
    searches = [
        (labelled, f"carries the label {label}"),
        (hub.search(f'"{ticket.fingerprint}"'), "carries the fingerprint of this incident"),
        (hub.search(f'"{ticket.cause}"'), f"names the same cause, {ticket.cause}"),
    ]
    for issues, why in searches:
        for issue in issues:
            found.setdefault(issue.number, Found(issue.number, issue.title, issue.html_url, why))
    return list(found.values())


def _standing(hub: Hub, issue: Any, fingerprint: str) -> "dict[int, IssueComment]":
    """Return the comments of an incident that stand on an issue, by their part."""
    with hub.telling(_named(hub, issue)):
        return dict(_marked(issue.get_comments(), fingerprint))


def _named(hub: Hub, issue: Any) -> str:
    return f"the comment on issue {issue.number} of {hub.name}"


def _marked(listed: Any, fingerprint: str) -> "Iterator[tuple[int, IssueComment]]":
    for comment in listed:
        marker = _MARKER.match(comment.body or "")
        if marker and marker[1] == fingerprint:
            yield int(marker[2]), comment


def _is_of(issue: Any, ticket: Ticket) -> bool:
    marker = _MARKER.match(issue.body or "")
    return bool(marker and marker[1] == ticket.fingerprint)


def _written(hub: Hub, issue: Any, fingerprint: str, part: int, body: str) -> Attached:
    def write() -> Any:
        return issue.create_comment(body)

    def look() -> Any:
        return _standing(hub, issue, fingerprint).get(part)

    return Attached("created", _once(hub, _named(hub, issue), write, look).html_url)


def _once(hub: Hub, what: str, write: Callable[[], Any], look: Callable[[], Any]) -> Any:
    """Write, and after a failure that leaves open whether it was done, look before writing a second time."""
    try:
        with hub.telling(what):
            return write()
    except TryAgainError:
        with hub.telling(what):
            standing = look()
        if standing is not None:
            return standing
        with hub.telling(what):
            return write()
