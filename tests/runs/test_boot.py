"""A boot is an instance's start, from birth to ready, exit or the end of the log."""

import pytest

from tests.runs.logs import (
    SMD,
    Log,
    at,
    platform,
    printed,
    request,
    runs,
    said,
    validation,
)
from triage.models import Run

BORN = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."
PROBED = 'Default STARTUP TCP probe succeeded after 1 attempt for container "netra-backend-staging-1" on port 8000.'
READY = "Application startup complete."
TRACEBACK = 'Traceback (most recent call last):\n  File "/usr/lib/gunicorn/arbiter.py", line 609, in spawn_worker\n  File "/app/main.py", line 3, in <module>\n    import billing\nModuleNotFoundError: No module named \'billing\''


def boots(*logs: Log | list[Log]) -> list[Run]:
    """Return the boots of an export."""
    return runs(*logs, kind="boot")


def told(*logs: Log | list[Log]) -> list[tuple[str, str | None, bool]]:
    """Return verdict, condition and completeness of every boot."""
    return [(run.verdict, run.condition, run.complete) for run in boots(*logs)]


def birth(start: float = 0, **place: str) -> list[Log]:
    """Return the lines up to the first worker."""
    return [
        platform(start, BORN, **place),
        printed(start + 1, "[2026-03-01 08:00:01 +0000] [1] [INFO] Starting gunicorn 23.0.0", **place),
        printed(
            start + 1.01,
            "[2026-03-01 08:00:01 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)",
            **place,
        ),
        platform(start + 1.1, PROBED, **place),
        printed(start + 1.2, "[2026-03-01 08:00:01 +0000] [7] [INFO] Booting worker with pid: 7", **place),
    ]


def broken_worker(start: float, **place: str) -> list[Log]:
    """Return what a worker that cannot import the application leaves behind, up to the exit."""
    return [
        printed(start, "[2026-03-01 08:00:02 +0000] [7] [ERROR] Exception in worker process", **place),
        printed(start + 0.01, TRACEBACK, severity="ERROR", **place),
        printed(start + 0.02, "[2026-03-01 08:00:02 +0000] [7] [INFO] Worker exiting (pid: 7)", **place),
        printed(
            start + 0.1, "[2026-03-01 08:00:02 +0000] [1] [ERROR] Worker (pid:7) exited with code 3", **place
        ),
        printed(start + 0.11, "[2026-03-01 08:00:02 +0000] [1] [ERROR] Shutting down: Master", **place),
        printed(
            start + 0.12, "[2026-03-01 08:00:02 +0000] [1] [ERROR] Reason: Worker failed to boot.", **place
        ),
        platform(start + 0.3, "Container called exit(3).", severity="WARNING", **place),
    ]


def database_timeout(start: float, **place: str) -> list[Log]:
    """Return what the startup prints when the database does not answer."""
    error = "Database initialization timeout after 18.0s in staging environment. This may indicate Cloud SQL connection issues."
    return [
        said(start, f" FAIL:  PHASE FAILED: DATABASE - {error}", SMD, severity="ERROR", **place),
        said(
            start + 0.01, "[U+1F4A5] DETERMINISTIC STARTUP SEQUENCE FAILED", SMD, severity="CRITICAL", **place
        ),
        said(start + 0.02, " FAIL:  Failed at Phase: DATABASE", SMD, severity="CRITICAL", **place),
        said(
            start + 0.03,
            f"DETERMINISTIC STARTUP FAILURE: CRITICAL STARTUP FAILURE: {error}",
            "logging",
            **place,
        ),
        said(start + 0.2, "Application startup failed. Exiting.", "logging", severity="ERROR", **place),
        platform(start + 0.5, "Container called exit(3).", severity="WARNING", **place),
    ]


def test_a_birth_that_comes_up_is_ready() -> None:
    assert told([*birth(), printed(4, READY)]) == [("ready", None, True)]


def test_a_birth_whose_end_is_outside_the_logs_is_unknown() -> None:
    assert told(birth()) == [("unknown", None, False)]


def test_the_probe_of_the_port_is_not_readiness() -> None:
    (run,) = boots([*birth(), *broken_worker(2)])
    assert (run.verdict, run.condition) == ("not_ready", "boot_failure")
    assert [step.outcome for step in run.steps if step.step == "listening"] == ["passed", "passed"]


def test_the_server_that_starts_inside_an_instance_is_the_same_birth() -> None:
    (run,) = boots(birth())
    assert (run.started, [step.step for step in run.steps].count("born")) == (at(0), 2)


def test_a_worker_that_cannot_import_is_a_boot_failure_and_names_no_check() -> None:
    (run,) = boots([*birth(), *broken_worker(2)])
    assert (run.verdict, run.condition, run.failed_checks, run.complete) == (
        "not_ready",
        "boot_failure",
        [],
        True,
    )


def test_a_startup_that_gave_up_names_the_check_that_its_phase_stands_for() -> None:
    (run,) = boots([*birth(), *database_timeout(20)])
    assert (run.verdict, run.condition, run.failed_checks) == ("not_ready", "startup_failure", ["database"])


def test_a_startup_failure_is_the_deeper_word_than_the_worker_that_ends_of_it() -> None:
    (run,) = boots([*birth(), *database_timeout(20)[:-1], *broken_worker(20.6)[3:]])
    assert run.condition == "startup_failure"


@pytest.mark.parametrize(
    ("phase", "check"), [("DATABASE", ["database"]), ("CACHE", ["redis"]), ("SERVICES", [])]
)
def test_a_phase_stands_for_its_check(phase: str, check: list[str]) -> None:
    (run,) = boots([*birth(), said(3, f" FAIL:  PHASE FAILED: {phase} - no answer (after 1.0s)", SMD)])
    assert (run.failed_checks, run.condition) == (check, "startup_failure")


def test_a_boot_loop_is_as_many_boots_as_births() -> None:
    loop = [log for n in range(12) for log in (*birth(n * 8), *broken_worker(n * 8 + 2))]
    assert told(loop) == [("not_ready", "boot_failure", True)] * 12


def test_boots_of_many_instances_that_interleave_are_told_apart() -> None:
    places = [{"instance": f"i{number}"} for number in range(25)]
    logs = [
        log
        for n, place in enumerate(places)
        for log in (*birth(n / 3, **place), *broken_worker(n / 3 + 2, **place))
    ]
    assert told(logs) == [("not_ready", "boot_failure", True)] * 25


def test_a_boot_loop_without_births_and_instances_is_told_by_its_exits() -> None:
    loop = [log for n in range(5) for log in broken_worker(n * 8, instance="")]
    assert told(loop) == [("not_ready", "boot_failure", False)] * 5


def test_failures_without_an_exit_are_one_boot_until_they_are_said_again() -> None:
    once = broken_worker(0)[:-1]
    assert len(boots(once)) == 1
    assert len(boots([*once, *broken_worker(8)[:-1], *broken_worker(16)[:-1]])) == 3


def test_a_failure_that_two_loggers_repeat_at_once_is_one_boot() -> None:
    twice = [*database_timeout(20), *database_timeout(20.1)]
    assert len(boots([*birth(), *sorted(twice, key=lambda log: log["timestamp"])[:-2], twice[5]])) == 1


@pytest.mark.parametrize(("line", "verdict"), [
    ("Container called exit(0).", "unknown"),
    ("Container called exit(1).", "not_ready"),
    ("Container called exit(3).", "not_ready"),
    ("Container terminated on signal 9.", "not_ready"),
])  # fmt: skip
def test_an_exit_before_ready_fails_a_boot_unless_it_is_clean(line: str, verdict: str) -> None:
    assert [run.verdict for run in boots([*birth(), platform(3, line)])] == [verdict]


def test_several_workers_are_one_boot() -> None:
    workers = [printed(1.3 + n / 10, f"[INFO] Booting worker with pid: {8 + n}") for n in range(3)]
    ready = [printed(4 + n / 10, READY) for n in range(4)]
    assert told([*birth(), *workers, *ready]) == [("ready", None, True)]


def test_an_instance_that_serves_and_dies_is_no_failed_boot() -> None:
    logs = [
        *birth(),
        printed(4, READY),
        request(60, "/health", 200),
        platform(600, "Container called exit(1)."),
    ]
    assert told(logs) == [("ready", None, True)]


def test_a_worker_that_a_serving_instance_replaces_is_no_boot() -> None:
    logs = [
        *birth(),
        printed(4, READY),
        printed(300, "[INFO] Booting worker with pid: 9"),
        printed(302, READY),
    ]
    assert told(logs) == [("ready", None, True)]


def test_a_restart_inside_one_instance_is_a_boot_of_its_own() -> None:
    restarted = [
        printed(300, "[2026-03-01 08:05:00 +0000] [1] [INFO] Starting gunicorn 23.0.0"),
        printed(303, READY),
    ]
    assert told([*birth(), printed(4, READY), *restarted]) == [("ready", None, True)] * 2


def test_a_serving_instance_whose_new_worker_cannot_boot_fails() -> None:
    logs = [
        *birth(),
        printed(4, READY),
        printed(300, "[INFO] Booting worker with pid: 9"),
        *broken_worker(301),
    ]
    assert told(logs) == [("ready", None, True), ("not_ready", "boot_failure", False)]


def test_an_exception_that_a_serving_instance_logs_is_no_boot() -> None:
    lazy = "Traceback (most recent call last):\n  File \"/app/route.py\", line 8, in answer\n    import billing\nModuleNotFoundError: No module named 'billing'"
    up = [*birth(), printed(4, READY)]
    assert told([*up, printed(90, lazy, severity="ERROR")]) == [("ready", None, True)]
    assert told([*validation(0), printed(90, lazy, severity="ERROR")]) == []
    assert told([printed(90, lazy, severity="ERROR")]) == []


def test_a_startup_failure_is_told_though_only_its_middle_is_in_the_logs() -> None:
    (run,) = boots(database_timeout(20)[2:4])
    assert (run.verdict, run.condition, run.failed_checks, run.complete) == (
        "not_ready",
        "startup_failure",
        ["database"],
        False,
    )


def test_a_boot_ends_where_the_next_instance_of_no_name_is_born() -> None:
    assert [
        run.verdict
        for run in boots([*birth(0, instance=""), *birth(30, instance=""), printed(34, READY, instance="")])
    ] == ["unknown", "ready"]


def test_a_validation_inside_a_boot_is_a_run_of_its_own() -> None:
    step = said(2, "  Step 22: Validating GCP WebSocket readiness...", SMD)
    boot, validated = runs([*birth(), step, *validation(2.1), printed(9, READY)])
    assert (boot.kind, boot.verdict) == ("boot", "ready")
    assert (validated.kind, validated.verdict) == ("validation", "ready")


def test_a_failed_check_that_aborts_the_startup_names_it_in_both_runs() -> None:
    error = (
        "GCP WebSocket readiness validation failed. Failed services: [redis]. State: failed. Elapsed: 6.98s."
    )
    down = validation(2, down=["redis"], environment="production", vintage="beta-11")
    end = [
        said(4, " FAIL:  Failed at Phase: WEBSOCKET", SMD, severity="CRITICAL"),
        said(4.01, f" FAIL:  Error: {error}", SMD, severity="CRITICAL"),
        said(
            4.1,
            f"DETERMINISTIC STARTUP FAILURE: CRITICAL STARTUP FAILURE: {error}",
            "logging",
            severity="CRITICAL",
        ),
        platform(5, "Container called exit(3)."),
    ]
    boot, validated = runs([*birth(), *down, *end])
    assert (boot.condition, boot.failed_checks) == ("startup_failure", ["redis"])
    assert (validated.verdict, validated.failed_checks) == ("not_ready", ["redis"])


def test_lines_of_the_platform_are_believed_only_in_its_own_log() -> None:
    quoted = [
        printed(1, BORN),
        printed(2, "Container called exit(3)."),
        said(3, "Container called exit(3).", "chat"),
    ]
    assert runs(quoted) == []


@pytest.mark.parametrize(
    "line",
    [
        READY,
        "Application startup failed. Exiting.",
        "Reason: Worker failed to boot.",
        "Starting gunicorn 23.0.0",
    ],
)
def test_lines_of_the_server_are_not_believed_from_another_logger(line: str) -> None:
    assert runs(said(1, line, "netra_backend.app.chat")) == []
    assert runs(said(1, line, "logging"))
