"""Nanoseconds in UTC inside, RFC 3339 outside."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

NANOSECONDS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?\s*(Z|z|UTC|[+-]\d\d:?\d\d)?", re.ASCII
)


@lru_cache(maxsize=1024)
def parse_timestamp(text: str) -> int:
    """Return the nanoseconds since 1970 in UTC of an RFC 3339 time.

    All nine digits are kept; an offset is applied; a time without one is UTC; second 60 is read as
    :59.999999999.

    Raises:
        ValueError: the text is not an RFC 3339 time.

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
        whole -= offset if zone[0] == "+" else -offset
    return since_epoch(whole) + nanoseconds


def format_timestamp(nanoseconds: int) -> str:
    """Return RFC 3339 in UTC with six digits, or nine where the last three are not zero."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    whole = _second(seconds)
    return f"{whole}.{rest:09d}Z" if rest % 1000 else f"{whole}.{rest // 1000:06d}Z"


@lru_cache(maxsize=8192)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def since_epoch(moment: datetime) -> int:
    """Return the nanoseconds since 1970 of an aware time."""
    delta = moment.astimezone(UTC) - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * NANOSECONDS + delta.microseconds * 1000


def format_utc_and_local(nanoseconds: int, zone: tzinfo | None = None) -> str:
    """Return a time in UTC and in local time: ``2025-09-16 00:43:00 UTC (17:43:00 PDT)``.

    The local date is shown where it differs; local time is omitted where it is UTC.
    """
    moment = _EPOCH + timedelta(seconds=nanoseconds // NANOSECONDS)
    local = moment.astimezone(zone)
    shown = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    if not local.utcoffset():
        return shown
    day = "" if local.date() == moment.date() else "%Y-%m-%d "
    return f"{shown} ({local.strftime(f'{day}%H:%M:%S %Z')})"
