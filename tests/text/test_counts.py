"""Counts with their nouns."""

from triage.text import count_times, pluralize


def test_noun_is_singular_or_plural() -> None:
    assert [pluralize(1, "boot"), pluralize(29, "boot"), pluralize(1200, "entry", "entries")] == [
        "1 boot",
        "29 boots",
        "1,200 entries",
    ]


def test_times_have_a_word_for_one() -> None:
    assert [count_times(1), count_times(2), count_times(1200)] == ["once", "2 times", "1,200 times"]
