"""The verdict of a load test, from invented observations: no clock decides it."""

from collections.abc import Sequence

import pytest

from triage.models import EarlyEnd, LoadPhase, LoadPlan, LoadTest, ProbePlan
from triage.probe.address import parse_address
from triage.probe.answers import Answer
from triage.probe.load_recorder import Attempt, Close, HealthCheck, LoadRecorder
from triage.probe.load_result import build_load_test
from triage.rendering.playbooks import connection_metrics

URL = "https://shop.example.com"
PLAN = LoadPlan(probe=ProbePlan(url=URL, socket="/ws"), connections=100)
OPENED, REFUSED, OK, DOWN = Answer(status=101), Answer(status=503), Answer(status=200), Answer(status=503)
QUICK, SLOW = 0.01, 0.5


def attempts(*parts: tuple[int, Answer, float]) -> list[Attempt]:
    """Return handshakes in order: how many, with which answer, and how long each took."""
    found: list[Attempt] = []
    for count, answer, took in parts:
        for _ in range(count):
            opened = sum(one.opened for one in found)
            found.append(Attempt(len(found) + 1, answer, took, opened))
    return found


def checks(phase: LoadPhase, count: int, answer: Answer = OK, took: float = QUICK) -> list[HealthCheck]:
    return [HealthCheck(phase, answer, took)] * count


def judge(
    tried: list[Attempt],
    health: Sequence[HealthCheck] = (),
    *,
    closes: Sequence[Close] = (),
    lag: float = 0.0,
    token: bool = False,
    ended_early: EarlyEnd | None = None,
) -> LoadTest:
    """Return the document of these observations; the health check is fine before and after unless given."""
    recorder = LoadRecorder(lambda: 0.0)
    recorder.attempts = tried
    recorder.health = [*checks("before", 5), *health, *checks("after", 5)]
    recorder.closes = list(closes)
    recorder.lags = [lag] * 20
    recorder.most = sum(one.opened for one in tried)
    recorder.held = recorder.most - len(closes)
    recorder.ended_early = ended_early
    return build_load_test(
        PLAN,
        parse_address(URL),
        recorder,
        connection_metrics(),
        service="shop",
        token=token,
        started="2026-03-17T14:00:00Z",
        ended="2026-03-17T14:01:00Z",
        files=1024,
    )


ALL = attempts((100, OPENED, QUICK))


def test_all_opened_and_health_as_before_is_ready() -> None:
    test = judge(ALL, checks("held", 10))
    assert (test.verdict, test.degrades, test.breaks_at) == ("ready", False, None)
    assert test.because == [
        "100 of 100 WebSocket connections opened; none closed by the service in 30 s",
        "Health checks are as fast under load as before",
    ]


@pytest.mark.parametrize(
    ("opened", "verdict"), [(100, "ready"), (99, "degraded"), (95, "degraded"), (94, "not_ready")]
)
def test_95_percent_of_the_connections_have_to_open(opened: int, verdict: str) -> None:
    test = judge(attempts((opened, OPENED, QUICK), (100 - opened, REFUSED, QUICK)), checks("held", 10))
    assert test.verdict == verdict
    assert test.metrics[0].met is (opened >= 95)


@pytest.mark.parametrize(
    ("lost", "verdict"), [(0, "ready"), (1, "degraded"), (5, "degraded"), (6, "not_ready")]
)
def test_5_percent_of_the_connections_may_be_lost(lost: int, verdict: str) -> None:
    closes = [Close(1011, 100 - number, 2.5) for number in range(lost)]
    test = judge(ALL, checks("held", 10), closes=closes)
    assert test.verdict == verdict
    if lost:
        assert (
            f"The service closed {lost} of 100 connections, from 2.5 s on, most with code 1011"
            in test.because
        )


def test_break_is_where_a_part_falls_below_the_target() -> None:
    fluke = attempts((30, OPENED, QUICK), (1, REFUSED, QUICK), (69, OPENED, QUICK))
    assert judge(fluke, checks("held", 10)).breaks_at == 30
    full = attempts((45, OPENED, QUICK), (55, REFUSED, QUICK))
    test = judge(full, checks("held", 10))
    assert (test.verdict, test.breaks_at, test.degrades) == ("not_ready", 45, True)
    assert test.why == "45 of 100 WebSocket connections opened; failures began with 45 open"


def test_slower_health_checks_under_load_are_degraded() -> None:
    test = judge(ALL, checks("held", 10, took=SLOW))
    assert (test.verdict, test.degrades) == ("degraded", True)
    assert test.why == "Health checks took 10 ms before and 500 ms under load (medians)"


def test_slower_connections_are_degraded() -> None:
    test = judge(attempts((90, OPENED, QUICK), (10, OPENED, SLOW)), checks("held", 10))
    assert (test.verdict, test.degrades) == ("degraded", True)
    assert test.why == "Connections took 10 ms to open at first and 500 ms with 100 open (medians)"


@pytest.mark.parametrize("lag", [0.06, 0.3])
def test_slowness_that_may_be_that_of_this_machine_decides_nothing(lag: float) -> None:
    test = judge(attempts((90, OPENED, QUICK), (10, OPENED, SLOW)), checks("held", 10, took=SLOW), lag=lag)
    assert (test.verdict, test.degrades, test.client.distorts) == ("ready", None, True)
    assert any(limit.startswith("This machine ran what was due up to") for limit in test.limits)


def test_small_lateness_is_not_mentioned() -> None:
    test = judge(ALL, checks("held", 10), lag=0.001)
    assert not test.client.distorts
    assert not any("This machine" in limit for limit in test.limits)


def test_few_health_checks_say_nothing_about_their_speed() -> None:
    test = judge(ALL, checks("held", 4, took=SLOW))
    assert test.verdict == "ready"
    assert "Health checks are as fast under load as before" not in test.because


@pytest.mark.parametrize(("failed", "verdict"), [(1, "degraded"), (5, "degraded"), (6, "not_ready")])
def test_health_checks_that_fail_only_under_load_count(failed: int, verdict: str) -> None:
    test = judge(ALL, [*checks("held", 10 - failed), *checks("held", failed, DOWN)])
    assert (test.verdict, test.degrades) == (verdict, True)
    assert not test.metrics[1].met


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(status=401), "refuses a client without a token"),
        (Answer(status=403), "refuses a client without a token"),
        (Answer(status=302), "redirects are not followed"),
        (Answer(kind="dns"), "may be on this side"),
        (Answer(kind="network"), "may be on this side"),
    ],
)
def test_failures_that_may_be_the_clients_are_inconclusive(answer: Answer, said: str) -> None:
    test = judge(attempts((100, answer, QUICK)))
    assert test.verdict == "inconclusive"
    assert said in test.why


def test_refusals_of_a_client_with_a_token_are_failures() -> None:
    assert judge(attempts((100, Answer(status=403), QUICK)), token=True).verdict == "not_ready"


def test_closes_for_policy_are_inconclusive_without_a_token() -> None:
    closes = [Close(1008, 100, 1.0)] * 50
    assert judge(ALL, closes=closes).verdict == "inconclusive"
    assert judge(ALL, closes=closes, token=True).verdict == "not_ready"


@pytest.mark.parametrize(
    ("tried", "verdict"),
    [(attempts((40, OPENED, QUICK)), "inconclusive"), (attempts((40, REFUSED, QUICK)), "not_ready")],
)
def test_stopped_test_is_inconclusive_unless_it_failed(tried: list[Attempt], verdict: str) -> None:
    test = judge(tried, ended_early="interrupted")
    assert (test.verdict, test.partial) == (verdict, True)
    assert "The test was stopped: 40 of 100 connections were tried" in test.because
    assert "When the test was stopped, 60 of 100 connections were not tried." in test.limits


def test_test_that_was_stopped_before_a_connection_is_inconclusive() -> None:
    test = judge([], ended_early="terminated")
    assert test.verdict == "inconclusive"
    assert test.why == "The test was stopped before the first connection was tried"
