"""Times are kept in bounded memory, and the nearest of two collections are found."""

from hypothesis import given
from hypothesis import strategies as st

from triage.measures import Moments, shortest_gap

SECOND = 1_000_000_000


def test_few_times_are_kept_to_the_second() -> None:
    moments = Moments(8)
    for second in (5, 1, 3):
        moments.add(second * SECOND)
    assert moments.times() == [SECOND, 3 * SECOND, 5 * SECOND]


def test_many_times_are_bounded_whatever_their_order() -> None:
    times = [number**2 * 17_123_456_789 for number in range(2_000)]
    results = []
    for order in (times, times[::-1], times[1::2] + times[::2]):
        moments = Moments(16)
        for time in order:
            moments.add(time)
        results.append(moments.times())
    assert results[0] == results[1] == results[2]
    assert len(results[0]) <= 32
    assert (results[0][0], results[0][-1]) == (min(times), max(times))


@given(st.lists(st.integers(0, 400 * SECOND)), st.lists(st.integers(0, 400 * SECOND)))
def test_times_added_at_once_are_as_if_added_one_by_one(before: list[int], times: list[int]) -> None:
    single, together = Moments(8), Moments(8)
    for time in [*before, *times]:
        single.add(time)
    together.add_all(before)
    together.add_all(times)
    assert (together.length, together.times()) == (single.length, single.times())


def test_absorbed_times_are_as_if_added() -> None:
    times = [number * 7_919 % 3_600 * SECOND for number in range(100)]
    whole, first, second = Moments(8), Moments(8), Moments(8)
    for number, time in enumerate(times):
        whole.add(time)
        (first if number < 90 else second).add(time)
    second.absorb(first)
    assert second.times() == whole.times()


def test_shortest_gap_is_signed() -> None:
    assert shortest_gap([10, 50], [5, 53]) == 3
    assert shortest_gap([10, 50], [5, 90]) == -5
    assert shortest_gap([], [1]) is None
    assert shortest_gap([1], []) is None
