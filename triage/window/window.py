"""A time window."""

from datetime import datetime, tzinfo

import msgspec

from triage.errors import UsageError
from triage.window.human import parse_duration, parse_time
from triage.window.timestamp import format_timestamp, since_epoch


class Window(msgspec.Struct, frozen=True):
    """A time window. Times are nanoseconds since 1970 in UTC.

    Attributes:
        start: start, inclusive.
        end: end, exclusive.
        relative: whether it was given relative to now or around a time, so that its ends are not exact.

    """

    start: int
    end: int
    relative: bool = False

    def __str__(self) -> str:
        """Return both ends in UTC."""
        return f"{format_timestamp(self.start)} to {format_timestamp(self.end)}"


def choose_window(
    *,
    now: datetime,
    since: str | None = None,
    start: str | None = None,
    end: str | None = None,
    around: str | None = None,
    margin: str = "15m",
    zone: tzinfo | None = None,
) -> Window:
    """Return the window of ``--since``, ``--from`` and ``--until``, or ``--around``.

    Without any of them it is the last hour; the default end is now.

    Raises:
        UsageError: a time is not valid, two kinds are mixed, or the window is empty.

    """
    if sum(given is not None for given in (since, start, around)) > 1 or (end and (since or around)):
        raise UsageError("the window is given twice", "give --since, --from with --until, or --around")
    if end and not start:
        raise UsageError("--until has no --from", "say where the window begins: --from 2025-09-13T00:00Z")
    if around is not None:
        middle, half = parse_time(around, now=now, zone=zone), parse_duration(margin)
        chosen = Window(middle - half, middle + half, relative=True)
    elif start is not None:
        last = parse_time(end or "now", now=now, zone=zone)
        chosen = Window(parse_time(start, now=now, zone=zone), last)
    else:
        chosen = Window(parse_time(since or "1h", now=now, zone=zone), since_epoch(now), relative=True)
    if chosen.start < 0:
        raise UsageError("the window begins before 1970", "give a shorter --since or --margin")
    if chosen.start >= chosen.end:
        raise UsageError(f"the window {chosen} is empty", "its start must lie before its end")
    return chosen
