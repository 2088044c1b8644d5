"""Exact significance tests of two rates and of two ratios.

Both are conditional on the total count, so no true rate has to be known. They assume independent counts. Log
lines come in bursts, which makes them less independent; therefore the level is strict.
"""

from collections.abc import Callable
from math import exp, lgamma, log

#: Significance level: chance gives such a difference less than once in a hundred times.
LEVEL = 0.01
_NEGLIGIBLE = 1e-15


def rates_differ(first: int, first_exposure: float, second: int, second_exposure: float) -> bool:
    """Return whether two counts have different rates (binomial test).

    Each count is over its exposure: hours or instances.
    """
    whole = first_exposure + second_exposure
    share = first_exposure / whole
    if not 0 < share < 1:
        return False
    total = first + second

    def weight(count: int) -> float:
        return _log_choose(total, count) + count * log(share) + (total - count) * log(second_exposure / whole)

    return _two_sided_probability(first, total * share, range(total + 1), weight) < LEVEL


def ratios_differ(first_good: int, first_total: int, second_good: int, second_total: int) -> bool:
    """Return whether two ratios, each good of total, differ (Fisher's exact test)."""
    good, total = first_good + second_good, first_total + second_total
    if not first_total or not second_total:
        return False
    possible = range(max(0, first_total - (total - good)), min(good, first_total) + 1)

    def weight(count: int) -> float:
        return (
            _log_choose(good, count)
            + _log_choose(total - good, first_total - count)
            - _log_choose(total, first_total)
        )

    return _two_sided_probability(first_good, first_total * good / total, possible, weight) < LEVEL


def _two_sided_probability(
    observed: int, expected: float, possible: range, weight: Callable[[int], float]
) -> float:
    """Return the probability of a count as far from the expected one, on either side.

    ``weight`` is the logarithm of the probability of a count. The tail is summed away from the expected
    count, where each term is smaller than the previous one.
    """
    tail = range(observed, possible.stop) if observed >= expected else range(observed, possible.start - 1, -1)
    likely = 0.0
    for count in tail:
        term = exp(weight(count))
        likely += term
        if term <= likely * _NEGLIGIBLE:
            break
    return min(1.0, 2 * likely)


def _log_choose(total: int, count: int) -> float:
    """Return the logarithm of the binomial coefficient."""
    return lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
