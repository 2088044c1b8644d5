"""The line that a rule reads stays in the evidence, also where another one of the statement decides."""

from tests.failures.entries import diagnose, printed, request, system
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


def test_named_line_of_an_error_without_a_failure_is_shown() -> None:
    frames = "\n".join(f"\tat example.shop.Tariff.load{n}(Tariff.java:{n})" for n in range(40))
    trace = (
        f"ERROR example.shop.Failed: no tariffs\n{frames}\n"
        "Caused by: org.postgresql.util.PSQLException: Connection to 10.9.8.7:5432 refused. Check it.\n"
        f"{frames}\nCaused by: java.net.ConnectException: Connection refused\n{frames}"
    )
    (incident,) = diagnose([printed(2 + n, trace) for n in range(3)]).incidents
    assert incident.title == "PostgreSQL at 10.9.8.7:5432 refuses connections"
    assert "Connection to 10.9.8.7:5432 refused" in incident.evidence[0].message


def test_pool_that_never_had_a_connection_is_not_exhausted() -> None:
    pool = (
        "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, "
        "request timed out after 30000ms (total={}, active={}, idle=0, waiting=3)"
    )
    refused = system(
        20.5,
        "Cloud SQL connection failed. Please see https://cloud.google.com/sql : ensure that the account has access "
        'to "demo-project:us-central1:tariffs". Error during createEphemeral for '
        "demo-project:us-central1:tariffs: googleapi: Error 403: The client is not authorized to make this request.",
        "ERROR",
    )  # fmt: skip
    rows = [request(1 + n) for n in range(9)]
    for n in range(4):
        rows += [request(20 + n, "/tariffs", 500), printed(20.09 + n, pool.format(0, 0))]
    assert only(diagnose([*rows, refused])).cause == "cloud-sql-not-authorized-instance"
    used_up = [{**row, "textPayload": pool.format(10, 10)} if "textPayload" in row else row for row in rows]
    assert only(diagnose(used_up)).cause == "database-pool"
