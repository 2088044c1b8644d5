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


def format_seconds(value: float) -> str:
    """Return a duration: "2.8 ms", "7.5 s", "1 min 47 s", "3 h 5 min"."""
    if value < 0.9995:
        return f"{value * 1000:.3g} ms"
    if value < 60:
        return f"{value:.3g} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
