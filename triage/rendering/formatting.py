"""Times and durations as reports print them."""

from datetime import tzinfo

from triage.window import parse_timestamp, to_datetime


def format_utc(timestamp: str) -> str:
    """Return an RFC 3339 time in UTC as "2025-09-14 02:56:56.123".

    The column names the zone.
    """
    return timestamp[:23].replace("T", " ").rstrip("Z")


def format_local(timestamp: str, zone: tzinfo) -> str:
    """Return the time in a zone, with its name: "2025-09-13 19:56:56 PDT"."""
    at = to_datetime(parse_timestamp(timestamp), zone)
    return f"{at:%Y-%m-%d %H:%M:%S %Z}"
