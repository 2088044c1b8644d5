"""Counts of passed requests and of origins are bounded, and their order has no effect."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triage.entries import origin_counter, traffic_counter
from triage.entries.origin_counter import OriginCounter
from triage.entries.traffic_counter import TrafficCounter

NAMES = st.lists(st.sampled_from("abcdefgh"), max_size=30)
unpatched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def count_paths(paths: list[str]) -> TrafficCounter:
    """Return the counts of requests to paths, one a second."""
    counter = TrafficCounter()
    for path in paths:
        counter.add(("shop", "shop-1", path, 200, ""), 1, ord(path))
    return counter


def count_services(names: list[str]) -> OriginCounter:
    """Return the counts of records outside of a selection."""
    counter = OriginCounter()
    for name in names:
        counter.add("", name, is_outside=True)
    return counter


@unpatched
@given(data=st.data(), names=NAMES, cut=st.integers(0, 30))
def test_neither_order_nor_division_has_an_effect(
    data: st.DataObject, names: list[str], cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_counter, "_PATHS", 3)
    monkeypatch.setattr(origin_counter, "_NAMES", 3)
    shuffled = data.draw(st.permutations(names))
    whole = count_paths(names).build()
    assert count_paths(shuffled).build() == whole
    divided = count_paths(shuffled[:cut])
    divided.add_all(count_paths(shuffled[cut:]).build())
    assert divided.build() == whole
    assert count_services(shuffled).outside == count_services(names).outside


def test_paths_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic_counter, "_PATHS", 2)
    found = count_paths(["d", "c", "a", "b", "a"]).build()
    assert [(item.path, item.count, item.last) for item in found] == [
        ("a", 2, ord("a")),
        ("b", 1, ord("b")),
        ("…", 2, ord("d")),
    ]


def test_services_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin_counter, "_NAMES", 2)
    assert count_services(["d", "c", "a", "b", "a"]).outside == {"a": 2, "b": 1, "…": 2}
