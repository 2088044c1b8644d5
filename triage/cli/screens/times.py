"""Times in UTC and in local time."""

from datetime import datetime

from triage.window import NANOSECONDS, format_utc_and_local, parse_timestamp, to_datetime


def format_moment(text: str) -> str:
    """Return a document's time to the second, in UTC and local time."""
    return format_utc_and_local(parse_timestamp(text))


def format_span(first: str, last: str) -> str:
    """Return a time span in UTC and local time; the date is repeated if it changes."""
    start, end = _to_utc(first), _to_utc(last)
    here = start.astimezone()
    local = f" ({_format_span(here, end.astimezone())} {here.tzname()})" if here.utcoffset() else ""
    return f"{_format_span(start, end)} UTC{local}"


def format_clock(text: str) -> str:
    """Return the time of day in UTC, to the millisecond."""
    return f"{_to_utc(text):%H:%M:%S.%f}"[:-3]


def format_dated_clock(text: str) -> str:
    """Return date and time of day in UTC, to the millisecond."""
    return f"{_to_utc(text):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def format_local_clock(text: str) -> str:
    """Return the local time of day, to the second."""
    return f"{_to_utc(text).astimezone():%H:%M:%S}"


def local_zone_name(text: str) -> str:
    """Return the name of the local zone at that time, "" if it is UTC."""
    here = _to_utc(text).astimezone()
    return str(here.tzname()) if here.utcoffset() else ""


def format_offset(start: str, text: str) -> str:
    """Return the time since the start: "+1.420s", or "+3:02.500" from 100 s on."""
    nanoseconds = parse_timestamp(text) - parse_timestamp(start)
    sign, nanoseconds = ("-", -nanoseconds) if nanoseconds < 0 else ("+", nanoseconds)
    return sign + format_elapsed(nanoseconds / NANOSECONDS, places=3)


def format_elapsed(seconds: float, places: int = 2) -> str:
    """Return a duration: "1.42s", from 100 s on "3:02.50", from 1 h on "2:03:04"."""
    seconds = round(seconds, places)
    if seconds < 100:
        return f"{seconds:.{places}f}s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes:.0f}:{rest:0{places + 3}.{places}f}"
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{int(rest):02d}"


def format_duration(seconds: float) -> str:
    """Return a duration in at most two units: "12s", "3m 20s", "2h 5m"."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {rest}s" if minutes else f"{rest}s"


def _to_utc(text: str) -> datetime:
    nanoseconds = parse_timestamp(text)
    return to_datetime(nanoseconds).replace(microsecond=nanoseconds % NANOSECONDS // 1000)


def _format_span(start: datetime, end: datetime) -> str:
    end_day = "" if start.date() == end.date() else "%Y-%m-%d "
    return f"{start:%Y-%m-%d %H:%M:%S} to {end:{end_day}%H:%M:%S}"
