"""The newest page of a dashboard, and the viewers that follow it."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

import msgspec

from triage.models import DashboardPage, Stream, StreamStatus
from triage.window import NANOSECONDS

#: Seconds after which a viewer hears of the dashboard although nothing changed.
HEARTBEAT = 5.0
#: Most viewers at a time.
MAX_VIEWERS = 100
#: News that a viewer gets who missed some pages.
_MAX_NEWS = 20
_MILLISECOND = NANOSECONDS // 1000


class Update(msgspec.Struct, frozen=True):
    """What a viewer is sent.

    Attributes:
        event: kind of the update: "page" or "status".
        data: the update as JSON.
        version: version of the page, "" for a status.

    """

    event: str
    data: str
    version: str = ""


class Board:
    """Holds the newest page and status; a reader posts them, and viewers follow.

    A viewer is always brought from the page that it has to the newest one, so nothing waits for slow ones.
    All methods may be called from any thread, except ``follow``.
    """

    def __init__(self, page: DashboardPage, now: Callable[[], int] = time.time_ns) -> None:
        """Start with a first page; ``now`` returns the time in nanoseconds."""
        self._now = now
        self._lock = threading.Lock()
        self._page = page
        self._since = {section.name: 0 for section in page.sections}
        self._news: deque[tuple[int, str]] = deque(maxlen=_MAX_NEWS)
        self._status: StreamStatus | None = None
        self._has_verdict = False
        self._closed = False
        self._viewers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @property
    def page(self) -> DashboardPage:
        """Return the newest page."""
        return self._page

    @property
    def status(self) -> StreamStatus | None:
        """Return the newest status, None before any."""
        return self._status

    @property
    def has_verdict(self) -> bool:
        """Return whether a page with verdicts was posted."""
        return self._has_verdict

    @property
    def viewers(self) -> int:
        """Return the number of viewers."""
        return len(self._viewers)

    @property
    def age(self) -> float | None:
        """Return the seconds since the time up to which the logs were read, None before any answer."""
        read_until = self._status.read_until if self._status else None
        return None if read_until is None else (self._now() - read_until) / NANOSECONDS

    def post(self, page: DashboardPage) -> None:
        """Show a page to all viewers."""
        with self._lock:
            known = {section.name: section.html for section in self._page.sections}
            number = _number_of(page.version)
            self._since = {
                section.name: self._since[section.name] if known.get(section.name) == section.html else number
                for section in page.sections
            }
            self._news.extend((number, says) for says in page.news)
            self._page = page
            self._has_verdict = True
        self._wake()

    def report(self, status: StreamStatus) -> None:
        """Record how current the page is; viewers hear of it with the next page or heartbeat."""
        has_turned = self._status is None or self._status.stream.arriving != status.stream.arriving
        self._status = status
        if has_turned:
            self._wake()

    def close(self) -> None:
        """End all viewers."""
        self._closed = True
        self._wake()

    async def follow(self, version: str) -> AsyncGenerator[Update, None]:
        """Yield what a viewer has to know who has this version of the page, until the board is closed."""
        wake = asyncio.Event()
        self._viewers[wake] = asyncio.get_running_loop()
        try:
            while not self._closed:
                wake.clear()
                update = self._update_since(version)
                if update is not None:
                    version = update.version
                    yield update
                yield Update("status", self._status_json())
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), HEARTBEAT)
        finally:
            del self._viewers[wake]

    def _update_since(self, version: str) -> Update | None:
        """Return the parts of the page that changed since a version, None where it is the newest."""
        with self._lock:
            page, since, news = self._page, dict(self._since), list(self._news)
        if version == page.version:
            return None
        # A version of another run says nothing about this one's.
        is_ours = version.rpartition("-")[0] == page.version.rpartition("-")[0]
        known = _number_of(version) if is_ours else -1
        data = {
            "title": page.title,
            "order": [section.name for section in page.sections],
            "sections": {
                section.name: section.html for section in page.sections if since[section.name] > known
            },
            "news": [says for number, says in news if number > known] if is_ours else [],
        }
        return Update("page", msgspec.json.encode(data).decode(), page.version)

    def _status_json(self) -> str:
        """Return how current the page is, times in milliseconds."""
        status = self._status or StreamStatus(now=0, read_until=None, stream=Stream())
        data = {
            "now": self._now() // _MILLISECOND,
            "read_until": status.read_until and status.read_until // _MILLISECOND,
            "arriving": status.stream.arriving,
            "lines": status.stream.lines,
        }
        return msgspec.json.encode(data).decode()

    def _wake(self) -> None:
        for wake, loop in list(self._viewers.items()):
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(wake.set)


def _number_of(version: str) -> int:
    """Return the number in a version "RUN-NUMBER", -1 for another text."""
    number = version.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else -1
