"""Times: nanoseconds in UTC inside, RFC 3339 outside, and the times people write."""

from triage.window.human import parse_duration, parse_time
from triage.window.timestamp import (
    FIRST_TIME,
    LAST_TIME,
    NANOSECONDS,
    format_second,
    format_timestamp,
    format_utc_and_local,
    parse_timestamp,
    since_epoch,
    to_datetime,
)
from triage.window.window import Window, choose_window

__all__ = [
    "FIRST_TIME",
    "LAST_TIME",
    "NANOSECONDS",
    "Window",
    "choose_window",
    "format_second",
    "format_timestamp",
    "format_utc_and_local",
    "parse_duration",
    "parse_time",
    "parse_timestamp",
    "since_epoch",
    "to_datetime",
]
