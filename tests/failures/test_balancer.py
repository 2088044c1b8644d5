"""The entries of load balancers, joined with those of services."""

import json
from typing import Any

import pytest

from triage.entries.decoder import decode
from triage.failures import BalancerCollector
from triage.failures.balancer import BalancerFailures
from triage.models import Entry, Event, Recognized, Record, Source


def entry(clock: str, resource: dict[str, Any], **fields: Any) -> Entry:
    record = {
        "insertId": f"{clock}-{len(json.dumps(fields))}-{fields.get('trace', '')}",
        "timestamp": f"2027-02-03T{clock}Z",
        "resource": resource,
        **fields,
    }
    found = decode(Record(json.dumps(record).encode(), Source("export.json", 1)))
    assert isinstance(found, Entry)
    return found


def balanced(
    clock: str, status: int, details: str, *, trace: str = "", path: str = "/toys", latency: str = "0.2s"
) -> Entry:
    resource = {
        "type": "http_load_balancer",
        "labels": {"project_id": "p", "backend_service_name": "toys-backend"},
    }
    request = {"requestMethod": "GET", "requestUrl": f"https://toys.example.com{path}", "latency": latency}
    return entry(
        clock,
        resource,
        logName="projects/p/logs/requests",
        httpRequest={**request, "status": status},
        jsonPayload={"statusDetails": details},
        trace=trace,
    )


def served(clock: str, status: int, *, trace: str = "", path: str = "/toys") -> Entry:
    labels = {
        "project_id": "p",
        "location": "europe-north1",
        "service_name": "toys",
        "revision_name": "toys-1",
    }
    return entry(
        clock,
        {"type": "cloud_run_revision", "labels": labels},
        logName="projects/p/logs/run.googleapis.com%2Frequests",
        httpRequest={
            "requestMethod": "GET",
            "requestUrl": f"https://toys.example.com{path}",
            "status": status,
        },
        trace=trace,
    )


def collect(*entries: Entry) -> BalancerFailures:
    def recognize(found: Entry) -> Recognized:
        title = found.message.split()[-1]
        return Recognized(event_of(found), "known", title, title)

    collector = BalancerCollector(recognize)
    collector.observe(entries)
    return collector.build()


def event_of(found: Entry) -> Event:
    return Event(entry=found, pack="", rule="")


def test_details_stand_in_the_message() -> None:
    assert (
        balanced("10:00:00", 502, "failed_to_pick_backend").message == "GET /toys 502 failed_to_pick_backend"
    )


def test_regional_load_balancer_writes_its_details_into_the_proxy_status() -> None:
    resource = {"type": "http_external_regional_lb_rule", "labels": {"backend_target_name": "toys-backend"}}
    found = entry(
        "10:00:00",
        resource,
        httpRequest={"requestMethod": "GET", "requestUrl": "https://toys.example.com/toys", "status": 503},
        jsonPayload={"proxyStatus": 'error="http_response_timeout"; details="backend_timeout"'},
    )

    assert found.balancer is not None
    assert (found.balancer.backend, found.balancer.details) == ("toys-backend", "backend_timeout")


def test_backend_is_joined_to_the_service_by_trace() -> None:
    found = collect(
        balanced("10:00:00", 200, "response_sent_by_backend", trace="t1"),
        served("10:00:00.1", 200, trace="t1"),
        balanced("10:00:05", 502, "failed_to_connect_to_backend", trace="t2"),
    )

    assert [(group.service, group.count) for group in found.groups] == [("toys", 1)]
    assert found.groups[0].samples[0].entry.location == "europe-north1"
    assert [(item.service, item.status, item.count) for item in found.traffic] == [("toys", 502, 1)]


def test_backend_without_a_service_keeps_its_own_name() -> None:
    found = collect(balanced("10:00:05", 502, "failed_to_connect_to_backend", trace="t2"))

    assert [group.service for group in found.groups] == ["toys-backend"]


def test_order_of_the_entries_does_not_matter() -> None:
    entries = [
        balanced("10:00:05", 502, "failed_to_connect_to_backend", trace="t2"),
        served("10:00:00.1", 200, trace="t1"),
        balanced("10:00:00", 200, "response_sent_by_backend", trace="t1"),
    ]

    assert collect(*entries) == collect(*reversed(entries))


def test_response_that_the_service_logged_is_no_failure_of_the_load_balancer() -> None:
    found = collect(
        served("10:00:00.1", 503, trace="t1"),
        balanced("10:00:00", 503, "response_sent_by_backend", trace="t1"),
    )

    assert found.groups == []


def test_response_without_an_entry_of_the_service_never_reached_it() -> None:
    found = collect(
        served("10:00:00.1", 200, trace="t1"),
        balanced("10:00:00", 200, "response_sent_by_backend", trace="t1"),
        balanced("10:00:09", 404, "response_sent_by_backend", trace="t2"),
    )

    assert [(group.service, group.template) for group in found.groups] == [
        ("toys", "response_sent_by_backend")
    ]


def test_absence_is_not_claimed_where_no_request_joins_the_backend() -> None:
    found = collect(balanced("10:00:09", 404, "response_sent_by_backend", trace="t2"))

    assert found.groups[0].known is None


def test_request_without_a_trace_is_joined_by_url_and_time() -> None:
    found = collect(
        served("10:00:00.1", 503),
        balanced("10:00:00", 503, "response_sent_by_backend"),
        served("10:30:00", 503, path="/other"),
    )

    assert found.groups == []


@pytest.mark.parametrize(
    "details", ["client_disconnected_before_any_response", "client_timed_out", "response_from_cache"]
)
def test_client_that_left_is_no_failure(details: str) -> None:
    assert collect(balanced("10:00:00", 408, details)).groups == []


def test_sockets_that_end_after_the_same_time_were_closed_by_a_timeout() -> None:
    closed = [
        balanced(f"10:0{number}:00", 101, "websocket_closed", latency=f"45.0{number}s") for number in range(4)
    ]

    assert [(group.count, group.template) for group in collect(*closed).groups] == [(4, "s")]


def test_sockets_of_different_lengths_are_no_failure() -> None:
    closed = [
        balanced(f"10:0{number}:00", 101, "websocket_closed", latency=f"{40 + 7 * number}s")
        for number in range(4)
    ]

    assert collect(*closed).groups == []


def test_service_that_responds_after_the_load_balancer_gave_up_is_a_timeout() -> None:
    found = collect(
        served("10:00:00.1", 200, trace="t1"), balanced("10:00:00", 504, "backend_timeout", trace="t1")
    )

    assert [(group.service, group.template) for group in found.groups] == [("toys", "backend_timeout")]


def test_only_service_of_the_logs_stands_behind_the_only_backend() -> None:
    found = collect(
        served("10:00:00.1", 500, trace="t1"),
        balanced("10:00:09", 404, "response_sent_by_backend", trace="t2"),
    )

    assert [(group.service, group.known is not None) for group in found.groups] == [("toys", True)]


def test_one_of_several_services_is_not_guessed() -> None:
    other = entry(
        "09:00:00",
        {"type": "cloud_run_revision", "labels": {"service_name": "dolls"}},
        textPayload="started",
    )
    found = collect(
        other,
        served("10:00:00.1", 500, trace="t1"),
        balanced("10:00:09", 404, "response_sent_by_backend", trace="t2"),
    )

    assert [(group.service, group.known) for group in found.groups] == [("toys-backend", None)]
