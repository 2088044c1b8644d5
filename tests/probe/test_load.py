"""Load tests against the fake service: the measured numbers, the verdict, and what is left open."""

import asyncio
import re

import msgspec
import pytest

from tests.fakes.service import Service
from tests.fakes.service.states import EVENTS, State
from triage.errors import UsageError
from triage.models import LoadPlan, LoadTest, ProbePlan
from triage.probe import needs_consent, plan_load, run_load_test
from triage.probe.address import parse_address
from triage.probe.load_runner import LoadRunner
from triage.rendering.playbooks import connection_metrics

#: A quick plan: 40 connections in a moment, held for a moment. More than the capacity of the fake service.
QUICK = LoadPlan(
    probe=ProbePlan(url="", socket="/ws", timeout=20),
    connections=40,
    rate=200,
    seconds=0.5,
    ping_every=0.2,
    health_every=0.05,
)


def plan(url: str, **fields: object) -> LoadPlan:
    """Return the quick plan for a service, with some fields changed."""
    probe = {name: fields.pop(name) for name in ("socket", "events", "message", "timeout") if name in fields}
    return msgspec.structs.replace(
        QUICK, probe=msgspec.structs.replace(QUICK.probe, url=url, **probe), **fields
    )


def load(service: Service, **fields: object) -> LoadTest:
    """Run the quick plan."""
    return run(plan(service.url, **fields))


def run(made: LoadPlan, token: str = "") -> LoadTest:
    """Run a plan."""
    return run_load_test(
        made,
        token,
        connection_metrics(),
        agent="triage-verify/test",
        allowed_files=10_000,
        notify=lambda _: None,
    )


def load_state(state: str | State, **fields: object) -> tuple[LoadTest, Service]:
    """Run the quick plan on the service in a state."""
    with Service(state) as service:
        return load(service, **fields), service


#: The verdicts of a service that holds the load: a busy machine may find it slower than before.
HELD = ("ready", "degraded")


def phases(test: LoadTest) -> list[str]:
    return [found.phase for found in test.health]


def test_healthy_service_holds_all_connections() -> None:
    test, service = load_state("healthy")
    assert test.verdict in HELD
    assert any(
        reason.startswith("40 of 40 WebSocket connections opened; none closed") for reason in test.because
    )
    connections = test.connections
    assert (connections.tried, connections.opened, connections.most, connections.held) == (40, 40, 40, 40)
    assert service.application.most == 40
    assert (connections.failures, connections.closes, test.breaks_at) == ([], [], None)
    assert connections.times.count == 40
    assert [level.opened for level in connections.levels] == [5] * 8
    assert [level.open_at_end for level in connections.levels][-1] == 40
    assert phases(test) == ["before", "opening", "held", "after"]
    assert all(found.good == found.requests > 0 for found in test.health)
    assert [metric.met for metric in test.metrics] == [True, True]


def test_nothing_but_pings_is_sent_without_events() -> None:
    test, service = load_state("healthy")
    assert service.application.messages == []
    assert (test.messages.sent, test.messages.complete) == (0, None)
    assert test.messages.pings >= test.messages.pongs.count > 0


def test_messages_are_sent_and_counted_with_events() -> None:
    test, service = load_state("healthy", connections=6, events=EVENTS, message="hello")
    assert service.application.messages == ["hello"] * 6
    # The fake answers with one more message before the events.
    assert (test.messages.sent, test.messages.received, test.messages.complete) == (6, 36, 6)
    assert test.events == list(EVENTS)


def test_all_sockets_are_closed_afterwards() -> None:
    with Service("healthy") as service:
        load(service)
        # A health check is answered after all that came before it.
        load(service, connections=1, seconds=0.01)
        assert service.application.open <= 1
        assert service.application.most == 40


def test_every_request_names_itself_and_has_a_trace() -> None:
    _, service = load_state("healthy", connections=3)
    headers = [headers for *_, headers in service.application.requests]
    assert {found["user-agent"] for found in headers} == {"triage-verify/test"}
    traces = [found["traceparent"] for found in headers]
    assert len(set(traces)) == len(traces)


def test_connections_beyond_the_capacity_are_where_it_breaks() -> None:
    test, service = load_state("full")
    assert service.application.most == 30
    assert (test.verdict, test.connections.opened, test.breaks_at) == ("not_ready", 30, 30)
    assert test.why == "30 of 40 WebSocket connections opened; failures began with 30 open"
    assert "10 handshakes ended in: 503" in test.because
    (failure,) = test.connections.failures
    assert (failure.says, failure.count, failure.open_at_first) == ("503", 10, 30)
    assert [metric.met for metric in test.metrics] == [False, True]
    assert test.connections.held == 30
    assert test.degrades is True


def test_opening_ends_after_many_failures_in_a_row() -> None:
    test, service = load_state("not-ready", connections=100, rate=50)
    assert (test.verdict, test.ended_early, test.breaks_at) == ("not_ready", "failures", 0)
    tried = sum(kind == "websocket" for kind, *_ in service.application.requests)
    assert 20 <= tried == test.connections.tried < 100
    assert any(limit.startswith("After 20 failures in a row") for limit in test.limits)


def test_collapse_is_seen_in_closes_and_in_health_checks() -> None:
    test, _ = load_state("collapsing")
    assert (test.verdict, test.breaks_at, test.connections.held) == ("not_ready", 30, 0)
    (close,) = test.connections.closes
    assert (close.code, close.count, close.open_at_first) == (1013, 30, 30)
    assert any(reason.startswith("The service closed 30 of 30 connections") for reason in test.because)
    after = test.health[-1]
    assert (after.phase, after.good, after.outcomes) == ("after", 0, {"503": after.requests})


def test_service_that_gets_slower_opens_all_connections() -> None:
    test, _ = load_state(State(slows=0.02), connections=40, rate=100)
    assert test.connections.opened == 40
    first, last = test.connections.levels[0].times, test.connections.levels[-1].times
    assert first.median is not None
    assert last.median is not None
    # Each open connection delays the next one: that holds however slow this machine is.
    assert last.median > first.median
    assert test.verdict in HELD
    assert (test.verdict == "degraded") == (test.degrades is True)


def test_closes_without_failures_are_a_collapse_too() -> None:
    test, _ = load_state(State(close=1011, close_at_once=True), connections=10)
    assert (test.verdict, test.connections.opened, test.connections.lost) == ("not_ready", 10, 10)
    assert re.fullmatch(
        r"The service closed 10 of 10 connections, from \d\.\d s on, most with code 1011", test.why
    )


@pytest.mark.parametrize(
    ("state", "because"),
    [
        ("401", "refuses a client without a token"),
        ("403", "refuses a client without a token"),
        ("redirect", "redirects are not followed"),
    ],
)
def test_failures_of_the_client_do_not_condemn_the_service(state: str, because: str) -> None:
    test, _ = load_state(state, connections=8)
    assert (test.verdict, test.connections.opened) == ("inconclusive", 0)
    assert because in test.why


def test_token_opens_connections() -> None:
    with Service("token") as service:
        test = run(plan(service.url, connections=8), "let-me-in")
    assert (test.verdict in HELD, test.token, test.connections.opened) == (True, True, 8)
    assert "let-me-in" not in msgspec.json.encode(test).decode()


def test_service_without_a_response_is_not_loaded() -> None:
    with Service("healthy") as service:
        url = service.url
    test = run(plan(url))
    assert (test.verdict, test.connections.tried) == ("not_ready", 0)
    assert test.why == ("No health check had a response (connection refused), so no connection was tried")
    assert phases(test) == ["before"]


def test_failing_health_check_before_the_load_is_no_degradation() -> None:
    test, _ = load_state("unhealthy", connections=8)
    assert test.verdict in HELD
    assert "The health check /health was not answered 2xx before the load either" in test.because
    assert [metric.met for metric in test.metrics] == [True, False]


def test_cancelled_test_closes_its_sockets() -> None:
    async def cancel(service: Service) -> None:
        made = plan(service.url, seconds=60.0)
        runner = LoadRunner(made, parse_address(service.url), "", agent="a", notify=lambda _: None)
        task = asyncio.create_task(runner.run())
        while runner.recorder.most < made.connections:  # noqa: ASYNC110 (the recorder is no event)
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Service("healthy") as service:
        asyncio.run(cancel(service))
        load(service, connections=1, seconds=0.01)
        assert service.application.open <= 1


# ---------------------------------------------------------------- the plan


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"connections": 2001}, "--connections: 2,001 is outside"),
        ({"connections": 0}, "--connections: 0 is outside"),
        ({"rate": 201.0}, "at most 200 a second"),
        ({"rate": 0.0}, "--rate: 0 a second"),
        ({"rate": float("nan")}, "--rate: nan"),
        ({"seconds": 901.0}, "at most 900 s"),
        ({"seconds": 0.0}, "--for: 0 s"),
        ({"connections": 2000, "rate": 1.0}, "give at least 3"),
        ({"socket": ""}, "give --socket PATH"),
        ({"events": ("not an event",)}, "is not a valid event name"),
    ],
)
def test_plan_beyond_the_maxima_is_refused(fields: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        plan_load(plan("http://127.0.0.1:1", **fields), "", allowed_files=10_000)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("allowed", [64, 103])
def test_too_few_files_are_said_before_anything_is_sent(allowed: int) -> None:
    with pytest.raises(
        UsageError, match=rf"may open {allowed} files, and 40 connections need 104; run ulimit -n 104"
    ):
        plan_load(plan("http://127.0.0.1:1"), "", allowed_files=allowed)


@pytest.mark.parametrize(
    ("allowed", "said"), [(104, "104 needed, 104 allowed"), (None, "104 needed, unknown")]
)
def test_plan_says_what_it_sends_and_needs(allowed: int | None, said: str) -> None:
    sentences = plan_load(plan("http://127.0.0.1:1"), "", allowed_files=allowed)
    assert sentences[0].startswith(
        "asking 127.0.0.1:1 for 40 WebSockets: 200 a second for 0.2 s, held for 0.5 s; at most "
    )
    assert "  WebSocket ws://127.0.0.1:1/ws, opened and held; only pings are sent" in sentences
    assert any(said in sentence for sentence in sentences)


def test_plan_says_what_is_sent_with_events() -> None:
    sentences = plan_load(
        plan("http://127.0.0.1:1", events=("done",), message="hello"), "t", allowed_files=None
    )
    assert "with a bearer token" in sentences[0]
    assert any(
        "on each of them hello is sent, which may start real work, and done are" in sentence
        for sentence in sentences
    )


def test_plan_names_the_request_timeout_of_cloud_run_for_long_tests() -> None:
    def says(seconds: float) -> bool:
        sentences = plan_load(plan("http://127.0.0.1:1", seconds=seconds), "", allowed_files=None)
        return any("request timeout" in sentence for sentence in sentences)

    assert says(400)
    assert not says(200)


@pytest.mark.parametrize(
    "url", ["https://shop.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com"]
)
def test_more_than_50_connections_to_another_machine_need_consent(url: str) -> None:
    assert needs_consent(plan(url, connections=51))
    assert not needs_consent(plan(url, connections=50))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_connections_to_this_machine_need_no_consent(url: str) -> None:
    assert not needs_consent(plan(url, connections=2000))
