"""Follow the entries of a service: tail them, or poll where tailing fails."""

import random
import time
from collections.abc import Callable, Generator
from hashlib import blake2b

import msgspec

from triage.errors import NoPermissionError, TryAgainError
from triage.fetching.api_errors import (
    first_line,
    is_credentials_error,
    is_quota_error,
    is_session_end,
    is_transient,
    to_triage_error,
)
from triage.fetching.client import Connection
from triage.fetching.list_queries import ListQueries
from triage.fetching.pages import PageReader, RateLimiter, RetryPolicy
from triage.fetching.tail import Delivery, Tail
from triage.models import Stream, StreamMode
from triage.window import NANOSECONDS

#: Number of lines remembered to detect duplicates.
_REMEMBERED = 200_000


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Durations in seconds.

    Attributes:
        tick: longest single wait.
        poll_interval: time between queries while tailing is not possible.
        grace_period: time after which a filled gap is queried again, for entries that were ingested late.
        session: time after which a tail session is renewed.
        retry: time before tailing is tried again when too many sessions are open.
        first_pause: first pause between failing tries; a random part is waited, doubled each time.
        max_pause: longest pause between failing tries.
        budget: time after which it gives up if Cloud Logging has never answered.
        answer_timeout: time limit of one answer.

    """

    tick: float = 0.5
    poll_interval: float = 10.0
    grace_period: float = 30.0
    session: float = 300.0
    retry: float = 300.0
    first_pause: float = 1.0
    max_pause: float = 32.0
    budget: float = 180.0
    answer_timeout: float = 20.0


class Follower:
    """Endless deliveries, each line once; ``stream`` describes the connection."""

    def __init__(
        self,
        connection: Connection,
        text: str,
        since: int,
        *,
        reads_per_minute: int,
        notify: Callable[[str], None],
        timing: Timing,
        now: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Request nothing yet.

        ``notify`` receives sentences about the connection; ``now`` returns the time in nanoseconds.
        """
        self._connection = connection
        self._text = text
        self._notify = notify
        self._timing = timing
        self._now = now
        self._clock = clock
        self._sleep = sleep
        retry_policy = RetryPolicy(page_timeout=timing.answer_timeout, budget=0)
        reader = PageReader(
            connection, RateLimiter(reads_per_minute, clock), retry_policy, lambda _: None, sleep=sleep
        )
        self._queries = ListQueries(
            reader, connection.project, text, since, grace_period=timing.grace_period, now=now
        )
        self._tail: Tail | None = None
        self._tail_began = self._list_at = clock()
        self._tail_at: float | None = self._tail_began
        self._tail_tries = self._list_tries = 0
        self._failing_since: float | None = None
        self._has_answered = False
        self._known: dict[bytes, None] = {}
        self.stream = Stream()

    @property
    def is_filling(self) -> bool:
        """Return whether the backfill or a gap is still being filled."""
        return self._queries.has_gap and not self._list_tries

    @property
    def is_backfilled(self) -> bool:
        """Return whether all past entries have arrived."""
        return self._queries.is_backfilled

    @property
    def gap_text(self) -> str:
        """Return what may be missing, in words; "" if nothing is."""
        return self._queries.gap_text

    @property
    def has_answered(self) -> bool:
        """Return whether Cloud Logging has ever answered."""
        return self._has_answered

    @property
    def pages(self) -> int:
        """Return the number of pages queried besides the tail."""
        return self._queries.pages

    def deliveries(self) -> Generator[Delivery, None, None]:
        """Yield new lines; an empty delivery where nothing arrives for a tick.

        Raises:
            NoPermissionError: credentials, role or project.
            UsageError: the filter is refused.
            TryAgainError: Cloud Logging has never answered.

        """
        try:
            while True:
                yield self._next()
        finally:
            if self._tail is not None:
                self._tail.close()

    def _next(self) -> Delivery:
        clock = self._clock()
        if self._tail is None and self._tail_at is not None and clock >= self._tail_at:
            self._tail = Tail(self._connection, self._text, self._timing.session)
            self._tail_began = clock
        lists = clock >= self._list_at and self._queries.is_due(clock)
        # Query first: a permanent error is raised before any tailed line is taken from the queue.
        listed = self._next_listed() if lists else Delivery()
        tailed = self._next_tailed(0 if lists else self._timing.tick)
        fresh = self._deduplicate([*tailed.lines, *listed.lines])
        self._update_stream(fresh, max(tailed.newest, listed.newest))
        return msgspec.structs.replace(tailed, lines=fresh, newest=max(tailed.newest, listed.newest))

    # ------------------------------------------------------------ tailing

    def _next_tailed(self, seconds: float) -> Delivery:
        from google.api_core.exceptions import GoogleAPICallError
        from google.auth.exceptions import GoogleAuthError

        if self._tail is None:
            self._sleep(seconds)
            return Delivery()
        try:
            delivery = self._tail.next_delivery(seconds)
        except (GoogleAPICallError, GoogleAuthError) as error:
            self._tail.close()
            self._tail = None
            self._on_session_end(error)
            return Delivery()
        if self._queries.every is not None and self._session_age() > self._timing.poll_interval:
            self._queries.every = None
            self._notify("tailing is possible again")
        if delivery is None:
            return Delivery()
        self._has_answered = True
        if delivery.suppressed:
            self._queries.add_suppressed(delivery.suppressed, self._clock() + self._timing.poll_interval)
        self._queries.record_newest(delivery.newest)
        return delivery

    def _session_age(self) -> float:
        return self._clock() - self._tail_began

    def _on_session_end(self, error: Exception) -> None:
        """Decide when to tail again, and query what arrives meanwhile."""
        now, timing = self._clock(), self._timing
        self._tail_tries = 0 if self._session_age() > timing.poll_interval else self._tail_tries + 1
        self._queries.request_newer(now)
        if is_quota_error(error):
            self._tail_at = now + timing.retry
            self._start_polling(
                f"no more tail sessions in project {self._connection.project} ({first_line(error)})"
            )
        elif is_session_end(error) or is_transient(error) or is_credentials_error(error):
            self._tail_at = now + self._backoff(self._tail_tries)
        else:
            self._tail_at = None
            self._start_polling(f"tailing is not possible here ({first_line(error)})")

    def _start_polling(self, why: str) -> None:
        self._queries.every = self._timing.poll_interval
        self._notify(f"{why}; new entries are asked for every {self._timing.poll_interval:g} s instead")

    # ------------------------------------------------------------ queries

    def _next_listed(self) -> Delivery:
        try:
            delivery = self._queries.next_page(self._clock())
        except (TryAgainError, NoPermissionError) as error:
            self._on_query_failure(error)
            return Delivery()
        if self._failing_since is not None:
            self._notify(f"Cloud Logging answers again, after {self._clock() - self._failing_since:.0f} s")
        self._has_answered, self._failing_since, self._list_tries = True, None, 0
        return delivery

    def _on_query_failure(self, error: TryAgainError | NoPermissionError) -> None:
        """Decide when to query again; permanent errors are raised."""
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
        seconds = now - self._failing_since
        cause = error.__cause__
        if not isinstance(cause, Exception):
            raise error
        if isinstance(error, NoPermissionError) or (not self._has_answered and seconds > self._timing.budget):
            raise to_triage_error(
                cause, self._connection.project, seconds=seconds, resumable=False
            ) from error
        if not self._list_tries:
            why = "the read quota is used up" if is_quota_error(cause) else "Cloud Logging does not answer"
            self._notify(f"{why} ({first_line(cause)}); trying again")
        self._list_tries += 1
        self._list_at = now + self._backoff(self._list_tries)

    def _backoff(self, tries: int) -> float:
        if not tries:
            return 0.0
        most = min(self._timing.max_pause, self._timing.first_pause * 2**tries)
        return random.uniform(most / 2, most)  # noqa: S311 (no secret)

    # ------------------------------------------------------------ deliveries

    def _deduplicate(self, lines: list[bytes]) -> list[bytes]:
        """Return the new lines; queries overlap with the tail."""
        fresh = []
        for line in lines:
            digest = blake2b(line, digest_size=16).digest()
            if digest not in self._known:
                self._known[digest] = None
                fresh.append(line)
        while len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return fresh

    def _update_stream(self, fresh: list[bytes], newest: int) -> None:
        queries, stream = self._queries, self.stream
        delay = stream.delay
        if fresh and newest and not queries.has_gap:
            delay = max(0.0, (self._now() - newest) / NANOSECONDS)
        arriving: StreamMode = "tailing" if queries.every is None else "polling"
        if self._list_tries or (self._tail is None and queries.every is None):
            arriving = "reconnecting"
        self.stream = Stream(
            arriving=arriving,
            lines=stream.lines + len(fresh),
            suppressed=queries.suppressed,
            missing=queries.missing,
            delay=delay,
        )
