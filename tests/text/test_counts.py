"""Counts with their nouns, and other numbers and durations."""

import pytest

from triage.text import count_times, format_seconds, pluralize, round_number


def test_noun_is_singular_or_plural() -> None:
    assert [pluralize(1, "boot"), pluralize(29, "boot"), pluralize(1200, "entry", "entries")] == [
        "1 boot",
        "29 boots",
        "1,200 entries",
    ]


def test_times_have_a_word_for_one() -> None:
    assert [count_times(1), count_times(2), count_times(1200)] == ["once", "2 times", "1,200 times"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (0.25, "0.25"), (4.1234, "4.12"), (999.4, "999"), (999.6, "1,000"), (2423.4, "2,423")],
)
def test_number_has_no_exponent(value: float, shown: str) -> None:
    assert round_number(value) == shown


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
