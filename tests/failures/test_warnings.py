"""Errors and warnings as the reason of failed requests, and as noise."""

import pytest

from tests.failures.entries import Log, diagnose, printed, request, started
from tests.failures.test_incidents import LOST, failed_start, only

CLOSED = "the bank has closed the account"


def paid(number: int, status: int, *said: str) -> list[Log]:
    """Return a request with the warnings that were logged in it."""
    at, trace = 5.0 + number, f"a{number}"
    warnings = [
        printed(at + 0.1 + n / 100, text, "stdout", severity="WARNING", trace=trace)
        for n, text in enumerate(said)
    ]
    return [request(at, "/pay", status, latency=0.5, trace=trace), *warnings]


def test_warning_of_failed_requests_only_explains_them() -> None:
    rows = [
        row
        for n in range(20)
        for row in paid(n, 500 if n % 5 == 0 else 200, *([CLOSED] if n % 5 == 0 else []))
    ]
    assert CLOSED in only(diagnose([*started(0), *rows])).title


@pytest.mark.parametrize("said", [["an old header"], ["an old header", "a cold cache"]])
def test_warning_of_every_request_explains_nothing(said: list[str]) -> None:
    rows = [row for n in range(20) for row in paid(n, 500 if n % 5 == 0 else 200, *said)]
    incident = only(diagnose([*started(0), *rows]))
    assert incident.title == "Requests to /pay returned 500"


def test_warning_beside_noise_explains_its_requests() -> None:
    rows = [
        row
        for n in range(20)
        for row in paid(n, 500 if n % 5 == 0 else 200, *([CLOSED] if n % 5 == 0 else []), "an old header")
    ]
    assert CLOSED in only(diagnose([*started(0), *rows])).title


@pytest.mark.parametrize("traced", [True, False])
def test_error_that_is_said_twice_of_each_failed_request_is_no_noise(*, traced: bool) -> None:
    rows = [*started(0)]
    for n in range(6):
        at, trace = 10 + 3 * n, f"t{n}" if traced else ""
        said = [
            printed(at + part / 100, f"ERROR: {text}", trace=trace) for part, text in enumerate((LOST, LOST))
        ]
        rows += [request(at, "/orders", 500, trace=trace), *said]
    incident = only(diagnose(rows))
    assert LOST in incident.title
    assert incident.confidence == "high"


def test_refusal_is_explained_by_the_plain_words_of_the_application() -> None:
    rows = [*started(0)]
    for n in range(6):
        rows += [request(10 + 3 * n, "/orders", 403)]
        rows += [printed(10.01 + 3 * n, "WARN the order is rejected: region 9 is closed", "stdout")]
    (incident,) = diagnose(rows).incidents
    assert "region 9 is closed" in incident.title


def test_proxy_without_an_upstream_follows_from_the_end_of_the_container_behind_it() -> None:
    rows = failed_start(0, printed(2.9, LOST))
    for n in range(4):
        text = f'2031/04/05 06:00:{20 + n} [error] 7#7: *{n} no live upstreams while connecting to upstream, client: 10.0.0.1, request: "GET /orders HTTP/1.1"'
        rows += [request(20 + n, "/orders", 502), printed(20.001 + n, text)]
    incident = only(diagnose(rows))
    assert LOST in incident.title
    assert "4 failed requests" in incident.symptoms


HANDLED = "google.api_core.exceptions.ServiceUnavailable: 503 POST https://storage.googleapis.com/upload: Service Unavailable"


def test_warning_with_a_known_cause_is_no_incident_of_a_service_that_serves() -> None:
    said = [printed(30.5 + n, HANDLED, severity="WARNING") for n in range(3)]
    assert diagnose([*started(0), *(request(5 + n) for n in range(9)), *said]).incidents == []


def test_warning_with_a_known_cause_is_named_where_nothing_shows_that_requests_succeed() -> None:
    (incident,) = diagnose([*started(0), printed(30.5, HANDLED, severity="WARNING")]).incidents
    assert (incident.severity, incident.cause) == ("P2", "api-unavailable")
