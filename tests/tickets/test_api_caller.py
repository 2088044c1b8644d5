"""An API is called within its limits: waits are obeyed, bounded and shown."""

from collections.abc import Callable

import pytest

from tests.fakes.tracker_clock import TrackerClock
from triage.tickets.api_caller import ApiCaller, ApiFailure, RateLimitedError


class Api:
    """Answers with failures, then with "done"; ``calls`` counts the requests."""

    def __init__(self, *failures: ApiFailure) -> None:
        self.failures = list(failures)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


@pytest.fixture
def clock() -> TrackerClock:
    return TrackerClock()


def caller(
    clock: TrackerClock, max_wait: float = 300.0, notify: Callable[[str], None] = lambda _: None
) -> ApiCaller:
    return ApiCaller("api.test", max_wait=max_wait, notify=notify, sleep=clock.sleep, clock=clock)


def limited(status: int = 403, message: str = "", **headers: str) -> ApiFailure:
    return ApiFailure(status, message, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("is_write", [False, True])
@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (limited(429, Retry_After="7"), 7.0),
        (limited(403, Retry_After="7", X_RateLimit_Remaining="0", X_RateLimit_Reset="1800000100"), 7.0),
        (limited(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1800000100"), 101.0),
        (limited(429, RateLimit_Remaining="0", RateLimit_Reset="1800000100"), 101.0),
        (limited(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1700000000"), 1.0),
        (limited(403, "You have exceeded a secondary rate limit", X_RateLimit_Reset="1800000100"), 60.0),
    ],
)
def test_limited_request_is_sent_again_after_the_wait(
    clock: TrackerClock, failure: ApiFailure, seconds: float, *, is_write: bool
) -> None:
    assert caller(clock).call(Api(failure), is_write=is_write) == "done"
    assert clock.waits == [seconds]


def test_wait_without_a_named_time_grows(clock: TrackerClock) -> None:
    assert caller(clock).call(Api(limited(429), limited(429))) == "done"
    assert clock.waits == [60.0, 120.0]


def test_each_wait_is_one_line(clock: TrackerClock) -> None:
    notes: list[str] = []
    caller(clock, notify=notes.append).call(Api(limited(429, Retry_After="30")))
    assert notes == ["api.test limits the number of requests: waiting 30 s, until 08:00:30 UTC"]


def test_waits_are_bounded_in_total(clock: TrackerClock) -> None:
    bounded = caller(clock, max_wait=50.0)
    bounded.call(Api(limited(429, Retry_After="30")))
    with pytest.raises(RateLimitedError, match=r"until 2027-01-15 08:01:00 UTC.*--max-wait"):
        bounded.call(Api(limited(429, Retry_After="30")))
    assert clock.waits == [30.0]


def test_writes_are_a_second_apart_and_reads_are_not(clock: TrackerClock) -> None:
    paced = caller(clock)
    for is_write in (True, False, True, False, False):
        paced.call(Api(), is_write=is_write)
    assert clock.waits == [1.0]


@pytest.mark.parametrize("status", [0, 500, 502])
def test_read_is_tried_three_times_and_a_write_once(clock: TrackerClock, status: int) -> None:
    read, write = Api(*[ApiFailure(status, "")] * 3), Api(ApiFailure(status, ""))
    for api, is_write in ((read, False), (write, True)):
        with pytest.raises(ApiFailure):
            caller(clock).call(api, is_write=is_write)
    assert (read.calls, write.calls) == (3, 1)


def test_refusal_is_not_tried_again(clock: TrackerClock) -> None:
    api = Api(ApiFailure(403, "Resource not accessible by integration"))
    with pytest.raises(ApiFailure):
        caller(clock).call(api)
    assert (api.calls, clock.waits) == (1, [])
