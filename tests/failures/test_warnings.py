"""Warnings as the reason of failed requests, and as noise."""

import pytest

from tests.failures.entries import Log, diagnose, printed, request, started
from tests.failures.test_incidents import only

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
