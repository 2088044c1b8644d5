"""Whether a difference may be chance: exact tests of two rates and of two shares.

Both are conditional on the sum of what was counted, so no rate has to be known. They take counts to be independent.
Log lines come in bursts, which makes them less so; that is why the level is strict.
"""

from collections.abc import Callable
from math import exp, lgamma, log

#: A difference is told when chance gives one as large less than once in a hundred times.
LEVEL = 0.01
_NEGLIGIBLE = 1e-15


def rates_differ(first: int, first_exposure: float, second: int, second_exposure: float) -> bool:
    """Return whether two counts, each over its exposure (hours, instances), are of different rates (binomial test)."""
    whole = first_exposure + second_exposure
    share = first_exposure / whole
    if not 0 < share < 1:
        return False
    total = first + second

    def weight(count: int) -> float:
        return _log_choose(total, count) + count * log(share) + (total - count) * log(second_exposure / whole)

    return _two_sided_probability(first, total * share, range(total + 1), weight) < LEVEL


def ratios_differ(first_good: int, first_total: int, second_good: int, second_total: int) -> bool:
    """Return whether two shares, each good of total, are of different odds (Fisher's exact test)."""
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
    seen: int, expected: float, possible: range, weight: Callable[[int], float]
) -> float:
    """Return how likely it is to see something as far from what is expected, on either side of it.

    ``weight`` is the logarithm of the probability of a count. The tail is summed away from what is expected, where
    each term is smaller than the last.
    """
    tail = range(seen, possible.stop) if seen >= expected else range(seen, possible.start - 1, -1)
    likely = 0.0
    for count in tail:
        term = exp(weight(count))
        likely += term
        if term <= likely * _NEGLIGIBLE:
            break
    return min(1.0, 2 * likely)


def _log_choose(total: int, count: int) -> float:
    """Return the logarithm of the number of ways to choose."""
    return lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
