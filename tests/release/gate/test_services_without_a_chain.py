"""The gate of services that no readiness chain is known for."""

from typing import Any

import pytest

from tests.release.gate.scenarios import CRITERIA, criteria, evaluate_gate, find_criterion
from tests.runs.logs import Log, platform, rejected, request, validation
from triage import pipeline

SHOP = {"service": "stall", "revision": "stall-00004-abc", "instance": "i7"}
STARTED = 'Default STARTUP TCP probe succeeded after 1 attempt for container "stall-1" on port 8080.'


def served(good: int, failed: int = 0, **place: Any) -> list[Log]:
    """Return a start and its requests; those that fail come first."""
    place = SHOP | place
    return [
        platform(0, STARTED, **place),
        *(request(10 + n / 10, "/orders", 500, **place) for n in range(failed)),
        *(request(60 + n / 10, "/orders", 200, **place) for n in range(good)),
    ]


def test_a_revision_that_serves_passes_and_the_basis_is_named() -> None:
    found = evaluate_gate(served(40))
    assert found.status == "passed"
    assert "serving (no readiness chain known)" in found.why
    assert find_criterion(found, "requests").measured == "0 of 40 requests returned 5xx"


def test_criteria_that_need_a_chain_are_off() -> None:
    found = evaluate_gate(served(40))
    assert [criterion.id for criterion in found.criteria] == [
        "ready",
        "connections",
        "requests",
        "new_errors",
        "whole_logs",
    ]
    assert find_criterion(found, "requests").need == "required"


def test_more_than_one_percent_of_5xx_fails() -> None:
    found = evaluate_gate(served(98, 2))
    criterion = find_criterion(found, "requests")
    assert (found.status, criterion.outcome) == ("failed", "failed")
    assert (criterion.value, criterion.at_most) == (0.02, 0.01)
    assert criterion.measured == "2 of 100 requests returned 5xx"
    assert criterion.evidence


def test_one_percent_of_5xx_passes() -> None:
    assert find_criterion(evaluate_gate(served(99, 1)), "requests").outcome == "met"


def test_too_few_requests_leave_the_gate_inconclusive() -> None:
    found = evaluate_gate(served(19))
    assert found.status == "inconclusive"
    assert (
        find_criterion(found, "requests").measured == "0 of 19 requests returned 5xx; at least 20 are needed"
    )


def test_no_request_leaves_the_gate_inconclusive() -> None:
    found = find_criterion(evaluate_gate(served(0)), "requests")
    assert (found.outcome, found.measured) == ("not_measured", "no request to this revision is in the logs")


def test_both_numbers_are_options() -> None:
    demands = pipeline.with_request_limits(CRITERIA, 5, 10)
    assert evaluate_gate(served(97, 3), demands=demands).status == "passed"
    assert evaluate_gate(served(12), demands=demands).status == "passed"
    assert evaluate_gate(served(12), demands=criteria(requests={"seen_at_least": 12})).status == "passed"


def test_a_criterion_that_is_off_stays_off() -> None:
    found = evaluate_gate(served(0), demands=criteria(requests={"need": "off"}))
    assert "requests" not in [criterion.id for criterion in found.criteria]


def test_requests_of_another_revision_do_not_count() -> None:
    old = served(0, 30, revision="stall-00003-old")
    found = evaluate_gate(old, served(40), revision=SHOP["revision"])
    assert find_criterion(found, "requests").measured == "0 of 40 requests returned 5xx"


def test_a_new_revision_that_does_not_start_fails_while_an_older_one_serves() -> None:
    exit_ = [
        platform(90 + n, "Container called exit(1).", **(SHOP | {"revision": "stall-00005-new"}))
        for n in range(3)
    ]
    found = evaluate_gate(served(40), exit_)
    assert (found.revision, found.status) == ("stall-00005-new", "failed")


def test_requests_are_optional_where_a_chain_is_known() -> None:
    found = evaluate_gate(validation(0))
    assert find_criterion(found, "requests").need == "optional"
    assert "no readiness chain known" not in found.why


def test_plain_requests_that_the_middleware_refused_do_not_count() -> None:
    logs = [
        *validation(0),
        *(request(30 + n, "/api/orders", 200) for n in range(25)),
        *(entry for n in range(5) for entry in (request(60 + n, "/ws", 503), rejected(60 + n + 0.01))),
    ]
    found = find_criterion(evaluate_gate(logs), "requests")
    assert found.outcome == "met"
    assert found.measured == (
        "0 of 25 requests returned 5xx; 5 plain requests refused by the middleware not counted"
    )


@pytest.mark.parametrize(("percent", "outcome"), [(0, "failed"), (100, "met")])
def test_any_percentage_may_be_demanded(percent: float, outcome: str) -> None:
    demands = pipeline.with_request_limits(CRITERIA, percent, None)
    assert find_criterion(evaluate_gate(served(30, 10), demands=demands), "requests").outcome == outcome
