"""Differences that may be chance are not reported."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as some

from triage.release.comparison.significance import LEVEL, rates_differ, ratios_differ

COUNTS = some.integers(0, 60)
HOURS = some.floats(0.1, 50)


def test_counts_of_one_and_two_are_not_different_rates() -> None:
    assert not rates_differ(1, 1.0, 2, 1.0)
    assert not rates_differ(0, 1.0, 3, 1.0)


def test_large_counts_differ_and_few_differ_from_a_long_zero() -> None:
    assert rates_differ(10, 1.0, 40, 1.0)
    assert rates_differ(0, 24.0, 2, 0.5)


def test_the_same_rate_over_unequal_hours_is_no_difference() -> None:
    assert not rates_differ(240, 24.0, 10, 1.0)
    assert rates_differ(240, 24.0, 240, 1.0)


def test_without_exposure_rates_never_differ() -> None:
    assert not rates_differ(100, 0.0, 0, 1.0)
    assert not ratios_differ(0, 0, 10, 10)


def test_large_counts_are_computed_exactly() -> None:
    assert rates_differ(1_000_000, 1.0, 1_020_000, 1.0)
    assert not rates_differ(1_000_000, 1.0, 1_001_000, 1.0)


def test_two_boots_are_too_few_and_ten_are_not() -> None:
    assert not ratios_differ(0, 2, 2, 2)
    assert ratios_differ(0, 10, 10, 10)
    assert not ratios_differ(95, 100, 97, 100)


@given(COUNTS, HOURS, COUNTS, HOURS)
def test_the_tests_are_symmetric(first: int, hours: float, second: int, others: float) -> None:
    assert rates_differ(first, hours, second, others) == rates_differ(second, others, first, hours)


@given(some.integers(0, 12), some.integers(0, 12), some.integers(0, 12), some.integers(0, 12))
def test_ratios_use_fishers_exact_test(good: int, bad: int, other_good: int, other_bad: int) -> None:
    first, second, all_good = good + bad, other_good + other_bad, good + other_good
    if not first or not second:
        return
    ways = [
        comb(first, count) * comb(second, all_good - count) if 0 <= all_good - count <= second else 0
        for count in range(first + 1)
    ]
    low, high = sum(ways[: good + 1]), sum(ways[good:])
    exact = min(Fraction(1), 2 * Fraction(min(low, high), sum(ways)))
    assert ratios_differ(good, first, other_good, second) == (exact < LEVEL)


@given(some.integers(0, 40), some.integers(0, 40), some.integers(1, 9), some.integers(1, 9))
def test_rates_use_the_exact_binomial_test(first: int, second: int, hours: int, others: int) -> None:
    total, share = first + second, Fraction(hours, hours + others)
    terms = [comb(total, n) * share**n * (1 - share) ** (total - n) for n in range(total + 1)]
    exact = min(Fraction(1), 2 * min(sum(terms[: first + 1]), sum(terms[first:])))
    assert rates_differ(first, float(hours), second, float(others)) == (exact < LEVEL)


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_equal_counts_over_equal_hours_never_differ(count: int) -> None:
    assert not rates_differ(count, 1.0, count, 1.0)
    assert not ratios_differ(count, 1000, count, 1000)
