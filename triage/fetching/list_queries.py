"""What is asked for by queries while a service is followed: the look back, holes, and all of it where nothing is tailed."""

from collections.abc import Callable

import msgspec

from triage.fetching.api_errors import is_page_token_error, to_triage_error
from triage.fetching.pages import PAGE_SIZE, PageReader
from triage.fetching.query import add_window
from triage.fetching.tail import Delivery
from triage.window import NANOSECONDS, Window, format_utc_and_local, parse_timestamp

#: How far before the newest entry a query begins: entries come in no strict order.
_OVERLAP = 60 * NANOSECONDS
#: How far this machine's clock may go before that of Cloud Logging.
_CLOCK_SKEW = 600 * NANOSECONDS
#: A query ends that long after now: it gives all that is there, whatever this machine's clock says.
_FUTURE = 3600 * NANOSECONDS


class _ListQuery(msgspec.Struct, kw_only=True):
    """A query under way. ``counted`` are the entries that had been suppressed when it began: it brings those.

    One that is ``routine`` fills no hole, unless it is refused.
    """

    start: int
    end: int
    counted: int
    routine: bool
    refused: bool = False
    token: str = ""
    last: int = 0
    restarted: int | None = None


class ListQueries:
    """One query at a time, each from a little before the newest entry on.

    ``every`` is the number of seconds after which the next begins by itself; without it, one that filled a hole is
    repeated once after ``grace_period`` seconds. ``is_backfilled`` says that the first is done.
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
        """Begin with the look back, from ``since`` (nanoseconds) on; ``now`` is the time in nanoseconds."""
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
        """Return whether the look back or a hole is not filled yet."""
        return self._gap_start is not None

    @property
    def suppressed(self) -> int:
        """Return how many entries were suppressed, as far as Cloud Logging counts them."""
        return self._counted

    @property
    def missing(self) -> int:
        """Return how many of them no query has brought yet."""
        return self._counted - self._brought

    @property
    def gap_text(self) -> str:
        """Return what may be missing in words, "" where nothing is."""
        if self.missing:
            return f"{self.missing:,} entries that Cloud Logging suppressed were not asked for again"
        if self._gap_start is not None:
            return f"not all entries after {format_utc_and_local(self._gap_start)} were asked for"
        return ""

    def request_newer(self, at: float) -> None:
        """Ask for what is newer than the newest entry, from that time of the clock on."""
        self._schedule(at, self._query_start(), routine=False)

    def add_suppressed(self, suppressed: int, at: float) -> None:
        """Ask for entries that were suppressed since the newest one."""
        self._counted += suppressed
        self.request_newer(at)

    def record_newest(self, newest: int) -> None:
        """Note the time of an entry."""
        self._newest = max(self._newest, newest)

    def is_due(self, clock: float) -> bool:
        """Return whether there is something to ask for."""
        return self._open is not None or (self._due is not None and clock >= self._due)

    def next_page(self, clock: float) -> Delivery:
        """Ask for the next page.

        Raises:
            TriageError: as ``Reader.page`` says; the same page is asked for the next time.
            UsageError: the page token is refused again and again.

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
            query.restarted = query.last
            query.token, query.start = "", max(query.start, query.last)
            return Delivery()
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
        """Return since when not all is known to be there, None where it is."""
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
