"""Times in reports."""

from zoneinfo import ZoneInfo

from triage.rendering.formatting import format_local, format_utc


def test_time_is_formatted_in_utc_and_in_a_zone() -> None:
    assert format_utc("2026-03-17T14:01:59.123456Z") == "2026-03-17 14:01:59.123"
    assert format_utc("2026-03-17T14:01:59Z") == "2026-03-17 14:01:59"
    assert format_local("2026-03-17T14:01:59.123456Z", ZoneInfo("Europe/Berlin")) == "2026-03-17 15:01:59 CET"
