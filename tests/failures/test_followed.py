"""Failed requests of which the application says only what follows from others."""

import pytest

from tests.failures.entries import Log, diagnose, printed, request, started
from tests.failures.test_incidents import only

REFUSED = "Error: connect ECONNREFUSED 10.9.8.7:9200"


def failed(at: float, said: str, path: str = "/pay", status: int = 503) -> list[Log]:
    return [request(at, path, status), printed(at + 0.05, said, severity="ERROR")]


@pytest.mark.parametrize(
    "said",
    [
        "CallNotPermittedException: CircuitBreaker 'bank' is OPEN and does not permit further calls",
        "Polly.CircuitBreaker.BrokenCircuitException: The circuit is now open and is not allowing calls.",
        "Error: Breaker is open",
        "charge: circuit breaker is open",
    ],
)
def test_open_circuit_follows_from_the_calls_that_failed_before(said: str) -> None:
    rows = [row for n in range(3) for row in failed(10 + n, REFUSED, status=502)]
    rows += [row for n in range(30) for row in failed(20 + n, said)]
    incident = only(diagnose([*started(0), *(request(n, "/pay") for n in range(60)), *rows]))
    assert "10.9.8.7:9200" in incident.title
    assert incident.symptoms == ["30 failed requests"]
    assert incident.share is not None
    assert (incident.share.failed, incident.severity) == (33, "P1")


def test_open_circuit_of_other_requests_is_an_incident_of_its_own() -> None:
    rows = [row for n in range(3) for row in failed(10 + n, REFUSED, "/search")]
    rows += [row for n in range(9) for row in failed(20 + n, "Error: Breaker is open")]
    titles = [incident.title for incident in diagnose([*started(0), *rows]).incidents]
    assert any("Breaker is open" in title for title in titles)
    assert any("10.9.8.7:9200" in title for title in titles)


def test_warning_that_a_circuit_is_open_explains_requests_where_nothing_else_does() -> None:
    said = {"severity": "WARNING", "message": "the circuit breaker is open", "component": "bank"}
    rows = [row for n in range(9) for row in (request(20 + n, "/pay", 503), printed(20.05 + n, said))]
    assert "the circuit breaker is open" in only(diagnose([*started(0), *rows])).title
