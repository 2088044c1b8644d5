"""Instances that were told to stop."""

import pytest

from tests.failures.entries import REVISION, Log, diagnose, lines, log, printed, request, started, system
from tests.failures.test_incidents import EXIT


@pytest.mark.parametrize(
    "said",
    [
        "npm error path /app\nnpm error command failed\nnpm error signal SIGTERM\nnpm error command sh -c node server.js",
        'error Command failed with signal "SIGTERM".',
        "Received SIGTERM, shutting down gracefully",
        "SIGTERM signal received: closing HTTP server",
        'error: script "start" was terminated by signal SIGTERM (Polite quit request)',
    ],
)
def test_stop_that_a_package_manager_reports_as_its_failure_is_none(said: str) -> None:
    stop = [*lines(9, said), system(9.5, EXIT, "WARNING")]
    assert diagnose([*started(0), request(5), *stop]).verdict == "ready"
    worker = [printed(9, "[ERROR] Worker (pid:7) was sent SIGTERM!"), system(9.5, EXIT, "WARNING")]
    assert diagnose([*started(0), request(5), *worker]).verdict == "degraded"
    crash = [printed(9, "npm error code ELIFECYCLE"), system(9.5, EXIT, "WARNING")]
    assert diagnose([*started(0), request(5), *crash]).verdict == "degraded"


@pytest.mark.parametrize(
    "said",
    ["SIGTERM received, finishing 3 jobs", "Handling signal: term", "signal: terminated", "Shutting down"],
)
def test_kill_of_what_was_told_to_end_is_no_failure(said: str) -> None:
    kill = system(19, "Container terminated on signal 9.", "WARNING")
    assert diagnose([*started(0), request(5), printed(9, said), kill]).verdict == "ready"
    assert diagnose([*started(0), request(5), printed(1, said), kill]).verdict == "degraded"
    assert diagnose([*started(0), request(5), printed(9, "rendering page 9"), kill]).verdict == "degraded"


def audited(at: float, name: str, method: str, resource: str, **status: str | int) -> Log:
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "run.googleapis.com",
        "methodName": method,
        "resourceName": f"namespaces/demo-project/{resource}",
        "status": status,
    }
    return log(at, f"cloudaudit.googleapis.com/{name}", protoPayload=payload, instance="", revision="")


def test_deployment_that_was_refused_before_one_that_worked_is_over() -> None:
    conflict = "Conflict for resource 'shop': version '16' was specified but current version is '17'."
    called = "google.cloud.run.v1.Services.ReplaceService"
    refused = audited(20, "activity", called, "services/shop", code=10, message=conflict)
    ready = "Ready condition status changed to True for Revision shop-00007-abc."
    worked = audited(40, "system_event", "/Services.ReplaceService", f"revisions/{REVISION}", message=ready)
    rows = [*started(0), request(5), refused]
    assert diagnose(rows).verdict == "degraded"
    assert diagnose([*rows, worked, request(50)]).verdict == "ready"
