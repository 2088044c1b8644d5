"""All entries of a service from a time on, as they come: tailed where that is allowed, else asked for again and again."""

import random
import time
from collections.abc import Callable, Generator
from hashlib import blake2b

import msgspec

from triage.errors import NoPermissionError, TryAgainError
from triage.fetching.client import Connection
from triage.fetching.faults import explain, is_credentials, is_over, is_passing, is_quota, said
from triage.fetching.listing import Listings
from triage.fetching.pages import Pace, Patience, Reader
from triage.fetching.tail import Delivery, Tail
from triage.models import Arriving, Stream
from triage.window import NANOSECONDS

#: Lines that are remembered, so that one which comes again is kept once.
_REMEMBERED = 200_000


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """How long things take, in seconds.

    Nothing is waited for longer than ``tick`` at a time. Without tailing, entries are asked for every ``poll``. A hole
    is asked for at once, and again after ``settle``, when Cloud Logging shows what it had only just taken in. A session
    is renewed after ``session``; where too many are open, tailing is tried again after ``retry``. Between tries that
    fail, it waits a random part of ``first``, doubled up to ``most``; where nothing has ever answered, it gives up
    after ``budget``. One answer may take ``answer``.
    """

    tick: float = 0.5
    poll: float = 10.0
    settle: float = 30.0
    session: float = 300.0
    retry: float = 300.0
    first: float = 1.0
    most: float = 32.0
    budget: float = 180.0
    answer: float = 20.0


class Follow:
    """Deliveries without end, each line once. ``stream`` says how they come."""

    def __init__(
        self,
        connection: Connection,
        text: str,
        since: int,
        *,
        reads_per_minute: int,
        tell: Callable[[str], None],
        rhythm: Rhythm,
        now: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask nothing yet. ``tell`` is told what happens to the connection, ``now`` is the time in nanoseconds."""
        self._connection = connection
        self._text = text
        self._tell = tell
        self._rhythm = rhythm
        self._now = now
        self._clock = clock
        self._sleep = sleep
        patience = Patience(page=rhythm.answer, budget=0)
        reader = Reader(connection, Pace(reads_per_minute, clock), patience, lambda _: None, sleep)
        self._listings = Listings(reader, connection.project, text, since, settle=rhythm.settle, now=now)
        self._tail: Tail | None = None
        self._tail_began = self._list_at = clock()
        self._tail_at: float | None = self._tail_began
        self._tail_tries = self._list_tries = 0
        self._failing_since: float | None = None
        self._answered = False
        self._known: dict[bytes, None] = {}
        self.stream = Stream()

    @property
    def filling(self) -> bool:
        """Return whether the look back or a hole is being filled: more of it is about to come."""
        return self._listings.busy and not self._list_tries

    @property
    def looked_back(self) -> bool:
        """Return whether all is there that it begins with."""
        return self._listings.looked_back

    @property
    def owed(self) -> str:
        """Return what may be missing in words, "" where nothing is."""
        return self._listings.owed

    @property
    def answered(self) -> bool:
        """Return whether Cloud Logging has answered at all."""
        return self._answered

    @property
    def pages(self) -> int:
        """Return how many pages were asked for beside what was tailed."""
        return self._listings.pages

    def deliveries(self) -> Generator[Delivery, None, None]:
        """Yield what comes, and an empty delivery when for a moment nothing does.

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
            self._tail = Tail(self._connection, self._text, self._rhythm.session)
            self._tail_began = clock
        lists = clock >= self._list_at and self._listings.is_due(clock)
        # In this order: a query that is refused for good ends it all, with nothing in hand.
        listed = self._listed() if lists else Delivery()
        tailed = self._tailed(0 if lists else self._rhythm.tick)
        fresh = self._fresh([*tailed.lines, *listed.lines])
        self._account(fresh, max(tailed.newest, listed.newest))
        return msgspec.structs.replace(tailed, lines=fresh, newest=max(tailed.newest, listed.newest))

    # ------------------------------------------------------------ tailing

    def _tailed(self, seconds: float) -> Delivery:
        from google.api_core.exceptions import GoogleAPICallError
        from google.auth.exceptions import GoogleAuthError

        if self._tail is None:
            self._sleep(seconds)
            return Delivery()
        try:
            delivery = self._tail.take(seconds)
        except (GoogleAPICallError, GoogleAuthError) as error:
            self._tail.close()
            self._tail = None
            self._ended(error)
            return Delivery()
        if self._listings.every is not None and self._lasted() > self._rhythm.poll:
            self._listings.every = None
            self._tell("tailing is possible again")
        if delivery is None:
            return Delivery()
        self._answered = True
        if delivery.suppressed:
            self._listings.count(delivery.suppressed, self._clock() + self._rhythm.poll)
        self._listings.reached(delivery.newest)
        return delivery

    def _lasted(self) -> float:
        return self._clock() - self._tail_began

    def _ended(self, error: Exception) -> None:
        """Decide when to tail again, and have what comes meanwhile asked for."""
        now, rhythm = self._clock(), self._rhythm
        self._tail_tries = 0 if self._lasted() > rhythm.poll else self._tail_tries + 1
        self._listings.want(now)
        if is_quota(error):
            self._tail_at = now + rhythm.retry
            self._poll(f"no more tail sessions in project {self._connection.project} ({said(error)})")
        elif is_over(error) or is_passing(error) or is_credentials(error):
            self._tail_at = now + self._pause(self._tail_tries)
        else:
            self._tail_at = None
            self._poll(f"tailing is not possible here ({said(error)})")

    def _poll(self, why: str) -> None:
        self._listings.every = self._rhythm.poll
        self._tell(f"{why}; new entries are asked for every {self._rhythm.poll:g} s instead")

    # ------------------------------------------------------------ queries

    def _listed(self) -> Delivery:
        try:
            delivery = self._listings.page(self._clock())
        except (TryAgainError, NoPermissionError) as error:
            self._missed(error)
            return Delivery()
        if self._failing_since is not None:
            self._tell(f"Cloud Logging answers again, after {self._clock() - self._failing_since:.0f} s")
        self._answered, self._failing_since, self._list_tries = True, None, 0
        return delivery

    def _missed(self, error: TryAgainError | NoPermissionError) -> None:
        """Decide when to ask again; what no waiting helps against is raised."""
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
        seconds = now - self._failing_since
        cause = error.__cause__
        if not isinstance(cause, Exception):
            raise error
        if isinstance(error, NoPermissionError) or (not self._answered and seconds > self._rhythm.budget):
            raise explain(cause, self._connection.project, seconds=seconds, resumable=False) from error
        if not self._list_tries:
            why = "the read quota is used up" if is_quota(cause) else "Cloud Logging does not answer"
            self._tell(f"{why} ({said(cause)}); trying again")
        self._list_tries += 1
        self._list_at = now + self._pause(self._list_tries)

    def _pause(self, tries: int) -> float:
        if not tries:
            return 0.0
        most = min(self._rhythm.most, self._rhythm.first * 2**tries)
        return random.uniform(most / 2, most)  # noqa: S311 (no secret)

    # ------------------------------------------------------------ what came

    def _fresh(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines that have not come yet; a query overlaps with what was tailed."""
        fresh = []
        for line in lines:
            digest = blake2b(line, digest_size=16).digest()
            if digest not in self._known:
                self._known[digest] = None
                fresh.append(line)
        while len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return fresh

    def _account(self, fresh: list[bytes], newest: int) -> None:
        listings, stream = self._listings, self.stream
        delay = stream.delay
        if fresh and newest and not listings.busy:
            delay = max(0.0, (self._now() - newest) / NANOSECONDS)
        arriving: Arriving = "tailing" if listings.every is None else "polling"
        if self._list_tries or (self._tail is None and listings.every is None):
            arriving = "reconnecting"
        self.stream = Stream(
            arriving=arriving,
            lines=stream.lines + len(fresh),
            suppressed=listings.suppressed,
            missing=listings.missing,
            delay=delay,
        )
