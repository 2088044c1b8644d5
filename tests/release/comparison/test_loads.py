"""A load test compared with an earlier one."""

from typing import Any

import msgspec
import pytest

from tests.rendering import loads
from triage.models import LoadConnections, LoadTest, TimeStats
from triage.release.comparison import compare_loads


def change(earlier: LoadTest, later: LoadTest) -> tuple[str, list[tuple[str, str]]]:
    compared = compare_loads(earlier, later, "before.json")
    return compared.change, [(reason.change, reason.says) for reason in compared.because]


def with_connections(**fields: Any) -> LoadTest:
    test = loads.held()
    return msgspec.structs.replace(test, connections=msgspec.structs.replace(test.connections, **fields))


def with_times(median: float, p95: float, count: int = 100, lag: float = 0.0004) -> LoadTest:
    times = TimeStats(count=count, median=median, p95=p95, max=p95)
    test = with_connections(times=times)
    late = msgspec.structs.replace(test.client.lag, p95=lag)
    return msgspec.structs.replace(test, client=msgspec.structs.replace(test.client, lag=late))


def test_same_test_twice_is_the_same() -> None:
    assert change(loads.held(), loads.held()) == ("same", [])


def test_fewer_opened_connections_are_worse() -> None:
    worse, reasons = change(loads.held(), loads.broken())
    assert worse == "worse"
    assert ("worse", "150 of 200 connections were opened, not 200 of 200") in reasons
    assert ("worse", "handshakes fail from 150 open connections on, which they did not") in reasons
    better, reasons = change(loads.broken(), loads.held())
    assert better == "better"
    assert ("better", "handshakes no longer fail from 150 open connections on") in reasons


def test_difference_that_chance_explains_is_none() -> None:
    assert change(loads.held(), with_connections(opened=198)) == ("same", [])


@pytest.mark.parametrize(
    ("before", "after", "expected"), [(100, 200, "better"), (200, 100, "worse"), (100, 110, "same")]
)
def test_later_break_is_better(before: int, after: int, expected: str) -> None:
    tests = (loads.held(breaks_at=count) for count in (before, after))
    assert change(*tests)[0] == expected


def test_slower_connections_are_worse_and_faster_ones_better() -> None:
    quick, slow = with_times(0.05, 0.1), with_times(0.5, 0.8)
    assert change(quick, slow) == (
        "worse",
        [("worse", "connections took 500 ms to open (median), not 50 ms")],
    )
    assert change(slow, quick)[0] == "better"


def test_times_of_seconds_are_in_seconds() -> None:
    (reason,) = change(with_times(0.05, 0.1), with_times(1.234, 8))[1]
    assert reason == ("worse", "connections took 1.23 s to open (median), not 50 ms")


@pytest.mark.parametrize(
    "slow", [with_times(0.5, 0.8, count=4), with_times(0.5, 0.8, lag=0.05), with_times(0.14, 0.2)]
)
def test_times_do_not_count_if_few_late_or_near(slow: LoadTest) -> None:
    assert change(with_times(0.05, 0.1), slow) == ("same", [])


def test_better_and_worse_is_mixed() -> None:
    slow = with_times(0.5, 0.8)
    assert change(loads.held(breaks_at=150), slow)[0] == "mixed"


def test_test_without_connections_is_unclear() -> None:
    nothing = loads.held(
        connections=LoadConnections(planned=200, tried=0, opened=0, most=0, held=0, times=loads.NONE)
    )
    assert change(loads.held(), nothing)[0] == "unclear"


def test_different_plans_and_early_ends_are_said() -> None:
    later = loads.held(rate=50.0, seconds=60.0, host="other", ended_early="failures")
    compared = compare_loads(loads.held(), later, "before.json")
    assert (compared.file, compared.started) == ("before.json", loads.held().started)
    assert compared.limits == [
        f"The host differs: {loads.held().host} before, other now.",
        "The rate differs: 20 a second before, 50 a second now.",
        "The time to hold them differs: 30 s before, 60 s now.",
        "The present test ended early.",
    ]
