"""What is asked for by queries while a service is followed: the look back, holes, and all of it where nothing is tailed."""

from collections.abc import Callable

import msgspec

from triage.fetching.faults import explain, is_token
from triage.fetching.pages import PAGE_SIZE, Reader
from triage.fetching.query import in_window
from triage.fetching.tail import Delivery
from triage.window import NANOSECONDS, Window, both_clocks, parse_timestamp

#: How far before the newest entry a query begins: entries come in no strict order.
_OVERLAP = 60 * NANOSECONDS
#: How far this machine's clock may go before that of Cloud Logging.
_SKEW = 600 * NANOSECONDS
#: A query ends that long after now: it gives all that is there, whatever this machine's clock says.
_AHEAD = 3600 * NANOSECONDS


class _Listing(msgspec.Struct, kw_only=True):
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


class Listings:
    """One query at a time, each from a little before the newest entry on.

    ``every`` is the number of seconds after which the next begins by itself; without it, one that filled a hole is
    repeated once after ``settle`` seconds. ``looked_back`` says that the first is done.
    """

    def __init__(
        self, reader: Reader, project: str, text: str, since: int, *, settle: float, now: Callable[[], int]
    ) -> None:
        """Begin with the look back, from ``since`` (nanoseconds) on; ``now`` is the time in nanoseconds."""
        self._reader = reader
        self._project = project
        self._text = text
        self._since = self._newest = self._asked = self._start = since
        self._settle = settle
        self._now = now
        self._due: float | None = 0.0
        self._routine = False
        self._open: _Listing | None = None
        self._counted = self._brought = 0
        self.every: float | None = None
        self.pages = 0
        self.looked_back = False

    @property
    def busy(self) -> bool:
        """Return whether the look back or a hole is not filled yet."""
        return self._hole is not None

    @property
    def suppressed(self) -> int:
        """Return how many entries were suppressed, as far as Cloud Logging counts them."""
        return self._counted

    @property
    def missing(self) -> int:
        """Return how many of them no query has brought yet."""
        return self._counted - self._brought

    @property
    def owed(self) -> str:
        """Return what may be missing in words, "" where nothing is."""
        if self.missing:
            return f"{self.missing:,} entries that Cloud Logging suppressed were not asked for again"
        if self._hole is not None:
            return f"not all entries after {both_clocks(self._hole)} were asked for"
        return ""

    def want(self, at: float) -> None:
        """Ask for what is newer than the newest entry, from that time of the clock on."""
        self._plan(at, self._edge(), routine=False)

    def count(self, suppressed: int, at: float) -> None:
        """Ask for entries that were suppressed since the newest one."""
        self._counted += suppressed
        self.want(at)

    def reached(self, newest: int) -> None:
        """Note the time of an entry."""
        self._newest = max(self._newest, newest)

    def is_due(self, clock: float) -> bool:
        """Return whether there is something to ask for."""
        return self._open is not None or (self._due is not None and clock >= self._due)

    def page(self, clock: float) -> Delivery:
        """Ask for the next page.

        Raises:
            TriageError: as ``Reader.page`` says; the same page is asked for the next time.
            UsageError: the page token is refused again and again.

        """
        from google.api_core.exceptions import InvalidArgument

        listing = self._open = self._open or self._begun()
        text = in_window(self._text, Window(listing.start, listing.end))
        listing.refused = True
        try:
            page = self._reader.page(text, listing.token, PAGE_SIZE)
        except InvalidArgument as error:
            if not is_token(error) or listing.restarted == listing.last:
                raise explain(error, self._project, resumable=False) from error
            listing.restarted = listing.last
            listing.token, listing.start = "", max(listing.start, listing.last)
            return Delivery()
        listing.token, listing.refused = page.token, False
        self.pages += 1
        if page.last:
            listing.last = parse_timestamp(page.last)
            self.reached(listing.last)
        if not page.token:
            self._done(listing, clock)
        return Delivery(page.lines, listing.last if page.lines else 0)

    @property
    def _hole(self) -> int | None:
        """Return since when not all is known to be there, None where it is."""
        if self._open is not None and (self._open.refused or not self._open.routine):
            return self._open.start
        return self._start if self._due is not None and not self._routine else None

    def _begun(self) -> _Listing:
        now = self._now()
        listing = _Listing(start=self._start, end=now + _AHEAD, counted=self._counted, routine=self._routine)
        self._asked, self._due = now, None
        return listing

    def _done(self, listing: _Listing, clock: float) -> None:
        self._open = None
        self.looked_back = True
        self._brought = max(self._brought, listing.counted)
        if self.every is not None:
            self._plan(clock + self.every, self._edge(), routine=True)
        elif not listing.routine:
            self._plan(clock + self._settle, listing.start, routine=True)

    def _plan(self, at: float, start: int, *, routine: bool) -> None:
        if self._due is None:
            self._due, self._start, self._routine = at, start, routine
        else:
            self._due, self._start = min(self._due, at), min(self._start, start)
            self._routine = self._routine and routine

    def _edge(self) -> int:
        known = max(min(self._newest, self._now()), self._asked - _SKEW)
        return max(self._since, known - _OVERLAP)
