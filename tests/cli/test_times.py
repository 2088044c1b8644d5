import pytest

from triage.cli.screens.times import format_elapsed, format_moment, format_offset, format_span


def test_a_moment_names_the_local_day_where_it_is_another() -> None:
    assert format_moment("2025-09-16T00:41:13.250000Z") == "2025-09-16 00:41:13 UTC (2025-09-15 17:41:13 PDT)"


def test_a_span_over_midnight_names_both_days() -> None:
    assert format_span("2025-09-15T23:59:58Z", "2025-09-16T00:00:01Z") == (
        "2025-09-15 23:59:58 to 2025-09-16 00:00:01 UTC (2025-09-15 16:59:58 to 17:00:01 PDT)"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0.00s"), (99.99, "99.99s"), (99.999, "1:40.00"), (182.5, "3:02.50"), (7384.0, "2:03:04")],
)
def test_a_length_of_time_is_as_short_as_it_reads(seconds: float, said: str) -> None:
    assert format_elapsed(seconds) == said


def test_a_step_before_the_start_is_shown_as_such() -> None:
    assert format_offset("2025-09-16T00:00:01Z", "2025-09-16T00:00:00.900000Z") == "-0.100s"
