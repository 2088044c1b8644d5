"""The line that a rule reads stays in the evidence, also where another one of the statement decides."""

from tests.failures.entries import diagnose, printed
from tests.failures.test_incidents import failed_start, only


def test_line_that_names_the_cause_is_shown_beside_the_decisive_one() -> None:
    frames = "\n".join(f"\tat example.shop.Tariff.load{n}(Tariff.java:{n})" for n in range(40))
    trace = (
        f"example.shop.StartFailed: no tariffs\n{frames}\n"
        "Caused by: com.google.api.client.googleapis.json.GoogleJsonResponseException: 403 Forbidden\n"
        'GET https://tariffs.example.com/v1\n{\n  "code": 403,\n'
        '  "message": "Cloud Tasks API has not been used in project 123456 before or it is disabled.",\n'
        f'  "status": "PERMISSION_DENIED"\n}}\n{frames}'
    )
    incident = only(diagnose(failed_start(0, printed(2.9, trace))))
    assert incident.cause == "api-disabled"
    assert "Cloud Tasks API has not been used in project 123456" in incident.evidence[0].message


def test_dependency_behind_a_panic_goes_before_an_error_in_the_code() -> None:
    frames = "\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/shop/main.go:9 +0x1d"
    queue = "panic: amqp: dial tcp 10.9.8.7:5672: connect: connection refused"
    assert only(diagnose(failed_start(0, printed(2, queue + frames)))).cause == "rabbit-unreachable"
    broken = "panic: runtime error: index out of range [3] with length 3"
    assert only(diagnose(failed_start(0, printed(2, broken + frames)))).cause == "go-code-error-at"
