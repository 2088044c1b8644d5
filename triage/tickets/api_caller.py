"""Call an API within its limits: retried reads, waits for rate limits, spaced writes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from triage.errors import TryAgainError

_Answer = TypeVar("_Answer")
#: A read is sent so often before a server error or a lost connection is reported.
_MOST_READS = 3
_FIRST_PAUSE = 0.2
#: Seconds to wait where a limited answer does not say how long; doubled each time.
_DEFAULT_WAIT = 60.0
_BETWEEN_WRITES = 1.0
#: Seconds that one call waits for rate limits in total.
MAX_WAIT = 300.0


class RateLimitedError(TryAgainError):
    """A rate limit lasts longer than this call may wait; the request was not executed."""


class ApiFailure(Exception):  # noqa: N818 (not shown to users: the tracker makes an error of it)
    """A request that was refused, or that got no answer.

    Attributes:
        status: HTTP status, 0 where no answer came.
        message: what the API says, or what is wrong with the connection.
        headers: headers of the answer, with names in lower case.

    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what was answered."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}

    @property
    def is_rate_limit(self) -> bool:
        """Return whether the request was not executed because there were too many.

        Both GitHub and GitLab answer 429; GitHub also answers 403. Source: docs.github.com, "Rate limits for
        the REST API"; docs.gitlab.com, "Rate limits".
        """
        if self.status == 429 or (self.status == 503 and "retry-after" in self.headers):
            return True
        return self.status == 403 and (
            "retry-after" in self.headers
            or self.headers.get("x-ratelimit-remaining") == "0"
            or "rate limit" in self.message.lower()
        )


class ApiCaller:
    """Sends requests one after the other.

    Reads are retried after server errors. Writes are not: after a lost answer it is unknown whether the write
    was done, so callers check first. A request that a rate limit refused was not executed and is sent again.
    """

    def __init__(
        self,
        host: str,
        *,
        max_wait: float,
        notify: Callable[[str], None],
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        """Call ``host`` and wait for its rate limits, at most ``max_wait`` seconds in total."""
        self._host = host
        self._left = max_wait
        self._notify = notify
        self._sleep = sleep
        self._clock = clock
        self._last_write = 0.0

    def call(self, request: Callable[[], _Answer], *, is_write: bool = False) -> _Answer:
        """Return the answer of a request.

        Raises:
            ApiFailure: the request was refused, or got no answer.
            RateLimitedError: the rate limit ends later than this call may wait.

        """
        reads, unnamed_wait = 1, _DEFAULT_WAIT
        while True:
            try:
                return self._send(request, is_write=is_write)
            except ApiFailure as failure:
                if failure.is_rate_limit:
                    named = self._named_wait(failure.headers)
                    self._wait(unnamed_wait if named is None else named)
                    unnamed_wait *= 1 if named is not None else 2
                elif is_write or reads == _MOST_READS or 0 < failure.status < 500:
                    raise
                else:
                    self._sleep(_FIRST_PAUSE * 2 ** (reads - 1))
                    reads += 1

    def _send(self, request: Callable[[], _Answer], *, is_write: bool) -> _Answer:
        """Send a request; a write waits until a second has passed since the last one.

        Source: docs.github.com, "Best practices for using the REST API": pause between mutative requests.
        """
        if not is_write:
            return request()
        pause = self._last_write + _BETWEEN_WRITES - self._clock()
        if pause > 0:
            self._sleep(pause)
        try:
            return request()
        finally:
            self._last_write = self._clock()

    def _named_wait(self, headers: Mapping[str, str]) -> float | None:
        """Return the seconds that a limited answer says to wait, None if it does not say.

        Source: docs.github.com, "Exceeding the rate limit": Retry-After first, then x-ratelimit-reset if no
        request remains. GitLab names its headers RateLimit-Remaining and RateLimit-Reset.
        """
        if headers.get("retry-after", "").isdigit():
            return max(float(headers["retry-after"]), 1.0)
        for prefix in ("x-ratelimit", "ratelimit"):
            reset = headers.get(f"{prefix}-reset", "")
            if headers.get(f"{prefix}-remaining") == "0" and reset.isdigit():
                return max(float(reset) - self._clock(), 0.0) + 1.0  # it resets within that second
        return None

    def _wait(self, seconds: float) -> None:
        until = datetime.fromtimestamp(self._clock() + seconds, UTC)
        if seconds > self._left:
            raise RateLimitedError(
                f"{self._host} limits the number of requests until {until:%Y-%m-%d %H:%M:%S} UTC",
                "run the same command after that time, or allow a longer wait with --max-wait",
            )
        self._left -= seconds
        self._notify(
            f"{self._host} limits the number of requests: waiting {seconds:.0f} s, until {until:%H:%M:%S} UTC"
        )
        self._sleep(seconds)
