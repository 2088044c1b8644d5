import pytest

from triage.cli.screens.times import format_elapsed, format_moment, format_offset, format_span


def test_moment_names_a_different_local_date() -> None:
    assert format_moment("2025-09-16T00:41:13.250000Z") == "2025-09-16 00:41:13 UTC (2025-09-15 17:41:13 PDT)"


def test_span_over_midnight_names_both_dates() -> None:
    assert format_span("2025-09-15T23:59:58Z", "2025-09-16T00:00:01Z") == (
        "2025-09-15 23:59:58 to 2025-09-16 00:00:01 UTC (2025-09-15 16:59:58 to 17:00:01 PDT)"
    )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.0, "0.00s"), (99.99, "99.99s"), (99.999, "1:40.00"), (182.5, "3:02.50"), (7384.0, "2:03:04")],
)
def test_duration_has_at_most_two_units(seconds: float, expected: str) -> None:
    assert format_elapsed(seconds) == expected


def test_offset_before_the_start_is_negative() -> None:
    assert format_offset("2025-09-16T00:00:01Z", "2025-09-16T00:00:00.900000Z") == "-0.100s"
