"""GitHub API for tickets: comments, issues and search, with translated errors."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from triage.errors import NoPermissionError, TryAgainError, UsageError
from triage.tickets.interface import TrackedComment, TrackedIssue, Tracker

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.IssueComment import IssueComment
    from github.Repository import Repository

PUBLIC_API = "https://api.github.com"
_REPOSITORY_NAME = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_TIMEOUT = 20
#: Longest wait in seconds for a rate limit before it is reported.
_MAX_RATE_LIMIT_WAIT = 20.0
#: Most issues of a search.
_MAX_FOUND = 20


class GitHubTracker(Tracker):
    """One repository on GitHub or GitHub Enterprise.

    Reads are retried after server errors. Writes are not: after a timeout it is unknown whether the write was
    done, so callers check first.

    Attributes:
        name: repository as OWNER/NAME.

    """

    def __init__(self, repository: str, token: str, api_url: str = PUBLIC_API) -> None:
        """Create a client for OWNER/NAME; the token must be able to write issues.

        Raises:
            UsageError: the repository is not of the form OWNER/NAME, or the API address is not a URL.

        """
        import github

        if not _REPOSITORY_NAME.fullmatch(repository):
            raise UsageError(f"{repository!r} is no repository", "name it as OWNER/NAME with --repo")
        address = urlsplit(api_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise UsageError(
                f"{api_url!r} is not an API address", "such as https://github.example.com/api/v3"
            )
        self.name = repository
        self._issues: dict[int, Issue] = {}
        self._host = address.hostname
        self._client = github.Github(
            auth=github.Auth.Token(token),
            base_url=api_url.rstrip("/"),
            timeout=_TIMEOUT,
            retry=github.GithubRetry(
                total=3,
                backoff_factor=0.2,
                allowed_methods=frozenset({"GET"}),
                max_rate_limit_wait=_MAX_RATE_LIMIT_WAIT,
            ),
            seconds_between_requests=None,
            seconds_between_writes=None,
            per_page=100,
            lazy=True,
        )

    def find(self, *, label: str = "", words: str = "") -> Iterator[TrackedIssue]:
        """Yield open issues: all, those with a label, or up to 20 that contain words."""
        if words:
            with self._translate_errors(f"the search in {self.name}"):
                query = f"repo:{self.name} is:issue is:open {words}"
                found = list(islice(self._client.search_issues(query), _MAX_FOUND))
            yield from map(_to_issue, found)
            return
        with self._translate_errors(f"the issues of {self.name}"):
            list_issues = self._repository.get_issues
            listed = list_issues(state="open", labels=[label]) if label else list_issues(state="open")
            yield from map(_to_issue, listed)

    def comments(self, issue: int) -> list[TrackedComment]:
        """Return the comments of an issue."""
        found = self._issue(issue)
        with self._translate_errors(self._comment_of(issue)):
            return [_to_comment(issue, comment) for comment in found.get_comments()]

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> TrackedIssue:
        """Open an issue."""
        with self._translate_errors(f"a new issue in {self.name}"):
            issue = self._repository.create_issue(title, body=body, labels=list(labels))
        self._issues[issue.number] = issue
        return _to_issue(issue)

    def create_comment(self, issue: int, body: str) -> TrackedComment:
        """Add a comment to an issue."""
        found = self._issue(issue)
        with self._translate_errors(self._comment_of(issue)):
            return _to_comment(issue, found.create_comment(body))

    def update_comment(self, comment: TrackedComment, body: str) -> None:
        """Replace the text of a comment."""
        with self._translate_errors(self._comment_of(comment.issue)):
            comment.handle.edit(body)

    def delete_comment(self, comment: TrackedComment) -> None:
        """Remove a comment."""
        with self._translate_errors(self._comment_of(comment.issue)):
            comment.handle.delete()

    @property
    def _repository(self) -> "Repository":
        """Return the repository; it is fetched lazily."""
        return self._client.get_repo(self.name)

    def _issue(self, number: int) -> "Issue":
        """Return an issue, which is fetched once."""
        if number not in self._issues:
            with self._translate_errors(f"issue {number} of {self.name}"):
                self._issues[number] = self._repository.get_issue(number)
        return self._issues[number]

    def _comment_of(self, issue: int) -> str:
        return f"the comment on issue {issue} of {self.name}"

    @contextmanager
    def _translate_errors(self, what: str) -> Iterator[None]:
        """Raise errors of GitHub and of the network as one-line errors about ``what``."""
        import github
        import requests

        try:
            yield
        except github.BadCredentialsException:
            raise NoPermissionError(
                f"{self._host} refused the token (401)", "set GITHUB_TOKEN or log in with `gh auth login`"
            ) from None
        except github.RateLimitExceededException:
            raise TryAgainError(
                f"{self._host} limits the number of requests", "try again in a few minutes"
            ) from None
        except github.UnknownObjectException:
            raise NoPermissionError(
                f"{what} does not exist, or the token may not see it (404)",
                "check the name and the token's rights",
            ) from None
        except github.GithubException as error:
            raise self._to_triage_error(what, error) from None
        except requests.RequestException as error:
            reason = "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
            raise TryAgainError(
                f"{self._host}: {reason} for {what}", "check the network and try again"
            ) from None

    def _to_triage_error(self, what: str, error: Any) -> NoPermissionError | TryAgainError | UsageError:
        message = error.data.get("message", "") if isinstance(error.data, dict) else ""
        if error.status == 403:
            hint = "the token needs the right to write issues (scope repo, or Issues: write)"
            return NoPermissionError(f"{what}: not allowed (403{f': {message}' if message else ''})", hint)
        if error.status in (410, 422):
            return UsageError(
                f"{what}: refused ({error.status}{f': {message}' if message else ''})", "see what GitHub says"
            )
        return TryAgainError(f"{what}: {self._host} answered {error.status}", "try again")


def _to_issue(issue: "Issue") -> TrackedIssue:
    return TrackedIssue(
        number=issue.number, title=issue.title, body=issue.body or "", url=issue.html_url, handle=issue
    )


def _to_comment(issue: int, comment: "IssueComment") -> TrackedComment:
    return TrackedComment(issue=issue, body=comment.body or "", url=comment.html_url, handle=comment)
