"""Instances that were told to stop."""

import pytest

from tests.failures.entries import diagnose, lines, printed, request, started, system
from tests.failures.test_incidents import EXIT


@pytest.mark.parametrize(
    "said",
    [
        "npm error path /app\nnpm error command failed\nnpm error signal SIGTERM\nnpm error command sh -c node server.js",
        'error Command failed with signal "SIGTERM".',
        'error: script "start" was terminated by signal SIGTERM (Polite quit request)',
    ],
)
def test_stop_that_a_package_manager_reports_as_its_failure_is_none(said: str) -> None:
    stop = [*lines(9, said), system(9.5, EXIT, "WARNING")]
    assert diagnose([*started(0), request(5), *stop]).verdict == "ready"
    crash = [printed(9, "npm error code ELIFECYCLE"), system(9.5, EXIT, "WARNING")]
    assert diagnose([*started(0), request(5), *crash]).verdict == "degraded"
