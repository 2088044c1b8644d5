"""Exports without the request log: the application's own errors say that requests failed."""

import pytest

from tests.failures.entries import diagnose, lines, printed, request, started
from tests.failures.test_incidents import only
from triage.diagnosis.reported_requests import reports_request

FLASK = """\
ERROR:shop:Exception on /orders [POST]
Traceback (most recent call last):
  File "/app/shop.py", line 9, in order
    tariff = tariffs[region]
KeyError: 'region-9'"""
EXPRESS = """\
TypeError: tariffs.map is not a function
    at list (/app/src/tariffs.js:9:3)
    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)"""
RAILS = "F, [2031-04-05T06:00:00.100 #1] FATAL -- : [7f] Shop::NoTariff (no tariff for region 9):"
KEPT = """\
ERROR:shop.cache:refresh failed, old tariffs are kept
Traceback (most recent call last):
  File "/app/cache.py", line 9, in refresh
    fetch()
TimeoutError: timed out"""


@pytest.mark.parametrize(
    ("text", "reason"), [(FLASK, "region-9"), (EXPRESS, "tariffs.map"), (RAILS, "no tariff")]
)
def test_errors_of_handlers_are_failed_requests_where_the_export_has_no_request(
    text: str, reason: str
) -> None:
    rows = [row for n in range(4) for row in lines(20 * n, text)]
    found = diagnose([*started(-5), *rows])
    incident = only(found)
    assert reason in incident.title
    assert (found.verdict, found.open_incidents) == ("degraded", 1)
    assert (
        found.services[0].why
        == "the application reports 4 failed requests, and no request is in these entries"
    )
    assert diagnose([*started(-5), *rows[: len(rows) // 2]]).verdict == "ready"
    served = diagnose([*started(-5), *rows, request(9)])
    assert served.verdict == "ready"
    assert {other.severity for other in served.incidents} == {"P2"}


def test_errors_of_no_request_are_none() -> None:
    rows = [row for n in range(9) for row in lines(20 * n, KEPT)]
    assert diagnose([*started(-5), *rows]).verdict == "ready"


def test_empty_lines_and_frames_of_a_message_are_no_errors() -> None:
    prefix = "F, [2031-04-05T06:00:00.100 #1] FATAL -- : [7f] "
    said = [
        "  ",
        "Shop::NoTariff (no tariff for region 9):",
        "  ",
        "app/controllers/orders_controller.rb:9:in `create'",
    ]
    found = diagnose([*started(-5), *(printed(10 + n / 1000, prefix + text) for n, text in enumerate(said))])
    assert ["no tariff for region 9" in incident.title for incident in found.incidents] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "ERROR:    Exception in ASGI application",
        "Internal Server Error: /orders/7",
        "Error handling request /orders",
        "Servlet.service() for servlet [dispatcherServlet] in context with path [] threw exception",
        "An unhandled exception has occurred while executing the request.",
        "2031/04/05 06:00:00 http: panic serving 169.254.1.1:41822: tariff is nil",
        "2031/04/05 06:00:00 [Recovery] 2031/04/05 - 06:00:00 panic recovered:",
    ],
)
def test_frameworks_report_requests_in_their_words(text: str) -> None:
    assert reports_request(text)
    assert not reports_request(text[:11])
