"""GitLab API for tickets: issues and their notes.

Source of requests and answers: docs.gitlab.com/api, pages "Issues", "Notes", "Projects" and "Users". The
client is httpx, because the errors of python-gitlab lack the headers that say how long to wait.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import quote

from triage.errors import NoPermissionError, UsageError
from triage.tickets.api_caller import MAX_WAIT, ApiCaller, ApiFailure
from triage.tickets.interface import AbsentError, IssueState, TrackedComment, TrackedIssue
from triage.tickets.refusals import Refusal
from triage.tickets.rest_tracker import RestTracker, require_address

PUBLIC_API = "https://gitlab.com/api/v4"
_PROJECT = re.compile(r"\d+|[\w.-]+(/[\w.-]+)+", re.ASCII)
_TIMEOUT = 20
#: A line that GitLab would execute, such as "/close" (docs.gitlab.com, "Quick actions").
_QUICK_ACTION = re.compile(r"^/(?=[a-z])", re.MULTILINE)
_FENCED = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)
_STATES = {"open": "opened", "closed": "closed", None: "all"}
_REFUSALS = [
    Refusal(401, "", NoPermissionError, "{host} refused the token (401)", "set GITLAB_TOKEN (scope api)"),
    Refusal(
        403,
        "",
        NoPermissionError,
        "{what}: not allowed (403{said})",
        "the token needs the scope api and a role that may write issues; a locked issue takes only members",
    ),
    Refusal(
        404,
        "the project",
        AbsentError,
        "{what} does not exist, or the token may not see it (404)",
        "check the name and the token's rights",
    ),
    Refusal(404, "", AbsentError, "{what} does not exist (404)", "check the number, or use --create"),
]


class GitLabTracker(RestTracker):
    """One project on GitLab.

    Attributes:
        name: project as GROUP/NAME, or its number.

    """

    refusals = _REFUSALS
    confirmation = ("id",)

    def __init__(
        self,
        project: str,
        token: str,
        api_url: str = PUBLIC_API,
        *,
        max_wait: float = MAX_WAIT,
        notify: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create a client for a project; the token must have the scope api.

        Raises:
            UsageError: the project is not of the form GROUP/NAME, or the API address is not a URL.

        """
        if not _PROJECT.fullmatch(project):
            raise UsageError(f"{project!r} is no project", "name it as GROUP/NAME with --repo")
        host = require_address(api_url, PUBLIC_API)
        super().__init__(
            project, host, ApiCaller(host, max_wait=max_wait, notify=notify, sleep=sleep, clock=clock)
        )
        self._notify = notify
        self._api_url = api_url.rstrip("/")
        self._headers = {"PRIVATE-TOKEN": token}

    def account(self) -> str:
        """Return the user name of the token; a project token has a user of its own."""
        if self._account is None:
            answer = self._read(f"the account of the token for {self.name}", "/user")
            self._account = str(answer["username"])
        return self._account

    def as_stored(self, body: str) -> str:
        """Return a text without lines that GitLab would execute; it executes none in a code block."""
        return "".join(
            part if index % 2 else _QUICK_ACTION.sub(r"\\/", part)
            for index, part in enumerate(_split_fences(body))
        )

    def find(
        self, *, label: str = "", words: str = "", state: IssueState | None = "open", limit: int = 200
    ) -> Iterator[TrackedIssue]:
        """Yield issues: all, those with a label, or those that contain words."""
        query = {"state": _STATES[state], "order_by": "created_at", "sort": "desc"}
        if label:
            query["labels"] = label
        if words:
            query |= {"search": words.strip('"'), "in": "title,description"}
        pages = self._pages(f"the issues of {self.name}", f"{self._project}/issues", query)
        yield from islice(map(_to_issue, pages), limit)

    def issue(self, number: int) -> TrackedIssue:
        """Return an issue."""
        return _to_issue(self._read(self._issue_name(number), f"{self._project}/issues/{number}"))

    def comments(self, issue: int) -> list[TrackedComment]:
        """Return the notes of an issue without those of the system, the oldest first."""
        at, query = f"{self._project}/issues/{issue}/notes", {"order_by": "created_at", "sort": "asc"}
        notes = self._pages(self._comment_of(issue), at, query)
        return [self._to_comment(issue, note) for note in notes if not note.get("system")]

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> TrackedIssue:
        """Open an issue."""
        sent = {"title": title, "description": body, "labels": list(labels)}
        return _to_issue(self._write(f"a new issue in {self.name}", "POST", f"{self._project}/issues", sent))

    def update_issue(self, issue: TrackedIssue, body: str) -> None:
        """Replace the text of an issue."""
        self._edit(issue, {"description": body})

    def reopen_issue(self, issue: TrackedIssue) -> None:
        """Open a closed issue again."""
        self._edit(issue, {"state_event": "reopen"})

    def close_as_duplicate(self, issue: TrackedIssue, body: str) -> None:
        """Close an issue, with a text that links the other one."""
        self._edit(issue, {"state_event": "close", "description": body})

    def create_comment(self, issue: int, body: str) -> TrackedComment:
        """Add a note to an issue."""
        at = f"{self._project}/issues/{issue}/notes"
        return self._to_comment(issue, self._write(self._comment_of(issue), "POST", at, {"body": body}))

    def update_comment(self, comment: TrackedComment, body: str) -> None:
        """Replace the text of a note."""
        at = f"{self._project}/issues/{comment.issue}/notes/{comment.id}"
        self._write(self._comment_of(comment.issue), "PUT", at, {"body": body})

    def delete_comment(self, comment: TrackedComment) -> None:
        """Remove a note."""
        at = f"{self._project}/issues/{comment.issue}/notes/{comment.id}"
        self._call(self._comment_of(comment.issue), lambda: self._request("DELETE", at), is_write=True)

    @cached_property
    def _found(self) -> dict[str, Any]:
        """Return the project; the answer to a read follows a rename."""
        found: dict[str, Any] = self._read(
            f"the project {self.name}", f"/projects/{quote(self.name, safe='')}"
        )
        name = str(found["path_with_namespace"])
        if not self.name.isdigit() and name.lower() != self.name.lower():
            self._notify(f"{self.name} is now {name}: name it so with --repo")
            self.name = name
        return found

    @property
    def _project(self) -> str:
        """Return the path of the project by its number, which no rename changes."""
        return f"/projects/{self._found['id']}"

    def _edit(self, issue: TrackedIssue, sent: dict[str, str]) -> None:
        self._write(self._issue_name(issue.number), "PUT", f"{self._project}/issues/{issue.number}", sent)

    def _to_comment(self, issue: int, note: dict[str, Any]) -> TrackedComment:
        return TrackedComment(
            issue=issue,
            id=note["id"],
            body=note.get("body") or "",
            url=f"{self._found['web_url']}/-/issues/{issue}#note_{note['id']}",
            author=(note.get("author") or {}).get("username", ""),
        )

    def _forget_address(self) -> None:
        self.__dict__.pop("_found", None)

    def _request(self, verb: str, path: str, query: dict[str, str] | None = None, sent: Any = None) -> Any:
        import httpx

        try:
            answer = httpx.request(
                verb,
                self._api_url + path,
                params=query,
                json=sent,
                headers=self._headers,
                timeout=_TIMEOUT,
                follow_redirects=verb == "GET",
            )
            content = answer.json() if answer.content else None
        except httpx.TimeoutException:
            raise ApiFailure(0, "no answer in time") from None
        except httpx.HTTPError:
            raise ApiFailure(0, "no connection") from None
        except ValueError:
            content = None
        if answer.status_code >= 400:
            raise ApiFailure(answer.status_code, _message(content), answer.headers)
        return content


def _split_fences(body: str) -> Iterator[str]:
    """Yield the text of a body; every second part is a code block."""
    end = 0
    for fence in _FENCED.finditer(body):
        yield body[end : fence.start()]
        yield fence[0]
        end = fence.end()
    yield body[end:]


def _message(content: Any) -> str:
    """Return what an error answer says: a text, or the faults by field."""
    said = (content.get("message") or content.get("error")) if isinstance(content, dict) else ""
    if isinstance(said, dict):
        return "; ".join(f"{field}: {fault}" for field, fault in said.items())
    return str(said or "")


def _to_issue(item: dict[str, Any]) -> TrackedIssue:
    opened, closed = item.get("created_at"), item.get("closed_at")
    return TrackedIssue(
        number=item["iid"],
        title=item["title"],
        body=item.get("description") or "",
        url=item["web_url"],
        author=(item.get("author") or {}).get("username", ""),
        state="closed" if item.get("state") == "closed" else "open",
        opened_at=datetime.fromisoformat(opened) if opened else None,
        closed_at=datetime.fromisoformat(closed) if closed else None,
        labels=list(item.get("labels") or []),
    )
