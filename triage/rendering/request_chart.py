"""Requests over time as stacked bars: one bar a minute."""

from collections.abc import Sequence
from typing import NamedTuple

from triage.models import HistoryKind, RequestMinute, RequestOutcome
from triage.window import NANOSECONDS, format_timestamp

#: Minutes that are drawn, and the height of the drawing.
MINUTES, HEIGHT = 60, 60
_MINUTE = 60 * NANOSECONDS
_SHORTEST = 2.0
_TITLES: dict[HistoryKind, str] = {
    "socket": "WebSocket connections",
    "health": "Health checks",
    "plain": "Plain requests on WebSocket paths",
    "other": "Other requests",
}
#: Outcomes from the bottom of a bar to its top, and how they are called.
_OUTCOMES: tuple[RequestOutcome, ...] = ("failed", "refused", "unknown", "good")
_WORDS: dict[RequestOutcome, str] = {
    "good": "answered",
    "refused": "refused (4xx)",
    "failed": "failed (5xx)",
    "unknown": "without a status",
}


class BarPart(NamedTuple):
    """The requests of one outcome in a bar.

    Attributes:
        outcome: the outcome.
        y: distance from the top.
        height: height.

    """

    outcome: RequestOutcome
    y: float
    height: float


class MinuteBar(NamedTuple):
    """The requests of one minute.

    Attributes:
        x: position of the minute, from 0.
        says: text of the minute.
        parts: its outcomes, from the bottom to the top.

    """

    x: int
    says: str
    parts: list[BarPart]


class RequestChart(NamedTuple):
    """The requests of one kind.

    Attributes:
        title: what the requests are.
        says: all counts, as text.
        most: largest number of requests in a minute.
        bars: the minutes with requests.
        first: start of the first minute, RFC 3339.
        last: start of the last minute, RFC 3339.

    """

    title: str
    says: str
    most: int
    bars: list[MinuteBar]
    first: str
    last: str


def draw_requests(requests: Sequence[RequestMinute], now: int, *, only_known: bool) -> list[RequestChart]:
    """Return a chart of each kind of request to one service in the last hour.

    ``only_known`` leaves other paths out: of a service with a readiness chain only failed ones are read.
    """
    end = now // _MINUTE * _MINUTE
    start = end - (MINUTES - 1) * _MINUTE
    charts = []
    for kind, title in _TITLES.items():
        if kind == "other" and only_known:
            continue
        shown = [found for found in requests if found.kind == kind and start <= found.minute <= end]
        if shown:
            charts.append(_draw_chart(title, shown, kind, start, end))
    return charts


def _draw_chart(
    title: str, shown: Sequence[RequestMinute], kind: HistoryKind, start: int, end: int
) -> RequestChart:
    most = max(sum(found.outcomes.values()) for found in shown)
    totals = {outcome: sum(found.outcomes.get(outcome, 0) for found in shown) for outcome in _OUTCOMES}
    bars = []
    for found in shown:
        says = f"{format_timestamp(found.minute)[11:16]} UTC: {_describe(found.outcomes, kind)}"
        bars.append(MinuteBar((found.minute - start) // _MINUTE, says, _stack(found.outcomes, most)))
    return RequestChart(
        title, _describe(totals, kind), most, bars, format_timestamp(start), format_timestamp(end)
    )


def _stack(outcomes: dict[RequestOutcome, int], most: int) -> list[BarPart]:
    """Return the parts of a bar; the smallest is still visible."""
    parts, y = [], float(HEIGHT)
    for outcome in _OUTCOMES:
        if count := outcomes.get(outcome, 0):
            height = max(_SHORTEST, HEIGHT * count / most)
            y = max(0.0, y - height)
            parts.append(BarPart(outcome, round(y, 2), round(height, 2)))
    return parts


def _describe(outcomes: dict[RequestOutcome, int], kind: HistoryKind) -> str:
    """Return the counts as text, the good ones first: "12 opened, 3 failed (5xx)"."""
    words = _WORDS | {"good": "opened"} if kind == "socket" else _WORDS
    return ", ".join(
        f"{outcomes[name]:,} {words[name]}" for name in reversed(_OUTCOMES) if outcomes.get(name)
    )
