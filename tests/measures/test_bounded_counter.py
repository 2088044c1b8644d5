"""What is counted by name: which names are told apart depends on the names alone, and nothing is lost."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from triage.measures import BoundedCounter


class Count:
    def __init__(self) -> None:
        self.count = 0

    def absorb(self, other: "Count") -> None:
        self.count += other.count


def counted(names: list[str], most: int) -> dict[str, int]:
    apart: BoundedCounter[str, str, Count] = BoundedCounter(most, "rest")
    for name in names:
        apart.group(name).setdefault("all", Count()).count += 1
    return {name: item.count for name, _, item in apart}


@given(st.lists(st.text("abc", max_size=2)), st.integers(1, 5))
def test_the_smallest_names_are_told_apart_and_the_rest_is_one(names: list[str], most: int) -> None:
    counts = Counter(names)
    told = sorted(counts)[:most]
    expected = {name: counts[name] for name in told}
    if rest := len(names) - sum(expected.values()):
        expected["rest"] = rest

    assert counted(names, most) == expected


@given(st.lists(st.sampled_from(["a", "b", "rest"])))
def test_what_has_the_name_of_the_rest_is_counted_with_it(names: list[str]) -> None:
    assert counted(names, 1).get("rest", 0) == len(names) - names.count(
        min({*names} - {"rest"}, default="none")
    )
