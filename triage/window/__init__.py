"""Times: nanoseconds in UTC inside, RFC 3339 outside, and the times people write."""

from triage.window.human import parse_duration, parse_time
from triage.window.timestamp import (
    NANOSECONDS,
    format_timestamp,
    format_utc_and_local,
    parse_timestamp,
    since_epoch,
)
from triage.window.window import Window, choose_window

__all__ = [
    "NANOSECONDS",
    "Window",
    "choose_window",
    "format_timestamp",
    "format_utc_and_local",
    "parse_duration",
    "parse_time",
    "parse_timestamp",
    "since_epoch",
]
