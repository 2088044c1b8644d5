"""Times and numbers as a report prints them."""

from datetime import datetime, tzinfo

from triage.window import parse_timestamp


def format_utc(timestamp: str) -> str:
    """Return "2025-09-14 02:56:56.123" of an RFC 3339 time; the zone is said by the column."""
    return timestamp[:23].replace("T", " ").rstrip("Z")


def format_local(timestamp: str, zone: tzinfo) -> str:
    """Return the same moment in another zone, with the zone's name: "2025-09-13 19:56:56 PDT"."""
    at = datetime.fromtimestamp(parse_timestamp(timestamp) // 1_000_000_000, zone)
    return f"{at:%Y-%m-%d %H:%M:%S %Z}"


def format_seconds(value: float) -> str:
    """Return a length of time as people read it: "2.8 ms", "7.5 s", "1 min 47 s", "3 h 5 min"."""
    if value < 0.9995:
        return f"{value * 1000:.3g} ms"
    if value < 60:
        return f"{value:.3g} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def pluralize(count: int, one: str, many: str = "") -> str:
    """Return "1 boot" or "29 boots"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
