"""Failed requests are followed by their traces to the service that failed first."""

from triage.diagnosis.passed_on import follow_traces
from triage.models import AffectedService, Entry, FailureGroup, FailureSample, Source


def group(service: str, traces: dict[str, int], status: int = 502) -> FailureGroup:
    first = min(traces.values(), default=1)
    entry = Entry(timestamp=first, service=service, source=Source("export.json", 1))
    return FailureGroup(
        service=service,
        count=len(traces),
        kinds={"request": len(traces)},
        paths={("/a", status): len(traces)},
        first=first,
        last=first,
        samples=[FailureSample(kind="request", entry=entry, status=status)],
        traces=traces,
    )


def test_request_that_began_last_is_the_one_at_fault() -> None:
    found = follow_traces([group("front", {"t1": 10, "t2": 20}), group("back", {"t1": 11, "t2": 21}, 500)])

    assert found.roots == {0: 1}
    assert found.affected == {1: [AffectedService("front", 2)]}
    assert found.symptoms == {1: ["front returned 502 to 2 requests"]}


def test_chain_of_three_services_leads_to_the_innermost() -> None:
    found = follow_traces(
        [group("edge", {"t1": 10}), group("front", {"t1": 11}), group("back", {"t1": 12}, 500)]
    )

    assert found.affected == {2: [AffectedService("edge", 1), AffectedService("front", 1)]}
    assert found.roots == {0: 2, 1: 2}


def test_failures_that_mostly_have_another_cause_stay_an_incident() -> None:
    own = {f"own{number}": number for number in range(5)}
    found = follow_traces([group("front", {**own, "t1": 10}), group("back", {"t1": 11}, 500)])

    assert found.roots == {}
    assert found.affected == {1: [AffectedService("front", 1)]}
    assert found.symptoms == {}


def test_failures_of_one_service_are_not_its_own_cause() -> None:
    found = follow_traces([group("front", {"t1": 10}), group("front", {"t1": 11})])

    assert (found.roots, found.affected) == ({}, {})


def test_services_that_fail_in_different_traces_are_independent() -> None:
    found = follow_traces([group("front", {"t1": 10}), group("back", {"t2": 11})])

    assert (found.roots, found.affected) == ({}, {})
