"""The reason that a structured payload gives beside its message."""

import json
from typing import Any

import pytest

from tests.failures.entries import diagnose, output, printed, request, started
from tests.failures.test_incidents import only
from triage.failures.meaning import Meanings
from triage.failures.payload import find_level, find_message, find_reason, read_payload
from triage.failures.statements import StatementBuilder

STACK = "TariffError: region 9 is unknown\n    at price (/srv/shop/price.js:3:9)"


@pytest.mark.parametrize(
    ("payload", "decisive"),
    [
        pytest.param(
            {"level": 50, "msg": "pricing failed", "err": {"type": "TariffError", "message": "region 9", "stack": STACK}},
            "TariffError: region 9 is unknown", id="pino",
        ),
        pytest.param(
            {"name": "shop", "level": 50, "msg": "pricing failed", "err": {"name": "TariffError", "message": "region 9", "stack": STACK}},
            "TariffError: region 9 is unknown", id="bunyan",
        ),
        pytest.param(
            {"level": "error", "ts": 1, "msg": "pricing failed", "error": "tariff store: dial tcp 10.9.8.7:6543: connect: connection refused"},
            "tariff store: dial tcp 10.9.8.7:6543: connect: connection refused", id="zap",
        ),
        pytest.param(
            {"level": "error", "error": "tariff store is closed", "message": "pricing failed"},
            "tariff store is closed", id="zerolog",
        ),
        pytest.param(
            {"event": "pricing failed", "level": "error", "exception": 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nshop.TariffGone: region 9'},
            "shop.TariffGone: region 9", id="structlog",
        ),
        pytest.param(
            {"event": "pricing failed", "level": "error", "exception": [{"exc_type": "TariffGone", "exc_value": "region 9"}]},
            "TariffGone: region 9", id="structlog with an object",
        ),
        pytest.param({"level": "error", "message": "pricing failed", "stack": STACK}, "TariffError: region 9 is unknown", id="winston"),
        pytest.param({"level": "error", "msg": "pricing failed", "error": "region 9 is missing"}, "region 9 is missing", id="logrus"),
        pytest.param(
            {"@mt": "Pricing of {Order} failed", "@l": "Error", "@x": "Shop.TariffException: no tariff\n   at Shop.Price() in /src/P.cs:line 9"},
            "Shop.TariffException: no tariff", id="Serilog",
        ),
        pytest.param(
            {"level": "ERROR", "message": "pricing failed", "stack_trace": "org.example.TariffException: no tariff\n\tat org.example.A.b(A.java:1)\nCaused by: java.io.IOException: closed\n\tat org.example.A.c(A.java:2)"},
            "java.io.IOException: closed", id="logstash",
        ),
        pytest.param(
            {"message": "pricing failed", "severity": "ERROR", "error": {"message": "region 9 is unknown", "cause": {"message": "store closed"}}},
            "store closed", id="nested cause",
        ),
        pytest.param(
            {"level": "error", "message": "export failed", "stack": "PartialFailureError: A failure occurred during this request.\n    at /srv/shop/table.js:9:3", "errors": [{"errors": [{"message": "no such field.", "reason": "invalid", "location": "region"}], "row": {"id": 9}}]},
            "region: no such field.", id="rows that BigQuery refused",
        ),
        pytest.param(
            {"level": 50, "msg": "export failed", "err": {"type": "ApiError", "message": "Bad Request", "stack": "ApiError: Bad Request\n    at /srv/shop/table.js:9:3", "errors": [{"message": "Region 9 is locked", "domain": "global", "reason": "invalid"}]}},
            "Region 9 is locked", id="errors of an API of Google",
        ),
        pytest.param(
            {"level": "error", "message": "pricing failed", "error": {"name": "Error", "code": 9, "details": "Region 9 is locked"}},
            "Error: Region 9 is locked", id="a status of gRPC without a message",
        ),
        pytest.param(
            {"level": "error", "msg": "mail failed", "err": {"responseCode": 452, "response": "452 Region 9 has no storage left", "command": "DATA"}},
            "452 Region 9 has no storage left", id="the answer of a server without a message",
        ),
        pytest.param(
            {"level": "error", "message": "AxiosError: Request failed with status code 404", "config": {"url": "https://api.example.com/v1/prices?k=1", "method": "get"}},
            "AxiosError: Request failed with status code 404 … https://api.example.com/v1/prices", id="a call of axios",
        ),
        pytest.param(
            {"level": 50, "msg": "pricing failed", "err": {"type": "AxiosError", "message": "Request failed with status code 404", "config": {"baseURL": "https://api.example.com/", "url": "/v1/prices"}}},
            "AxiosError: Request failed with status code 404 … https://api.example.com/v1/prices", id="an error of axios",
        ),
        pytest.param({"level": "error", "msg": "AxiosError: Request failed with status code 404", "config": {"url": "/v1"}}, "AxiosError: Request failed with status code 404", id="a call without an address"),
        pytest.param({"level": "fatal", "message": "pricing failed", "exception": ["Shop::TariffError", "region 9 is missing"]}, "Shop::TariffError: region 9 is missing", id="Rails"),
        pytest.param(
            {"level": "ERROR", "message": "Request threw exception [failed: java.lang.IllegalStateException: no price] with root cause", "stack_trace": "org.example.TariffException: no tariff\n\tat org.example.A.b(A.java:1)\n"},
            "org.example.TariffException: no tariff", id="Tomcat",
        ),
        pytest.param({"level": "error", "msg": "pricing failed", "data": {"err": "region 9 is missing"}}, "region 9 is missing", id="nested fields"),
        pytest.param({"level": "error", "message": "pricing failed", "metadata": {"stack": STACK}}, "TariffError: region 9 is unknown", id="winston with metadata"),
        pytest.param(
            {"log.level": "ERROR", "message": "pricing failed", "error.type": "org.example.TariffException", "error.message": "no tariff", "error.stack_trace": "org.example.TariffException: no tariff\n\tat org.example.A.b(A.java:1)\n"},
            "org.example.TariffException: no tariff", id="Elastic Common Schema",
        ),
        pytest.param({"message": "pricing failed", "level": "error", "exception.type": "TariffGone", "exception.message": "region 9 is missing"}, "region 9 is missing", id="OpenTelemetry"),
        pytest.param(
            {"severityText": "ERROR", "body": {"stringValue": "pricing failed"}, "attributes": [{"key": "exception.message", "value": {"stringValue": "region 9 is missing"}}, "none", {"value": 9}]},
            "region 9 is missing", id="an export of OpenTelemetry",
        ),
        pytest.param(
            {"SeverityText": "ERROR", "Body": {"Type": "String", "Value": "pricing failed"}, "Attributes": [{"Key": "exception.message", "Value": {"Type": "String", "Value": "region 9 is missing"}}]},
            "region 9 is missing", id="OpenTelemetry for Go",
        ),
        pytest.param(
            {"SeverityText": "ERROR", "Body": "pricing failed", "Attributes": {"exception.message": "region 9 is missing"}},
            "region 9 is missing", id="fields of OpenTelemetry",
        ),
        pytest.param(
            {"timestamp": "2031-04-05T06:00:00Z", "level": "ERROR", "fields": {"message": "region 9 is missing"}, "target": "shop"},
            "region 9 is missing", id="tracing",
        ),
        pytest.param({"version": "1.1", "short_message": "region 9 is missing", "level": "error"}, "region 9 is missing", id="GELF"),
        pytest.param({"level": "error", "path": "/price", "error": "region 9 is missing"}, "region 9 is missing", id="no message"),
        pytest.param(
            {"LogLevel": "Error", "Message": "pricing failed", "Exception": "Shop.TariffException: no tariff    at Shop.Price(Int32 region)    at Shop.Main()"},
            "Shop.TariffException: no tariff", id=".NET's JSON console",
        ),
        pytest.param(
            {"Level": "Error", "MessageTemplate": "pricing failed", "Exception": "System.Exception: pricing failed ---> Shop.TariffException: no tariff    at Shop.Price(Int32 region)    --- End of inner exception stack trace ---    at Shop.Main()"},
            "Shop.TariffException: no tariff", id=".NET's JSON console, wrapped",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["jsonPayload", "line"])
def test_reason_beside_the_message_decides(payload: dict[str, Any], decisive: str, form: str) -> None:
    entry = output(0, json.dumps(payload) if form == "line" else payload)
    builder = StatementBuilder(Meanings())
    (statement,) = [*builder.observe(entry), *builder.flush()]
    assert statement.decisive == decisive
    assert statement.strength == 3


@pytest.mark.parametrize(
    "errors", [[], "none", [7], [{"path": "region", "message": "Required"}], [{"errors": []}]]
)
def test_list_of_errors_in_another_form_adds_nothing(errors: Any) -> None:
    assert find_reason({"message": "order refused", "stack": STACK, "errors": errors}) == STACK


def test_empty_reason_is_none() -> None:
    assert find_reason({"error": "", "err": None, "exception": {}, "message": "ready"}) == ""


def test_reason_that_nests_without_end_is_cut() -> None:
    error: dict[str, Any] = {"message": "deepest"}
    for number in range(40):
        error = {"message": f"level {number}", "cause": error}
    assert len(find_reason({"error": error}).split("\n")) < 10


@pytest.mark.parametrize("text", ["{not json}", "{}", "[1]", "null"])
def test_text_that_is_no_object_has_no_payload(text: str) -> None:
    assert read_payload(output(0, text)) == {}


def test_message_and_level_are_found_under_any_usual_name() -> None:
    assert find_message({"@m": "ready"}) == find_message({"msg": "ready"}) == "ready"
    assert find_level({"lvl": "warn"}) == find_level({"levelname": "warn"}) == "warn"
    assert find_level({}) is None


def test_sentence_in_a_field_says_why_a_request_failed_even_at_level_info() -> None:
    said = {
        "severity": "INFO",
        "message": "order turned away",
        "reason": "tariffs of region 9 are not loaded",
    }
    rows = [
        row for n in range(5) for row in (request(10 + n, "/pay", 503), printed(10.05 + n, said, "stdout"))
    ]
    assert "tariffs of region 9 are not loaded" in only(diagnose([*started(0), *rows])).title


@pytest.mark.parametrize("reason", ["transport close", "retry", "client left"])
def test_word_or_two_in_a_field_say_nothing_of_a_failure(reason: str) -> None:
    assert find_reason({"message": "socket closed", "reason": reason}) == ""


def test_sentence_that_is_said_of_requests_that_succeed_explains_no_failure() -> None:
    said = {"severity": "INFO", "message": "order priced", "reason": "tariffs of region 9 are in use"}
    rows = [printed(10.05 + n, said, "stdout") for n in range(30)]
    rows += [request(10 + n, "/pay", 503 if n % 6 == 0 else 200) for n in range(30)]
    assert "tariffs" not in only(diagnose([*started(0), *rows])).title


@pytest.mark.parametrize("trace", [True, False], ids=["of the request's trace", "alone at that time"])
@pytest.mark.parametrize("said", ["price: no tariff for region 9", "tariff of region 9 could not be found"])
def test_harmless_line_which_says_what_is_not_there_explains_a_request(said: str, *, trace: bool) -> None:
    payload = {"severity": "INFO", "message": said}
    rows = []
    for n in range(5):
        name = f"t{n}" if trace else ""
        rows += [request(10 + n, "/pay", 500, trace=name), printed(10.05 + n, payload, "stdout", trace=name)]
    assert said in only(diagnose([*started(0), *rows])).title


def test_harmless_line_that_is_said_of_every_request_explains_none() -> None:
    payload = {"severity": "INFO", "message": "cache: no entry for region 9"}
    rows = [printed(10.05 + n, payload, "stdout", trace=f"t{n}") for n in range(30)]
    rows += [request(10 + n, "/pay", 500 if n % 6 == 0 else 200, trace=f"t{n}") for n in range(30)]
    assert only(diagnose([*started(0), *rows])).title == "Requests to /pay returned 500"


def test_line_without_severity_which_says_what_is_not_there_explains_a_request() -> None:
    rows = []
    for n in range(5):
        said = printed(10.05 + n, "[tariff] no price for region 9", "stdout", trace=f"t{n}")
        rows += [request(10 + n, f"/pay/{1000 + n}", 500, trace=f"t{n}"), said]
    assert "no price for region 9" in only(diagnose([*started(0), *rows])).title


def test_harmless_line_that_was_said_of_requests_long_before_explains_none() -> None:
    """What is counted does not depend on when the first request fails."""
    payload = {"severity": "INFO", "message": "cache: no entry for region 9"}
    rows = [printed(10.05 + n, payload, "stdout", trace=f"t{n}") for n in (*range(50), *range(2000, 2005))]
    rows += [request(10 + n, "/pay", 200, trace=f"t{n}") for n in range(50)]
    rows += [request(10 + n, "/pay", 500, trace=f"t{n}") for n in range(2000, 2005)]
    rows += [printed(100 + n, "the stock was read", "stdout") for n in range(600)]
    assert only(diagnose([*started(0), *rows])).title == "Requests to /pay returned 500"


@pytest.mark.parametrize("name", ["body", "Body"])
@pytest.mark.parametrize(
    "body", [{"stringValue": "region 9 is gone"}, {"Type": "String", "Value": "region 9 is gone"}]
)
def test_body_of_opentelemetry_is_the_message(name: str, body: dict[str, str]) -> None:
    assert output(0, {"SeverityText": "ERROR", name: body}).message == "region 9 is gone"
