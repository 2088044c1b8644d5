"""Every moment at which the platform, a server, a request or a deployment says that something failed."""

import pytest

from tests.failures.entries import (
    NO_INSTANCE,
    PROBE_FAILED,
    PROBE_PASSED,
    UNAVAILABLE,
    Log,
    deployment,
    printed,
    request,
    system,
)
from tests.failures.entries import point as point_of

TIMEOUT = "The request has been terminated because it has reached the maximum request timeout."
TRUNCATED = "Truncated response body. Usually implies that the request timed out or the application exited before the response was finished."
MALFORMED = UNAVAILABLE


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (system(0, "Container called exit(1).", "WARNING"), "exit"),
        (system(0, "Container called exit(137).", "WARNING"), "exit"),
        (system(0, "Uncaught signal: 11, pid=1, tid=1, fault_addr=0."), "signal"),
        (system(0, "Container terminated on signal 9."), "signal"),
        (
            system(
                0,
                "terminated: Application failed to start: failed to load /srv/shop: exec format error",
                "ERROR",
            ),
            "terminated",
        ),
        (
            system(0, "Memory limit of 256 MiB exceeded with 271 MiB used. Consider increasing it.", "ERROR"),
            "memory",
        ),
        (system(0, PROBE_FAILED.format("DEADLINE_EXCEEDED"), "ERROR"), "startup_probe"),
        (system(0, PROBE_FAILED.format("CANCELLED"), "ERROR"), "startup_probe"),
        (system(0, PROBE_FAILED.format("ERROR_CONNECTION_FAILED"), "ERROR"), "startup_probe"),
        (
            system(
                0,
                'LIVENESS HTTP probe failed 3 times consecutively for container "shop-1" on port 8080. The instance has been shut down.',
                "ERROR",
            ),
            "liveness_probe",
        ),
        (request(0, status=500), "request"),
        (request(0, status=503, text=MALFORMED), "request"),
        (request(0, status=504, text=TIMEOUT, latency=300), "request"),
        (request(0, status=504, latency=300), "request"),
        (request(0, status=429, text=NO_INSTANCE), "request"),
        (request(0, status=200, text=TRUNCATED), "request"),
        (
            request(
                0,
                status=403,
                text="The request was not authenticated. Either allow unauthenticated invocations or set the proper Authorization header.",
            ),
            "request",
        ),
        (
            deployment(
                0,
                "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout.",
            ),
            "deployment",
        ),
        (
            system(
                0,
                "Terminating task because it has reached the maximum timeout of 60 seconds.",
                "ERROR",
                kind="cloud_run_job",
            ),
            "task",
        ),
    ],
)
def test_failure_is_found(entry: Log, kind: str) -> None:
    found = point_of(entry)
    assert found is not None
    assert found.kind == kind
    assert not found.orderly


def test_request_with_a_text_keeps_its_status_and_its_span() -> None:
    found = point_of(request(0, "/orders", 503, text=MALFORMED, latency=2.5))
    assert found is not None
    assert (found.status, found.path) == (503, "/orders")
    assert found.end - found.start == 2_500_000_000


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_status_that_an_application_returns_by_itself_is_a_refusal(status: int) -> None:
    found = point_of(request(0, status=status))
    assert found is not None
    assert found.is_refusal


@pytest.mark.parametrize("text", ["Container called exit(0).", "Container called exit(143)."])
def test_stop_that_was_asked_for_is_orderly(text: str) -> None:
    found = point_of(system(0, text, "WARNING"))
    assert found is None or found.orderly


@pytest.mark.parametrize(
    "entry",
    [
        request(0),
        request(0, status=304),
        system(0, PROBE_PASSED),
        system(0, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."),
        printed(0, "Container called exit(1), said the book"),
        printed(0, "ready"),
        deployment(0, ready=True),
    ],
)
def test_success_is_no_failure(entry: Log) -> None:
    assert point_of(entry) is None


def test_line_of_an_application_that_repeats_a_request_is_no_request() -> None:
    entry = printed(0, {"message": "done", "status": 500})
    entry["httpRequest"] = {"requestMethod": "GET", "requestUrl": "/", "status": 500}
    assert point_of(entry) is None
