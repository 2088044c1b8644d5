"""GitHub API for tickets: comments, issues and search, with translated errors.

Source of requests and answers: docs.github.com/en/rest/issues, in the version of ``_API_VERSION``.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.tickets.api_caller import MAX_WAIT, ApiCaller, ApiFailure
from triage.tickets.interface import AbsentError, IssueState, TrackedComment, TrackedIssue
from triage.tickets.refusals import Refusal
from triage.tickets.rest_tracker import RestTracker, require_address

PUBLIC_API = "https://api.github.com"
_API_VERSION = "2022-11-28"
_REPOSITORY_NAME = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_TIMEOUT = 20


#: Source: docs.github.com, "Troubleshooting the REST API", and the messages of the answers.
_REFUSALS = [
    Refusal(
        401,
        "",
        NoPermissionError,
        "{host} refused the token (401)",
        "set GITHUB_TOKEN or log in with `gh auth login`",
    ),
    Refusal(
        403,
        "locked",
        NoPermissionError,
        "{what}: the issue is locked (403)",
        "unlock the conversation, or use another issue",
    ),
    Refusal(
        403,
        "",
        NoPermissionError,
        "{what}: not allowed (403{said})",
        "the token needs the right to write issues (scope repo, or Issues: write)",
    ),
    Refusal(
        404,
        "the repository",
        AbsentError,
        "{what} does not exist, or the token may not see it (404)",
        "check the name and the token's rights",
    ),
    Refusal(404, "", AbsentError, "{what} does not exist (404)", "check the number, or use --create"),
    Refusal(410, "deleted", AbsentError, "{what} was deleted (410)", "use another issue, or --create"),
    Refusal(
        410,
        "",
        UsageError,
        "{what}: refused (410{said})",
        "enable issues in the settings of the repository",
    ),
]


#: How an issue was closed, by its ``state_reason`` (docs.github.com/en/rest/issues/issues).
_CLOSED_AS = {"completed": "completed", "not_planned": "not planned", "duplicate": "duplicate"}


class GitHubTracker(RestTracker):
    """One repository on GitHub or GitHub Enterprise.

    Attributes:
        name: repository as OWNER/NAME.

    """

    refusals = _REFUSALS
    confirmation = ("id", "html_url")

    def __init__(
        self,
        repository: str,
        token: str,
        api_url: str = PUBLIC_API,
        *,
        max_wait: float = MAX_WAIT,
        notify: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create a client for OWNER/NAME; the token must be able to write issues.

        Raises:
            UsageError: the repository is not of the form OWNER/NAME, or the API address is not a URL.

        """
        import github

        if not _REPOSITORY_NAME.fullmatch(repository):
            raise UsageError(f"{repository!r} is no repository", "name it as OWNER/NAME with --repo")
        host = require_address(api_url, "https://github.example.com/api/v3")
        logging.getLogger("github").addHandler(logging.NullHandler())  # errors are ours to print
        caller = ApiCaller(host, max_wait=max_wait, notify=notify, sleep=sleep, clock=clock)
        super().__init__(repository, host, caller)
        self._notify = notify
        self._requester = github.Github(
            auth=github.Auth.Token(token),
            base_url=api_url.rstrip("/"),
            timeout=_TIMEOUT,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            api_version=_API_VERSION,
        ).requester

    def account(self) -> str:
        """Return the login of the token, without the suffix of apps.

        It is asked for with GraphQL, because the token of GitHub Actions may not read ``GET /user``; GraphQL
        names the account of an app with the suffix "[bot]" or without it.
        """
        if self._account is None:
            what = f"the account of the token in {self.name}"
            query = {"query": "query { viewer { login } }"}
            url = self._requester.graphql_url
            try:
                answer = self._call(what, lambda: self._request("POST", url, sent=query))
                self._account = _login((answer.get("data") or {}).get("viewer"))
            except TryAgainError:
                raise
            except TriageError:
                self._account = ""
        return self._account

    def find(
        self, *, label: str = "", words: str = "", state: IssueState | None = "open", limit: int = 200
    ) -> Iterator[TrackedIssue]:
        """Yield issues: all, those with a label, or those that contain words."""
        if words:
            chosen = f"is:{state} " if state else ""
            query = {"q": f"repo:{self._full_name} is:issue {chosen}{words}"}
            pages = self._pages(f"the search in {self.name}", "/search/issues", query)
        else:
            listed = {"state": state or "all", **({"labels": label} if label else {})}
            pages = self._pages(f"the issues of {self.name}", f"{self._repository}/issues", listed)
        # A list of issues has pull requests too.
        yield from islice((_to_issue(item) for item in pages if "pull_request" not in item), limit)

    def issue(self, number: int) -> TrackedIssue:
        """Return an issue."""
        return _to_issue(self._read(self._issue_name(number), f"{self._repository}/issues/{number}"))

    def comments(self, issue: int) -> list[TrackedComment]:
        """Return the comments of an issue, the oldest first."""
        at = f"{self._repository}/issues/{issue}/comments"
        return [_to_comment(issue, item) for item in self._pages(self._comment_of(issue), at, {})]

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> TrackedIssue:
        """Open an issue."""
        sent = {"title": title, "body": body, "labels": list(labels)}
        return _to_issue(self._send(f"a new issue in {self.name}", "POST", "issues", sent))

    def update_issue(self, issue: TrackedIssue, body: str) -> None:
        """Replace the text of an issue."""
        self._edit(issue, {"body": body})

    def reopen_issue(self, issue: TrackedIssue) -> None:
        """Open a closed issue again."""
        self._edit(issue, {"state": "open"})

    def close_as_duplicate(self, issue: TrackedIssue, body: str) -> None:
        """Close an issue as a duplicate, with a text that links the other one."""
        sent = {"state": "closed", "state_reason": "duplicate", "body": body}
        try:
            self._edit(issue, sent)
        except UsageError:  # GitHub Enterprise Server knows the reason "duplicate" only since 2025
            self._edit(issue, {**sent, "state_reason": "not_planned"})

    def create_comment(self, issue: int, body: str) -> TrackedComment:
        """Add a comment to an issue."""
        at = f"issues/{issue}/comments"
        return _to_comment(issue, self._send(self._comment_of(issue), "POST", at, {"body": body}))

    def update_comment(self, comment: TrackedComment, body: str) -> None:
        """Replace the text of a comment."""
        at = f"issues/comments/{comment.id}"
        self._send(self._comment_of(comment.issue), "PATCH", at, {"body": body})

    def delete_comment(self, comment: TrackedComment) -> None:
        """Remove a comment."""
        at = f"{self._repository}/issues/comments/{comment.id}"
        self._call(self._comment_of(comment.issue), lambda: self._request("DELETE", at), is_write=True)

    @cached_property
    def _full_name(self) -> str:
        """Return the name that the repository has today: the answer follows a rename."""
        answer = self._read(f"the repository {self.name}", f"/repos/{self.name}")
        name = str(answer.get("full_name") or self.name)
        if name.lower() != self.name.lower():
            self._notify(f"{self.name} is now {name}: name it so with --repo")
            self.name = name
        return name

    @property
    def _repository(self) -> str:
        return f"/repos/{self._full_name}"

    def _edit(self, issue: TrackedIssue, sent: dict[str, Any]) -> None:
        self._send(self._issue_name(issue.number), "PATCH", f"issues/{issue.number}", sent)

    def _send(self, what: str, verb: str, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        """Write to the repository and learn the account of the token from the answer, if it is unknown.

        GitHub answers a write to a renamed repository with a redirect (307) that names neither id nor page:
        nothing was written then, and the next request goes to the new name.
        """
        answer = self._write(what, verb, f"{self._repository}/{path}", sent)
        if verb == "POST" and not self._account:
            self._account = _login(answer.get("user"))
        return answer

    def _forget_address(self) -> None:
        self.__dict__.pop("_full_name", None)

    def _request(self, verb: str, path: str, query: dict[str, str] | None = None, sent: Any = None) -> Any:
        import github
        import requests

        try:
            return self._requester.requestJsonAndCheck(verb, path, query, input=sent)[1]
        except github.GithubException as error:
            raise ApiFailure(error.status, _message(error.data), error.headers) from None
        except requests.Timeout:
            raise ApiFailure(0, "no answer in time") from None
        except requests.RequestException:
            raise ApiFailure(0, "no connection") from None
        except (RuntimeError, ValueError) as error:  # a redirect to another host, or no JSON
            raise ApiFailure(0, str(error).splitlines()[0]) from None


def _login(user: Any) -> str:
    """Return the login of an account for comparison; an app has the suffix "[bot]" in some answers."""
    login = user.get("login") if isinstance(user, dict) else None
    return str(login or "").lower().removesuffix("[bot]")


def _message(data: Any) -> str:
    """Return what an error answer says, with the fields that were refused."""
    if not isinstance(data, dict):
        return ""
    faults = [
        fault["message"]
        for fault in data.get("errors") or []
        if isinstance(fault, dict) and fault.get("message")
    ]
    return "; ".join([str(data.get("message") or ""), *faults]).strip("; ")


def _to_issue(item: dict[str, Any]) -> TrackedIssue:
    opened, closed = item.get("created_at"), item.get("closed_at")
    return TrackedIssue(
        number=item["number"],
        title=item["title"],
        body=item.get("body") or "",
        url=item["html_url"],
        author=_login(item.get("user")),
        state="closed" if item.get("state") == "closed" else "open",
        opened_at=datetime.fromisoformat(opened) if opened else None,
        closed_at=datetime.fromisoformat(closed) if closed else None,
        closed_as=_CLOSED_AS.get(item.get("state_reason") or "", "") if closed else "",
        labels=[label["name"] if isinstance(label, dict) else label for label in item.get("labels") or []],
    )


def _to_comment(issue: int, item: dict[str, Any]) -> TrackedComment:
    return TrackedComment(
        issue=issue,
        id=item["id"],
        body=item.get("body") or "",
        url=item["html_url"],
        author=_login(item.get("user")),
    )
