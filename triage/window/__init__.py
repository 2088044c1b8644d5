"""Times: nanoseconds in UTC inside, RFC 3339 outside, and what people write at the door."""

from triage.window.human import parse_duration, parse_time
from triage.window.timestamp import NANOSECONDS, both_clocks, format_timestamp, parse_timestamp, since_epoch
from triage.window.window import Window, choose_window

__all__ = [
    "NANOSECONDS",
    "Window",
    "both_clocks",
    "choose_window",
    "format_timestamp",
    "parse_duration",
    "parse_time",
    "parse_timestamp",
    "since_epoch",
]
