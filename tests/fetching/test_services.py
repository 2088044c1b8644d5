"""The services of a project are found by their entries, over gRPC, in few calls."""

from collections.abc import Iterable
from typing import Any

import pytest
from grpc import StatusCode
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.fakes.entries import WINDOW, entries, entry
from tests.fakes.logging_server import LoggingServer, empty, refuse, repeat
from triage.errors import TryAgainError, UsageError
from triage.fetching import services
from triage.fetching.client import connect
from triage.fetching.pages import PageReader, RateLimiter, RetryPolicy
from triage.fetching.session import CallBudget
from triage.models import FetchPlan


def find(server: LoggingServer, limiter: RateLimiter | None = None) -> list[str]:
    plan = FetchPlan(services=[], window=WINDOW, project="demo", endpoint=server.address)
    connection = connect(plan, {})
    policy = RetryPolicy(page_timeout=30, budget=20, first_pause=0.001, max_pause=0.002)
    reader = PageReader(connection, limiter or RateLimiter(10**9), policy, lambda _: None)
    try:
        return services.list_services(reader, "demo", WINDOW)
    finally:
        connection.close()


def of(*names: str) -> Iterable[dict[str, Any]]:
    return [one for name in names for one in entries(3, service=name)]


def test_quiet_service_is_found_behind_a_busy_one() -> None:
    busy = entries(1000, service="busy", every=1)
    with LoggingServer([*busy, entry(3, service="quiet", every=1000), *of("other")]) as server:
        assert find(server) == ["busy", "other", "quiet"]
        assert len(server.requests) == 3


def test_project_without_entries_has_no_services() -> None:
    with LoggingServer([]) as server:
        assert find(server) == []
        assert len(server.requests) == 1


def test_entry_outside_of_the_window_names_no_service() -> None:
    with LoggingServer([entry(0, service="late", timestamp="2025-09-16T01:00:00Z")]) as server:
        assert find(server) == []


def test_entries_of_other_resources_name_no_service() -> None:
    job = entry(1) | {"resource": {"type": "cloud_run_job", "labels": {"job_name": "nightly"}}}
    unnamed = entry(2) | {"resource": {"type": "cloud_run_revision", "labels": {"location": "europe-west1"}}}
    with LoggingServer([job, unnamed]) as server:
        assert find(server) == []


def test_label_that_is_no_name_of_a_service_is_left_out() -> None:
    names = ['x" OR true OR "', "../../etc", "UPPER", "a" * 64, "fine"]
    with LoggingServer(of(*names)) as server:
        assert find(server) == ["fine"]


@given(st.sets(st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True), max_size=12))
@settings(deadline=None, max_examples=examples(15))
def test_every_service_is_found_with_at_most_one_call_for_each(names: set[str]) -> None:
    with LoggingServer(of(*names)) as server:
        assert find(server) == sorted(names)
        assert len(server.requests) <= len(names) + 1


def test_empty_page_with_a_token_is_not_the_end() -> None:
    with LoggingServer(of("shop")) as server:
        server.on_page(1, empty)
        assert find(server) == ["shop"]


def test_repeated_token_ends_the_search() -> None:
    with LoggingServer([]) as server:
        server.on_page(1, empty, times=None)
        server.on_page(2, repeat, times=None)
        assert find(server) == []


def test_refused_token_is_one_line() -> None:
    with LoggingServer(of("shop")) as server:
        server.on_page(1, empty)
        server.on_page(2, refuse(StatusCode.INVALID_ARGUMENT, "page token is invalid"))
        with pytest.raises(UsageError, match="page token is invalid"):
            find(server)


def test_quota_error_is_tried_again() -> None:
    with LoggingServer(of("shop")) as server:
        server.on_page(1, refuse(StatusCode.RESOURCE_EXHAUSTED), times=3)
        assert find(server) == ["shop"]


def test_calls_are_bounded() -> None:
    with LoggingServer(of("one", "two")) as server:
        server.on_page(1, refuse(StatusCode.RESOURCE_EXHAUSTED), times=3)
        budget = CallBudget(10**9, 4)
        with pytest.raises(TryAgainError, match=r"all 4 calls of --max-calls were made; allow more"):
            find(server, budget)
        assert budget.made == 4 == len(server.requests)


def test_more_services_than_a_filter_takes_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_CHARACTERS", 200)
    says = r"more than 2 services .*; name them with --service"
    with LoggingServer(of("one" * 20, "two" * 20)) as server, pytest.raises(UsageError, match=says):
        find(server)
