"""Times: nanoseconds in UTC inside, RFC 3339 outside."""

import re
from datetime import UTC, datetime, timedelta

NANOSECONDS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?\s*(Z|z|UTC|[+-]\d\d:?\d\d)?", re.ASCII
)


def parse_timestamp(text: str) -> int:
    """Return the nanoseconds since 1970 in UTC of an RFC 3339 time.

    All nine digits are kept; an offset is applied; a time without one is UTC; second 60 is read as :59.999999999.

    Raises:
        ValueError: the text is no such time.

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
    delta = whole - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * NANOSECONDS + nanoseconds


def format_timestamp(nanoseconds: int) -> str:
    """Return RFC 3339 in UTC with six digits, or nine where the last three say something."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    whole = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{rest:09d}Z" if rest % 1000 else f"{whole}.{rest // 1000:06d}Z"
