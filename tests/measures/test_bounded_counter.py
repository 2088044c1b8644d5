"""Which names are distinguished depends on the names alone; nothing is lost."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from triage.measures import BoundedCounter


class Count:
    def __init__(self) -> None:
        self.count = 0

    def absorb(self, other: "Count") -> None:
        self.count += other.count


def counted(names: list[str], limit: int) -> dict[str, int]:
    counter: BoundedCounter[str, str, Count] = BoundedCounter(limit, "overflow")
    for name in names:
        counter.group(name).setdefault("all", Count()).count += 1
    return {name: item.count for name, _, item in counter}


@given(st.lists(st.text("abc", max_size=2)), st.integers(1, 5))
def test_smallest_names_are_distinguished_and_others_share_the_overflow(names: list[str], limit: int) -> None:
    counts = Counter(names)
    distinguished = sorted(counts)[:limit]
    expected = {name: counts[name] for name in distinguished}
    if overflow := len(names) - sum(expected.values()):
        expected["overflow"] = overflow

    assert counted(names, limit) == expected


@given(st.lists(st.sampled_from(["a", "b", "overflow"])))
def test_name_equal_to_the_overflow_is_counted_in_it(names: list[str]) -> None:
    assert counted(names, 1).get("overflow", 0) == len(names) - names.count(
        min({*names} - {"overflow"}, default="none")
    )
