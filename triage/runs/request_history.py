"""How the requests of the last minutes ended."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from triage.models import SERVER_ERROR, Entry, HistoryKind, RequestKind, RequestMinute, RequestOutcome
from triage.window import NANOSECONDS

#: Minutes of a service, and services, that are kept.
_MINUTES, _SERVICES = 120, 100
_MINUTE = 60 * NANOSECONDS
_OPENED, _CLIENT_ERROR = 101, 400


class _Counts(msgspec.Struct):
    """The requests of one minute.

    Attributes:
        outcomes: number of requests by kind and outcome.
        plain: number of lines that show a plain request on the path of a WebSocket.

    """

    outcomes: Counter[tuple[HistoryKind, RequestOutcome]] = msgspec.field(default_factory=Counter)
    plain: int = 0


class RequestHistory:
    """Counts requests by service, minute, kind and outcome.

    The latest minutes of each service are kept, whatever the order of the entries.
    """

    def __init__(self) -> None:
        """Start with no request."""
        self._services: dict[str, dict[int, _Counts]] = {}

    def observe(self, requests: Iterable[tuple[Entry, RequestKind | None]]) -> None:
        """Count requests, each with its kind, None for one on any other path."""
        numbers = Counter(
            [
                (entry.service, entry.timestamp // _MINUTE, kind, (entry.http and entry.http.status) or 0)
                for entry, kind in requests
            ]
        )
        for (service, minute, kind, status), number in numbers.items():
            counts = self._counts_of(service, minute)
            if counts is not None:
                is_plain = kind == "socket" and _OPENED < status < _CLIENT_ERROR
                counts.outcomes["plain" if is_plain else kind or "other", _outcome_of(status)] += number

    def observe_plain(self, entry: Entry) -> None:
        """Count a line that shows that a request on the path of a WebSocket was plain, and refused."""
        counts = self._counts_of(entry.service, entry.timestamp // _MINUTE)
        if counts is not None:
            counts.plain += 1

    def build(self) -> list[RequestMinute]:
        """Return the counts in order of service, kind and time."""
        return sorted(
            (
                RequestMinute(service=service, kind=kind, minute=minute * _MINUTE, outcomes=outcomes)
                for service, minutes in self._services.items()
                for minute, counts in minutes.items()
                for kind, outcomes in _by_kind(counts).items()
            ),
            key=lambda counted: (counted.service, counted.kind, counted.minute),
        )

    def _counts_of(self, service: str, minute: int) -> _Counts | None:
        """Return the counts of a service's minute, None of one more service than are kept."""
        minutes = self._services.get(service)
        if minutes is None:
            if len(self._services) == _SERVICES:
                return None
            minutes = self._services[service] = {}
        counts = minutes.get(minute)
        if counts is None:
            counts = minutes[minute] = _Counts()
            if len(minutes) > _MINUTES:
                del minutes[min(minutes)]
        return counts


def _outcome_of(status: int) -> RequestOutcome:
    if status >= SERVER_ERROR:
        return "failed"
    return "refused" if status >= _CLIENT_ERROR else "good" if status else "unknown"


def _by_kind(counts: _Counts) -> dict[HistoryKind, dict[RequestOutcome, int]]:
    """Return the counts by kind; as many failed WebSockets as lines show to be plain requests are plain.

    A request entry does not say whether it asked for an upgrade. A middleware refuses with 5xx, rarely 4xx.
    """
    left = counts.outcomes.copy()
    shown = counts.plain
    outcomes: tuple[RequestOutcome, ...] = ("failed", "refused")
    for outcome in outcomes:
        plain = min(shown, left["socket", outcome])
        left["plain", outcome] += plain
        left["socket", outcome] -= plain
        shown -= plain
    kinds: dict[HistoryKind, dict[RequestOutcome, int]] = {}
    for (kind, outcome), count in sorted(left.items()):
        if count:
            kinds.setdefault(kind, {})[outcome] = count
    return kinds
