"""Times and durations in reports."""

from zoneinfo import ZoneInfo

import pytest

from triage.rendering.formatting import format_local, format_seconds, format_utc


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0028, "2.8 ms"),
        (0.9996, "1 s"),
        (2.5, "2.5 s"),
        (59.94, "59.9 s"),
        (107, "1 min 47 s"),
        (3600, "1 h 0 min"),
        (11100, "3 h 5 min"),
    ],
)
def test_duration_is_human_readable(value: float, shown: str) -> None:
    assert format_seconds(value) == shown


def test_time_is_formatted_in_utc_and_in_a_zone() -> None:
    assert format_utc("2026-03-17T14:01:59.123456Z") == "2026-03-17 14:01:59.123"
    assert format_utc("2026-03-17T14:01:59Z") == "2026-03-17 14:01:59"
    assert format_local("2026-03-17T14:01:59.123456Z", ZoneInfo("Europe/Berlin")) == "2026-03-17 15:01:59 CET"
