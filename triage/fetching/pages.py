"""Read pages of log entries: rate-limited, with retries."""

import random
import time
from collections.abc import Callable
from typing import Any

import msgspec

from triage.errors import TryAgainError
from triage.fetching.api_errors import (
    describe_outage,
    is_credentials_error,
    is_quota_error,
    is_transient,
    to_triage_error,
)
from triage.fetching.client import Connection
from triage.fetching.record import register_payload_types, to_line

#: Cloud Logging's largest page size (ListLogEntriesRequest.page_size).
PAGE_SIZE = 1000
#: Empty pages in a row before a query is given up. Some come while Cloud Logging searches a long window.
MAX_EMPTY_PAGES = 200


class Page(msgspec.Struct, frozen=True):
    """One page of entries.

    Attributes:
        lines: the entries as JSON lines.
        last: timestamp of the last entry; "" without entries.
        token: the token of the next page; "" after the last.

    """

    lines: list[bytes]
    last: str
    token: str


class PageSequence:
    """The pages of one query; notices a server that leads nowhere."""

    def __init__(self) -> None:
        """Start before the first page."""
        self._tokens: set[int] = set()
        self._empty = 0

    def repeats(self, page: Page) -> bool:
        """Return whether a page before this one had the same token of the next."""
        known = len(self._tokens)
        if page.token:
            self._tokens.add(hash(page.token))
        return bool(page.token) and len(self._tokens) == known

    def check_progress(self, page: Page) -> None:
        """Check that entries come, or the end.

        Raises:
            TryAgainError: too many pages in a row were empty.

        """
        self._empty = 0 if page.lines or not page.token else self._empty + 1
        if self._empty >= MAX_EMPTY_PAGES:
            raise TryAgainError(
                f"Cloud Logging sent {self._empty} pages without an entry in a row",
                "run the same command with --resume, or for a shorter window",
            )


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds; retries back off exponentially.

    Attributes:
        page_timeout: time limit of one answer.
        budget: time limit of all tries for one page.
        first_pause: first pause; a random part is waited ("full jitter"), doubled each time.
        max_pause: longest pause.

    """

    page_timeout: float = 90.0
    budget: float = 180.0
    first_pause: float = 1.0
    max_pause: float = 32.0


class RateLimiter:
    """Limits calls per minute: a sixth at once, the rest evenly spaced.

    No 60 seconds contain more calls than the limit (generic cell rate algorithm).
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with a full allowance."""
        at_once = max(1, per_minute // 6)
        self._interval = 60 / max(1, per_minute - at_once)
        self._ahead = (at_once - 1) * self._interval
        self._clock = clock
        self._due = 0.0

    def next_wait(self) -> float:
        """Count one call and return the seconds to wait before it."""
        now = self._clock()
        self._due = max(self._due, now)
        wait = max(0.0, self._due - self._ahead - now)
        self._due += self._interval
        return wait


class PageReader:
    """Reads pages.

    ``on_wait`` receives the reason for a wait, "" at its end; ``notify`` what failed and is tried again.
    """

    def __init__(
        self,
        connection: Connection,
        rate_limiter: RateLimiter,
        retry_policy: RetryPolicy,
        on_wait: Callable[[str], None],
        *,
        notify: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Request nothing yet."""
        self._connection = connection
        self._rate_limiter = rate_limiter
        self._retry_policy = retry_policy
        self._on_wait = on_wait
        self._notify = notify
        self._sleep = sleep

    def read_page(self, text: str, token: str, size: int) -> Page:
        """Return the page of a filter that starts at a token, oldest entries first.

        Quota, server faults, timeouts and lost connections are retried within the budget; credentials are
        renewed once.

        Raises:
            TryAgainError: the budget is used up.
            NoPermissionError: credentials, role or project.
            UsageError: the filter is refused.
            google.api_core.exceptions.InvalidArgument: the token is refused.

        """
        from google.api_core.exceptions import GoogleAPICallError, InvalidArgument
        from google.auth.exceptions import GoogleAuthError

        begun, tries, renewed = time.monotonic(), 0, False
        while True:
            self._wait(self._rate_limiter.next_wait(), "quota")
            try:
                return self._request_page(text, token, size)
            except InvalidArgument as error:
                if token:
                    raise
                raise to_triage_error(error, self._connection.project) from error
            except (GoogleAPICallError, GoogleAuthError) as error:
                spent = time.monotonic() - begun
                if is_credentials_error(error) and not renewed:
                    renewed = True
                    self._renew()
                    continue
                policy = self._retry_policy
                pause = random.uniform(0, min(policy.max_pause, policy.first_pause * 2**tries))  # noqa: S311 (not a secret)
                tries += 1
                if not is_transient(error) or is_credentials_error(error) or spent + pause > policy.budget:
                    raise to_triage_error(error, self._connection.project, seconds=spent) from error
                if tries == 1:
                    self._notify(f"{describe_outage(error)}; trying again for up to {policy.budget:g} s")
                self._wait(pause, "quota" if is_quota_error(error) else "Cloud Logging")

    def _renew(self) -> None:
        from google.auth.exceptions import GoogleAuthError

        try:
            self._connection.renew()
        except GoogleAuthError as error:
            raise to_triage_error(error, self._connection.project) from error

    def _wait(self, seconds: float, why: str) -> None:
        if seconds > 0:
            self._on_wait(why)
            self._sleep(seconds)
            self._on_wait("")

    def _request_page(self, text: str, token: str, size: int) -> Page:
        from google.cloud.logging_v2.types import ListLogEntriesRequest

        request = ListLogEntriesRequest(
            resource_names=[f"projects/{self._connection.project}"],
            filter=text,
            order_by="timestamp asc",
            page_size=size,
            page_token=token,
        )
        register_payload_types()
        pager = self._connection.client.list_log_entries(
            request, retry=None, timeout=self._retry_policy.page_timeout
        )
        answer: Any = type(page := next(iter(pager.pages))).pb(page)
        last = answer.entries[-1].timestamp.ToJsonString() if answer.entries else ""
        return Page([to_line(entry) for entry in answer.entries], last, answer.next_page_token)
