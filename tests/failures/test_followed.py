"""Failed requests of which the application says only what follows from others."""

import pytest

from tests.failures.entries import Log, diagnose, log, printed, request, started, system
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


def test_few_requests_without_a_reason_failed_for_that_of_many_like_them() -> None:
    rows = [row for n in range(12) for row in failed(20 + 3 * n, REFUSED)]
    rows += [request(60 + n, "/pay", 503) for n in range(3)]
    incident = only(diagnose([*started(0), *(request(n, "/pay") for n in range(60)), *rows]))
    assert "10.9.8.7:9200" in incident.title
    assert incident.symptoms == ["3 failed requests"]


@pytest.mark.parametrize(
    ("path", "status", "count"), [("/search", 503, 3), ("/pay", 500, 3), ("/pay", 503, 9)]
)
def test_requests_without_a_reason_are_an_incident_of_their_own(path: str, status: int, count: int) -> None:
    rows = [row for n in range(12) for row in failed(20 + 3 * n, REFUSED)]
    rows += [request(80 + n, path, status) for n in range(count)]
    titles = [incident.title for incident in diagnose([*started(0), *rows]).incidents]
    assert len(titles) == 2
    assert any(f"Requests to {path} returned {status}" == title for title in titles)


def test_execution_that_failed_follows_from_its_tasks_that_ran_out_of_time() -> None:
    job = {"kind": "cloud_run_job", "revision": "shop-x1", "service": "shop"}
    ended = "Terminating task because it has reached the maximum timeout of 600 seconds."
    status = {"code": 2, "message": "Execution shop-x1 has failed to complete, 2/4 tasks were a success."}
    payload = {"@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "run.googleapis.com",
               "methodName": "/Jobs.RunJob", "resourceName": "namespaces/p/executions/shop-x1", "status": status}  # fmt: skip
    told = log(
        603,
        "cloudaudit.googleapis.com/system_event",
        severity="ERROR",
        protoPayload=payload,
        instance="",
        **job,
    )
    rows = [system(601 + n, ended, "ERROR", instance=f"i{n}", **job) for n in range(2)]
    assert "task timeout" in only(diagnose([printed(1, "task 0 of 4 began", **job), *rows, told])).title


def task(at: float, number: int, attempt: int, said: str, code: int = 1) -> list[Log]:
    fields = {"kind": "cloud_run_job", "revision": "shop-x1", "instance": f"t{number}a{attempt}"}
    rows = [
        printed(at, said, **fields),
        system(at + 1, f"Container called exit({code}).", "INFO" if not code else "WARNING", **fields),
    ]
    for row in rows:
        row["labels"]["run.googleapis.com/task_index"] = str(number)
    return rows


def test_what_a_later_attempt_of_each_task_survived_comes_behind_what_none_did() -> None:
    gone = "ConnectionResetError: [Errno 104] Connection reset by peer"
    rows = [row for n in range(8) for row in (*task(n, n, 0, gone), *task(60 + n, n, 1, "loaded", 0))]
    rows += [row for n in range(3) for row in task(20 + 20 * n, 9, n, "ValueError: no tariff for region 9")]
    first, second = diagnose(rows).incidents
    assert ("region 9" in first.title, first.recovered) == (True, False)
    assert second.recovered


def killed(at: float, number: int) -> list[Log]:
    """Return the first attempt of a task, which exceeded its memory."""
    (row, _) = task(at, number, 0, "settling 2,100 invoices")
    limit = "Memory limit of 2048 MiB exceeded with 2101 MiB used."
    end = system(at + 1, limit, "ERROR", kind="cloud_run_job", revision="shop-x1", instance=f"t{number}a0")
    end["labels"] = row["labels"]
    return [row, end]


HELD = "locks.LockHeld: settle/2026-05-12 is held by attempt 0"


def test_what_an_attempt_that_was_killed_left_behind_comes_after_what_killed_it() -> None:
    rows = [*killed(0, 0), *(row for n in (1, 2, 3) for row in task(60 * n, 0, n, HELD))]
    first, second = diagnose(rows).incidents
    assert (first.cause, "LockHeld" in second.title) == ("memory-limit", True)


def test_what_failed_later_comes_first_where_another_task_was_killed() -> None:
    rows = [*killed(0, 1), *(row for n in range(3) for row in task(60 * n, 0, n, HELD))]
    assert "LockHeld" in diagnose(rows).incidents[0].title


def test_task_that_failed_again_after_it_succeeded_in_another_execution_is_not_over() -> None:
    rows = [*task(1, 0, 0, "loaded", 0), *task(30, 0, 1, "ValueError: no tariff for region 9")]
    assert not only(diagnose(rows)).recovered


def test_title_names_no_single_path_where_several_requests_failed() -> None:
    rows = [request(10 + n, f"/orders/{10000 + n}", 500) for n in range(9)]
    assert only(diagnose([*started(0), *rows])).title == "Requests to /orders/* returned 500"
    one = [request(10, "/orders/10000", 500), *(request(n, "/orders/10000") for n in range(20, 30))]
    assert only(diagnose([*started(0), *one])).title == "Requests to /orders/10000 returned 500"
