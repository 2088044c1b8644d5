"""Failed requests are followed by their traces to the service that failed first."""

import msgspec
import pytest

from triage.diagnosis.passed_on import follow_requests
from triage.models import AffectedService, Entry, FailureGroup, FailureSample, Http, Quote, Source


def group(service: str, traces: dict[str, int], status: int = 502, said: str = "") -> FailureGroup:
    first = min(traces.values(), default=1)
    http = Http(url=f"https://{service}.shop.example.com/a", path="/a", status=status)
    entry = Entry(timestamp=first, service=service, http=http, source=Source("export.json", 1))
    statement = Quote(entry, said, said, said) if said else None
    return FailureGroup(
        service=service,
        count=len(traces),
        kinds={"request": len(traces)},
        paths={("/a", status): len(traces)},
        first=first,
        last=first,
        samples=[FailureSample(kind="request", entry=entry, status=status, statement=statement)],
        traces=traces,
    )


def test_request_that_began_last_is_the_one_at_fault() -> None:
    found = follow_requests([group("front", {"t1": 10, "t2": 20}), group("back", {"t1": 11, "t2": 21}, 500)])

    assert found.roots == {0: 1}
    assert found.affected == {1: [AffectedService("front", 2)]}
    assert found.symptoms == {1: ["front returned 502 to 2 requests"]}


def test_chain_of_three_services_leads_to_the_innermost() -> None:
    found = follow_requests(
        [group("edge", {"t1": 10}), group("front", {"t1": 11}), group("back", {"t1": 12}, 500)]
    )

    assert found.affected == {2: [AffectedService("edge", 1), AffectedService("front", 1)]}
    assert found.roots == {0: 2, 1: 2}


def test_failures_that_mostly_have_another_cause_stay_an_incident() -> None:
    own = {f"own{number}": number for number in range(5)}
    found = follow_requests([group("front", {**own, "t1": 10}), group("back", {"t1": 11}, 500)])

    assert found.roots == {}
    assert found.affected == {1: [AffectedService("front", 1)]}
    assert found.symptoms == {}


def test_failures_of_one_service_are_not_its_own_cause() -> None:
    found = follow_requests([group("front", {"t1": 10}), group("front", {"t1": 11})])

    assert (found.roots, found.affected) == ({}, {})


def test_services_that_fail_in_different_traces_are_independent() -> None:
    found = follow_requests([group("front", {"t1": 10}), group("back", {"t2": 11})])

    assert (found.roots, found.affected) == ({}, {})


@pytest.mark.parametrize(
    "address",
    [
        "https://back-4kz9q2m7xa-ew.a.run.app/v2/prices",
        "https://canary---back-4kz9q2m7xa-ew.a.run.app",
        "https://back-123456789012.europe-west1.run.app/v2",
        "http://back.shop.example.com:8080",
    ],
)
def test_failure_of_the_service_that_a_caller_names_is_the_one_at_fault(address: str) -> None:
    said = f"GET {address}: Read timed out"
    found = follow_requests([group("front", {"t1": 10, "t2": 20}, 504, said), group("back", {"t3": 9})])

    assert found.roots == {0: 1}
    assert found.symptoms == {1: ["front returned 504 to 2 requests"]}


@pytest.mark.parametrize(
    "address",
    [
        "https://backup-4kz9q2m7xa-ew.a.run.app/",
        "https://api.example.com/back",
        "https://front-4kz9q2m7xa-ew.a.run.app",
    ],
)
def test_address_of_another_service_leads_nowhere(address: str) -> None:
    found = follow_requests(
        [group("front", {"t1": 10}, 504, f"GET {address} failed"), group("back", {"t3": 9})]
    )

    assert found.roots == {}


def test_few_or_distant_failures_of_a_named_service_are_not_the_cause() -> None:
    said = "GET https://back-4kz9q2m7xa-ew.a.run.app/: Read timed out"
    many = {f"t{number}": 10 + number for number in range(9)}
    late = 3600 * 1_000_000_000

    assert follow_requests([group("front", many, 504, said), group("back", {"u1": 12})]).roots == {}
    assert (
        follow_requests(
            [
                group("front", many, 504, said),
                group("back", {f"u{name}": at + late for name, at in many.items()}),
            ]
        ).roots
        == {}
    )


SECOND = 1_000_000_000


def spread(found: FailureGroup, times: list[int]) -> FailureGroup:
    """Return failures at some seconds."""
    at = tuple(time * SECOND for time in times)
    return msgspec.structs.replace(
        found, count=len(at), paths={("/a", 502): len(at)}, first=at[0], last=at[-1], times=at
    )


APART = [7, 71, 160, 204, 371, 402, 533, 618, 702, 911]


def test_failures_that_only_a_status_shows_follow_from_those_that_are_explained_each_time() -> None:
    front = spread(group("front", {}), APART)
    back = spread(group("back", {}, 500, "KeyError: 'region'"), [time + 1 for time in APART])
    found = follow_requests([front, back])

    assert found.roots == {0: 1}
    assert found.affected == {1: [AffectedService("front", 10)]}


@pytest.mark.parametrize(
    "back",
    [
        spread(group("back", {}, 500, "KeyError: 'region'"), [time + 20 for time in APART]),
        spread(group("back", {}, 500), APART),
        spread(group("front", {}, 500, "KeyError: 'region'"), APART),
        spread(group("back", {}, 500, "KeyError: 'region'"), [*range(-600, 912, 2)]),
    ],
    ids=["at other times", "without a reason", "of the same service", "failing all the time"],
)
def test_failures_that_only_a_status_shows_stay_an_incident(back: FailureGroup) -> None:
    assert follow_requests([spread(group("front", {}), APART), back]).roots == {}


def test_failures_with_a_reason_of_their_own_follow_from_no_others_by_their_times() -> None:
    front = spread(group("front", {}, 502, "ValueError: no region"), APART)
    back = spread(group("back", {}, 500, "KeyError: 'region'"), APART)
    assert follow_requests([front, back]).roots == {}


@pytest.mark.parametrize("said", ["back: 503 overloaded", "call of back failed", "no answer (back)"])
def test_failures_follow_from_those_of_a_service_that_they_name_each_time(said: str) -> None:
    front = spread(group("front", {}, 503, said), APART)
    back = spread(group("back", {}, 503), [time - 1 for time in APART])
    found = follow_requests([front, back])

    assert found.roots == {0: 1}
    assert found.affected == {1: [AffectedService("front", 10)]}


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("back-office: 503", 1),
        ("playback failed", 1),
        ("https://shop.example/back", 1),
        ("back: 503 overloaded", 20),
    ],
    ids=["a longer name", "part of a word", "part of a path", "at other times"],
)
def test_name_of_a_service_alone_shows_no_connection(said: str, after: int) -> None:
    front = spread(group("front", {}, 503, said), APART)
    back = spread(group("back", {}, 503, "KeyError: 'region'"), [time + after for time in APART])
    assert follow_requests([front, back]).roots == {}


def test_service_to_which_the_traces_lead_follows_from_no_caller_by_their_times() -> None:
    traces = {f"t{time}": time for time in APART}
    front = spread(group("front", traces, 502, "prices failed"), APART)
    back = spread(group("back", {name: time + 1 for name, time in traces.items()}, 504), APART)
    assert follow_requests([front, back]).roots == {0: 1}
