"""Queries while a service is followed: backfill, gaps, and polling."""

from collections.abc import Callable

import msgspec

from triage.errors import TryAgainError
from triage.fetching.api_errors import is_page_token_error, to_triage_error
from triage.fetching.pages import PAGE_SIZE, PageReader, PageSequence
from triage.fetching.query import add_window
from triage.fetching.tail import Delivery
from triage.window import NANOSECONDS, Window, format_utc_and_local, parse_timestamp

#: How far before the newest entry a query starts: entries arrive out of order.
_OVERLAP = 60 * NANOSECONDS
#: How far this machine's clock may be ahead of Cloud Logging's.
_CLOCK_SKEW = 600 * NANOSECONDS
#: How far after now a query ends, so that a slow clock of this machine loses nothing.
_FUTURE = 3600 * NANOSECONDS


class _ListQuery(msgspec.Struct, kw_only=True):
    """A query in progress.

    Attributes:
        start: start of its time range in nanoseconds.
        end: end of its time range in nanoseconds.
        counted: number of suppressed entries when it began, which it will return.
        routine: whether it fills no gap.
        refused: whether its last page was refused.
        token: the token of its next page.
        last: timestamp of its last entry in nanoseconds.
        restarted: ``last`` when its token was last refused or repeated.
        sequence: its pages.

    """

    start: int
    end: int
    counted: int
    routine: bool
    refused: bool = False
    token: str = ""
    last: int = 0
    restarted: int | None = None
    sequence: PageSequence = msgspec.field(default_factory=PageSequence)

    def restart(self) -> None:
        """Go on from the last entry, without a token."""
        self.restarted, self.token, self.start = self.last, "", max(self.start, self.last)
        self.sequence = PageSequence()


class ListQueries:
    """Runs one query at a time, each from shortly before the newest entry.

    Attributes:
        every: seconds between queries; None to repeat a gap query once, after the grace period.
        pages: number of pages fetched.
        is_backfilled: whether the first query is complete.

    """

    def __init__(
        self,
        reader: PageReader,
        project: str,
        text: str,
        since: int,
        *,
        grace_period: float,
        now: Callable[[], int],
    ) -> None:
        """Schedule the backfill from ``since`` (nanoseconds).

        ``now`` returns the time in nanoseconds; ``grace_period`` is in seconds.
        """
        self._reader = reader
        self._project = project
        self._text = text
        self._since = self._newest = self._asked = self._start = since
        self._grace_period = grace_period
        self._now = now
        self._due: float | None = 0.0
        self._routine = False
        self._open: _ListQuery | None = None
        self._counted = self._brought = 0
        self.every: float | None = None
        self.pages = 0
        self.is_backfilled = False

    @property
    def has_gap(self) -> bool:
        """Return whether the backfill or a gap is not filled yet."""
        return self._gap_start is not None

    @property
    def suppressed(self) -> int:
        """Return the number of suppressed entries, as Cloud Logging counts them."""
        return self._counted

    @property
    def missing(self) -> int:
        """Return the number of suppressed entries that no query has returned."""
        return self._counted - self._brought

    @property
    def gap_text(self) -> str:
        """Return what may be missing, in words; "" if nothing is."""
        if self.missing:
            return f"{self.missing:,} entries that Cloud Logging suppressed were not asked for again"
        if self._gap_start is not None:
            return f"not all entries after {format_utc_and_local(self._gap_start)} were asked for"
        return ""

    def request_newer(self, at: float) -> None:
        """Schedule a query from the newest entry on, at that time of the clock."""
        self._schedule(at, self._query_start(), routine=False)

    def add_suppressed(self, suppressed: int, at: float) -> None:
        """Count suppressed entries and schedule a query for them."""
        self._counted += suppressed
        self.request_newer(at)

    def record_newest(self, newest: int) -> None:
        """Record the timestamp of an entry."""
        self._newest = max(self._newest, newest)

    def is_due(self, clock: float) -> bool:
        """Return whether a query is due or in progress."""
        return self._open is not None or (self._due is not None and clock >= self._due)

    def next_page(self, clock: float) -> Delivery:
        """Fetch the next page.

        Raises:
            TriageError: as ``PageReader.read_page`` says; the next call requests the same page.
            UsageError: the page token is refused repeatedly.

        """
        from google.api_core.exceptions import InvalidArgument

        query = self._open = self._open or self._start_query()
        text = add_window(self._text, Window(query.start, query.end))
        query.refused = True
        try:
            page = self._reader.read_page(text, query.token, PAGE_SIZE)
        except InvalidArgument as error:
            if not is_page_token_error(error) or query.restarted == query.last:
                raise to_triage_error(error, self._project, resumable=False) from error
            query.restart()
            return Delivery()
        if query.sequence.repeats(page):
            if query.restarted == query.last:
                query.sequence = PageSequence()
                raise TryAgainError("Cloud Logging repeats a page token and sends nothing new")
            query.restart()
            return Delivery()
        query.sequence.check_progress(page)
        query.token, query.refused = page.token, False
        self.pages += 1
        if page.last:
            query.last = parse_timestamp(page.last)
            self.record_newest(query.last)
        if not page.token:
            self._finish_query(query, clock)
        return Delivery(page.lines, query.last if page.lines else 0)

    @property
    def _gap_start(self) -> int | None:
        """Return the time from which entries may be missing; None if none are."""
        if self._open is not None and (self._open.refused or not self._open.routine):
            return self._open.start
        return self._start if self._due is not None and not self._routine else None

    def _start_query(self) -> _ListQuery:
        now = self._now()
        query = _ListQuery(start=self._start, end=now + _FUTURE, counted=self._counted, routine=self._routine)
        self._asked, self._due = now, None
        return query

    def _finish_query(self, query: _ListQuery, clock: float) -> None:
        self._open = None
        self.is_backfilled = True
        self._brought = max(self._brought, query.counted)
        if self.every is not None:
            self._schedule(clock + self.every, self._query_start(), routine=True)
        elif not query.routine:
            self._schedule(clock + self._grace_period, query.start, routine=True)

    def _schedule(self, at: float, start: int, *, routine: bool) -> None:
        if self._due is None:
            self._due, self._start, self._routine = at, start, routine
        else:
            self._due, self._start = min(self._due, at), min(self._start, start)
            self._routine = self._routine and routine

    def _query_start(self) -> int:
        known = max(min(self._newest, self._now()), self._asked - _CLOCK_SKEW)
        return max(self._since, known - _OVERLAP)
