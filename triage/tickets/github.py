"""GitHub API for tickets: comments, issues and search, with translated errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from triage.errors import NoPermissionError, TryAgainError, UsageError

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.Repository import Repository

PUBLIC_API = "https://api.github.com"
_REPOSITORY_NAME = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_TIMEOUT = 20
#: Longest wait in seconds for a rate limit before it is reported.
_MAX_RATE_LIMIT_WAIT = 20.0


class GitHubTracker:
    """One repository on GitHub or GitHub Enterprise.

    Reads are retried after server errors. Writes are not: after a timeout it is unknown whether the write was done, so
    callers check first.

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
                f"{api_url!r} is no address of an API", "such as https://github.example.com/api/v3"
            )
        self.name = repository
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

    @property
    def repository(self) -> "Repository":
        """Return the repository; it is fetched lazily."""
        return self._client.get_repo(self.name)

    def issue(self, number: int) -> "Issue":
        """Return an issue.

        Raises:
            NoPermissionError: there is no such issue, or the token cannot read it.

        """
        with self.translate_errors(f"issue {number} of {self.name}"):
            return self.repository.get_issue(number)

    def search(self, words: str) -> "list[Issue]":
        """Return up to 20 open issues of the repository that contain the words."""
        with self.translate_errors(f"the search in {self.name}"):
            found = self._client.search_issues(f"repo:{self.name} is:issue is:open {words}")
            return list(islice(found, 20))

    @contextmanager
    def translate_errors(self, what: str) -> Iterator[None]:
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
