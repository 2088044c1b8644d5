"""Nanoseconds in UTC inside, RFC 3339 outside."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

NANOSECONDS = 1_000_000_000
#: The times of entries: what 64 bits of nanoseconds hold, as in Parquet and pandas (the years 1677 to 2262).
FIRST_TIME, LAST_TIME = -(2**63) + 1, 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The first and last second of the years 1 to 9999, in seconds since 1970.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
_DAY = 86_400
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?\s*(Z|z|UTC|[+-]\d\d:?\d\d)?", re.ASCII
)


@lru_cache(maxsize=1024)
def parse_timestamp(text: str) -> int:
    """Return the nanoseconds since 1970 in UTC of an RFC 3339 time.

    All nine digits are kept; an offset is applied; a time without one is UTC; second 60 is read as
    :59.999999999.

    Raises:
        ValueError: the text is not an RFC 3339 time of the years 1 to 9999.

    """
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not an RFC 3339 time: {text!r}")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    leap = second == 60
    whole = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
    nanoseconds = NANOSECONDS - 1 if leap else int((match[7] or "0")[:9].ljust(9, "0"))
    zone = match[8] or "Z"
    if zone not in ("Z", "z", "UTC"):
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        try:
            whole -= offset if zone[0] == "+" else -offset
        except OverflowError as error:
            raise ValueError(f"not a time between the years 1 and 9999: {text!r}") from error
    return since_epoch(whole) + nanoseconds


def format_timestamp(nanoseconds: int) -> str:
    """Return RFC 3339 in UTC with six digits, or nine where the last three are not zero.

    A time that no calendar holds, such as an hour after the last, is written as the nearest one.
    """
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    whole = _second(seconds)
    return f"{whole}.{rest:09d}Z" if rest % 1000 else f"{whole}.{rest // 1000:06d}Z"


@lru_cache(maxsize=8192)
def _second(seconds: int) -> str:
    seconds = min(max(seconds, _FIRST_SECOND), _LAST_SECOND)
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]


def to_datetime(nanoseconds: int, zone: tzinfo | None = UTC) -> datetime:
    """Return the whole second of a time in a zone; None is local time.

    A time within a day of the ends of the calendar is moved there, so that every zone can show it.
    """
    seconds = min(max(nanoseconds // NANOSECONDS, _FIRST_SECOND + _DAY), _LAST_SECOND - _DAY)
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)


def since_epoch(moment: datetime) -> int:
    """Return the nanoseconds since 1970 of an aware time."""
    delta = moment.astimezone(UTC) - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * NANOSECONDS + delta.microseconds * 1000


def format_second(timestamp: str) -> str:
    """Return an RFC 3339 time in UTC to the second, for a sentence: ``2025-09-16 00:43:00 UTC``."""
    return f"{timestamp[:10]} {timestamp[11:19]} UTC"


def format_utc_and_local(nanoseconds: int, zone: tzinfo | None = None) -> str:
    """Return a time in UTC and in local time: ``2025-09-16 00:43:00 UTC (17:43:00 PDT)``.

    The local date is shown where it differs; local time is omitted where it is UTC.
    """
    moment, local = to_datetime(nanoseconds), to_datetime(nanoseconds, zone)
    shown = f"{moment.replace(tzinfo=None)} UTC"
    if not local.utcoffset():
        return shown
    day = "" if local.date() == moment.date() else f"{local.date()} "
    return f"{shown} ({day}{local:%H:%M:%S %Z})"
