"""Requests that are refused with 4xx: those of users and scanners, and those that are an incident."""

import pytest

from tests.failures.entries import NO_INSTANCE, Log, diagnose, printed, request, started, system
from tests.failures.test_incidents import only


def test_refused_requests_with_a_reason_are_an_incident_where_none_succeeds() -> None:
    rows = started(0)
    for n in range(4):
        rows += [request(10 + 3 * n, "/", 404), printed(10.05 + 3 * n, "ERROR: no document root")]
    found = diagnose(rows)
    assert "no document root" in only(found).title
    assert found.verdict == "degraded"


def test_scanners_are_no_incident() -> None:
    rows = [*started(0), *(request(5 + n) for n in range(20))]
    for n, path in enumerate(["/.env", "/wp-login.php", "/admin", "/.git/config"]):
        rows += [request(10 + n, path, 404), printed(10.05 + n, f"ERROR: no route for {path}")]
    found = diagnose(rows)
    assert found.verdict == "ready"
    assert {incident.severity for incident in found.incidents} <= {"P2"}


def test_refusal_of_every_request_from_a_time_on_is_an_incident_with_its_reason() -> None:
    rows = [*started(0), *(request(5 + n, "/me") for n in range(20))]
    for n in range(12):
        rows += [
            request(40 + n, "/me", 401),
            printed(40.05 + n, "AuthError: no key matches k9", severity="ERROR"),
        ]
    found = diagnose(rows)
    assert "no key matches" in only(found).title
    assert found.verdict == "degraded"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Invalid Host header: shop.example.com", "degraded"),
        ("Invalid session k3 (further occurrences of this error will be logged with level INFO)", "degraded"),
        (
            "W, [2031-04-05T06:07:08.123456 #1]  WARN -- : attack prevented by Rack::Protection::HostAuthorization",
            "degraded",
        ),
        (
            "Refusing websocket connection from Origin 'https://shop.example.com';  use --allow-websocket-origin=shop.example.com",
            "degraded",
        ),
        ("jwt expired", "ready"),
    ],
)
def test_half_of_a_path_that_is_refused_for_a_named_reason_is_an_incident(said: str, verdict: str) -> None:
    rows = [*started(0), *(request(5 + n) for n in range(20))]
    for n in range(12):
        rows += [request(40 + 2 * n, "/live", 421), printed(40.05 + 2 * n, said)]
        rows += [request(41 + 2 * n, "/live")]
    found = diagnose(rows)
    assert found.verdict == verdict
    rare = [*rows, *(request(70 + n, "/live") for n in range(20))]
    assert diagnose(rare).verdict == "ready"


@pytest.mark.parametrize("path", ["/orders", "/prices"])
def test_limit_of_another_service_that_is_passed_on_is_an_incident(path: str) -> None:
    rows = [*started(0), *(request(5 + n, "/orders") for n in range(20))]
    for n in range(12):
        said = "RateLimitError: 429 too many tokens in this minute"
        rows += [request(40 + n, path, 429), printed(40.05 + n, said, severity="ERROR")]
    assert "too many tokens" in only(diagnose(rows)).title


def test_scripts_that_a_service_does_not_have_are_no_incident() -> None:
    rows = [*started(0), *(request(5 + n) for n in range(20))]
    for n in range(8):
        rows += [
            request(30 + n, f"/vendor/{n}/eval.php", 404),
            printed(30.01 + n, {"message": "Not Found", "severity": "WARNING"}),
        ]
    assert diagnose(rows).incidents == []
    (incident,) = diagnose([*rows, request(60, "/vendor/8/eval.php")]).incidents
    assert "eval.php" in incident.title


def test_client_with_a_wrong_address_is_an_incident_beside_scanners() -> None:
    rows = [*started(0), *(request(5 + n) for n in range(20))]
    rows += [request(10 + n, f"/probe{n}.php", 404) for n in range(6)]
    rows += [request(10 + n, "/events", 404, method="POST") for n in range(30)]
    (incident,) = diagnose(rows).incidents
    assert "/events" in incident.title


def balanced(at: float, path: str, status: int, details: str) -> Log:
    """Return a request that a load balancer logged."""
    row = request(at, path, status, instance="")
    row |= {
        "logName": "projects/demo-project/logs/requests",
        "resource": {"type": "http_load_balancer", "labels": {"project_id": "demo-project", "backend_service_name": "shop"}},
        "jsonPayload": {"statusDetails": details},
    }  # fmt: skip
    return row


def test_callers_that_a_policy_slows_down_are_no_incident() -> None:
    rows = [*started(0), *(request(5 + n, "/orders") for n in range(90))]
    slowed = [balanced(30 + n, "/orders/7", 429, "throttled_by_security_policy") for n in range(12)]
    found = diagnose([*rows, *slowed])
    assert found.verdict == "ready"
    assert {incident.severity for incident in found.incidents} <= {"P2"}
    platform = [request(30 + n, "/orders/7", 429, instance="", text=NO_INSTANCE) for n in range(12)]
    assert only(diagnose([*rows, *platform])).severity == "P1"


@pytest.mark.parametrize(("path", "verdict"), [("/assets/app-9a.js", "ready"), ("/orders", "degraded")])
def test_files_of_an_older_build_that_are_gone_are_no_incident(path: str, verdict: str) -> None:
    rows = [*started(0), *(request(5 + n, path) for n in range(20)), *(request(5 + n) for n in range(90))]
    gone = [request(40 + n, path, 404) for n in range(12)]
    assert diagnose([*rows, *gone]).verdict == verdict


def test_requests_that_are_refused_more_often_than_not_are_told() -> None:
    rows = [*started(0), *(request(5 + n, "/events") for n in range(6))]
    for n in range(9):
        rows += [
            request(40 + n, "/events", 400),
            printed(40.05 + n, "cannot decode event 9: unknown schema 88"),
        ]
    found = diagnose(rows)
    assert [(incident.severity, "schema" in incident.title) for incident in found.incidents] == [("P2", True)]
    assert found.verdict == "ready"
    assert not diagnose([*rows, *(request(60 + n, "/events") for n in range(6))]).incidents


@pytest.mark.parametrize(("status", "verdict"), [(501, "ready"), (505, "ready"), (500, "degraded")])
def test_methods_that_nothing_implements_are_refused_as_scanners_ask(status: int, verdict: str) -> None:
    rows = [*started(0), *(request(5 + n) for n in range(90))]
    asked = [request(20 + n, status=status, method="PROPFIND") for n in range(4)]
    assert diagnose([*rows, *asked]).verdict == verdict
    said = [
        printed(20.05 + n, "tariffs: the other side has no service Tariffs", severity="ERROR")
        for n in range(4)
    ]
    assert diagnose([*rows, *asked, *said]).verdict == "degraded"


def test_requests_that_a_load_balancer_can_no_longer_route_have_failed() -> None:
    rows = [*started(0), *(request(5 + n) for n in range(20))]
    lost = [balanced(40 + n, "/guide", 404, "serverless_neg_routing_failed") for n in range(12)]
    assert diagnose([*rows, *lost]).verdict == "degraded"
    assert diagnose([*rows, *lost, request(60)]).verdict == "ready"


def test_few_requests_that_memory_ended_are_more_than_a_share() -> None:
    text = (
        "While handling this request, the container instance was found to be using too much memory and was "
        "terminated."
    )
    rows = [request(5 + n, "/list") for n in range(300)]
    assert diagnose([*rows, request(60, "/draw", 503, text=text)]).verdict == "degraded"
    assert diagnose([*rows, request(60, "/draw", 503)]).verdict == "ready"


def test_refusals_do_not_follow_from_instances_that_ended() -> None:
    text = 'LIVENESS HTTP probe failed 3 times consecutively for container "shop-1" on port 8080. The instance has been shut down.'
    rows = [*started(0), *(request(5 + n) for n in range(90))]
    scans = [request(10 + 3 * n, "/.env", 404) for n in range(12)]
    ended = [system(100 + n, text, "ERROR", instance=f"i{n}") for n in range(3)]
    incident = next(i for i in diagnose([*rows, *scans, *ended]).incidents if "liveness" in i.title)
    assert incident.symptoms == []
    assert incident.first_seen.startswith("2031-04-05T06:01:40")
