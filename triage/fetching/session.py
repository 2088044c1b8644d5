"""What several fetches of one run share: a connection, and the calls that they may make."""

import time
from collections.abc import Callable

import msgspec

from triage.errors import TryAgainError
from triage.fetching.client import Connection
from triage.fetching.pages import RateLimiter, RetryPolicy


class CallBudget(RateLimiter):
    """Limits calls per minute, and in total; repeated calls count.

    Attributes:
        made: calls so far.

    """

    def __init__(self, per_minute: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with a full allowance."""
        super().__init__(per_minute, clock)
        self._most = most
        self.made = 0

    def next_wait(self) -> float:
        """Count one call and return the seconds to wait before it.

        Raises:
            TryAgainError: all calls are made.

        """
        if self.made >= self._most:
            raise TryAgainError(f"all {self._most:,} calls of --max-calls were made", "allow more")
        self.made += 1
        return super().next_wait()


class Session(msgspec.Struct, frozen=True):
    """A connection that stays open, and how it may be used.

    Attributes:
        connection: the connection.
        limiter: limits the calls of all fetches together.
        retry_policy: how long each page is tried.

    """

    connection: Connection
    limiter: RateLimiter
    retry_policy: RetryPolicy = RetryPolicy()
