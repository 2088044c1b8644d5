"""What trackers with a REST API have in common: calls, pages, confirmed writes and errors in one line."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, ClassVar
from urllib.parse import urlsplit

from triage.errors import TryAgainError, UsageError
from triage.tickets.api_caller import ApiCaller, ApiFailure
from triage.tickets.interface import Tracker
from triage.tickets.refusals import Refusal, to_error

#: Both GitHub and GitLab send at most so many items in a page.
_PAGE_SIZE = 100


class RestTracker(Tracker):
    """A tracker that is called over HTTP with JSON.

    Attributes:
        refusals: what its error answers mean, the first that fits is used.
        confirmation: fields that every answer to a write has.

    """

    refusals: ClassVar[Sequence[Refusal]]
    confirmation: ClassVar[Sequence[str]]

    def __init__(self, name: str, host: str, caller: ApiCaller) -> None:
        """Call ``host`` for the project ``name``."""
        self.name = name
        self._host = host
        self._caller = caller
        self._account: str | None = None

    @abstractmethod
    def _request(self, verb: str, path: str, query: dict[str, str] | None = None, sent: Any = None) -> Any:
        """Send one request and return the decoded answer.

        Raises:
            ApiFailure: it was refused, or there is no valid answer.

        """

    @abstractmethod
    def _forget_address(self) -> None:
        """Ask again under which address the project is, before the next request."""

    def _read(self, what: str, path: str, query: dict[str, str] | None = None) -> Any:
        """Return the answer to a read.

        Raises:
            TryAgainError: it is no JSON, such as the page of a proxy.

        """
        answer = self._call(what, lambda: self._request("GET", path, query))
        if not isinstance(answer, dict | list):
            raise TryAgainError(f"{what}: the answer of {self._host} is no JSON", "check the API address")
        return answer

    def _write(self, what: str, verb: str, path: str, sent: Any) -> dict[str, Any]:
        """Return the answer to a write, which must name what was written.

        Raises:
            TryAgainError: it does not, as after a redirect; the project is looked up again then.

        """
        answer = self._call(what, lambda: self._request(verb, path, sent=sent), is_write=True)
        if not isinstance(answer, dict) or not all(answer.get(field) for field in self.confirmation):
            self._forget_address()
            said = answer.get("message", "") if isinstance(answer, dict) else ""
            raise TryAgainError(
                f"{what}: {self._host} did not confirm it{f' ({said})' if said else ''}",
                "run the same command again",
            )
        return answer

    def _pages(self, what: str, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, page by page."""
        for page in count(1):
            answer = self._read(what, path, {**query, "per_page": str(_PAGE_SIZE), "page": str(page)})
            items = answer.get("items", []) if isinstance(answer, dict) else answer
            yield from items
            if len(items) < _PAGE_SIZE:
                return

    def _call(self, what: str, request: Callable[[], Any], *, is_write: bool = False) -> Any:
        """Return the answer, or raise an error about ``what`` in one line."""
        try:
            return self._caller.call(request, is_write=is_write)
        except ApiFailure as failure:
            raise to_error(failure, self.refusals, what, self._host) from None

    def _issue_name(self, issue: int) -> str:
        return f"issue {issue} of {self.name}"

    def _comment_of(self, issue: int) -> str:
        return f"the comment on issue {issue} of {self.name}"


def require_address(api_url: str, example: str) -> str:
    """Return the host of an API address.

    Raises:
        UsageError: the address is not a URL of http or https.

    """
    address = urlsplit(api_url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise UsageError(f"{api_url!r} is not an API address", f"such as {example}")
    return address.hostname
