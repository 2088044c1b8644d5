"""A boot runs from the start of an instance to ready, exit or the end of the log."""

import pytest

from tests.runs.logs import (
    SMD,
    Log,
    at,
    log_line,
    platform,
    request,
    runs,
    text_line,
    validation,
)
from triage.models import Run

BORN = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."
PROBED = 'Default STARTUP TCP probe succeeded after 1 attempt for container "netra-backend-staging-1" on port 8000.'
PROBE_FAILED = 'Default STARTUP TCP probe failed 1 time consecutively for container "shop-1" on port 8080. The instance was not started.'
READY = "Application startup complete."
TRACEBACK = 'Traceback (most recent call last):\n  File "/usr/lib/gunicorn/arbiter.py", line 609, in spawn_worker\n  File "/app/main.py", line 3, in <module>\n    import billing\nModuleNotFoundError: No module named \'billing\''


def boots(*logs: Log | list[Log]) -> list[Run]:
    """Return the boots of an export."""
    return runs(*logs, kind="boot")


def outcomes(*logs: Log | list[Log]) -> list[tuple[str, str | None, bool]]:
    """Return verdict, condition and completeness of every boot."""
    return [(run.verdict, run.condition, run.complete) for run in boots(*logs)]


def birth(start: float = 0, **place: str) -> list[Log]:
    """Return the lines up to the first worker."""
    return [
        platform(start, BORN, **place),
        text_line(start + 1, "[2026-03-01 08:00:01 +0000] [1] [INFO] Starting gunicorn 23.0.0", **place),
        text_line(
            start + 1.01,
            "[2026-03-01 08:00:01 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)",
            **place,
        ),
        platform(start + 1.1, PROBED, **place),
        text_line(start + 1.2, "[2026-03-01 08:00:01 +0000] [7] [INFO] Booting worker with pid: 7", **place),
    ]


def broken_worker(start: float, **place: str) -> list[Log]:
    """Return what a worker that cannot import the application leaves behind, up to the exit."""
    return [
        text_line(start, "[2026-03-01 08:00:02 +0000] [7] [ERROR] Exception in worker process", **place),
        text_line(start + 0.01, TRACEBACK, severity="ERROR", **place),
        text_line(start + 0.02, "[2026-03-01 08:00:02 +0000] [7] [INFO] Worker exiting (pid: 7)", **place),
        text_line(
            start + 0.1, "[2026-03-01 08:00:02 +0000] [1] [ERROR] Worker (pid:7) exited with code 3", **place
        ),
        text_line(start + 0.11, "[2026-03-01 08:00:02 +0000] [1] [ERROR] Shutting down: Master", **place),
        text_line(
            start + 0.12, "[2026-03-01 08:00:02 +0000] [1] [ERROR] Reason: Worker failed to boot.", **place
        ),
        platform(start + 0.3, "Container called exit(3).", severity="WARNING", **place),
    ]


def database_timeout(start: float, **place: str) -> list[Log]:
    """Return what the startup prints when the database does not answer."""
    error = "Database initialization timeout after 18.0s in staging environment. This may indicate Cloud SQL connection issues."
    return [
        log_line(start, f" FAIL:  PHASE FAILED: DATABASE - {error}", SMD, severity="ERROR", **place),
        log_line(
            start + 0.01, "[U+1F4A5] DETERMINISTIC STARTUP SEQUENCE FAILED", SMD, severity="CRITICAL", **place
        ),
        log_line(start + 0.02, " FAIL:  Failed at Phase: DATABASE", SMD, severity="CRITICAL", **place),
        log_line(
            start + 0.03,
            f"DETERMINISTIC STARTUP FAILURE: CRITICAL STARTUP FAILURE: {error}",
            "logging",
            **place,
        ),
        log_line(start + 0.2, "Application startup failed. Exiting.", "logging", severity="ERROR", **place),
        platform(start + 0.5, "Container called exit(3).", severity="WARNING", **place),
    ]


def test_successful_boot_is_ready() -> None:
    assert outcomes([*birth(), text_line(4, READY)]) == [("ready", None, True)]


def test_boot_without_its_end_is_unknown() -> None:
    assert outcomes(birth()) == [("unknown", None, False)]


def test_port_probe_is_not_readiness() -> None:
    (run,) = boots([*birth(), *broken_worker(2)])
    assert (run.verdict, run.condition) == ("not_ready", "boot_failure")
    assert [step.outcome for step in run.steps if step.step == "listening"] == ["passed", "passed"]


def test_server_start_inside_a_boot_is_the_same_boot() -> None:
    (run,) = boots(birth())
    assert (run.started, [step.step for step in run.steps].count("born")) == (at(0), 2)


def test_import_error_of_a_worker_is_a_failed_boot_without_a_check() -> None:
    (run,) = boots([*birth(), *broken_worker(2)])
    assert (run.verdict, run.condition, run.failed_checks, run.complete) == (
        "not_ready",
        "boot_failure",
        [],
        True,
    )


def test_aborted_startup_names_the_check_of_its_phase() -> None:
    (run,) = boots([*birth(), *database_timeout(20)])
    assert (run.verdict, run.condition, run.failed_checks) == ("not_ready", "startup_failure", ["database"])


@pytest.mark.parametrize("status", [0, 1])
@pytest.mark.parametrize("order", [(0.0, 0.008), (0.008, 0.0)])
def test_exit_and_the_probe_that_fails_by_it_are_one_boot(order: tuple[float, float], status: int) -> None:
    exit_at, probe_at = order
    (boot,) = boots(
        platform(0, BORN),
        platform(2 + exit_at, f"Container called exit({status}).", severity="WARNING"),
        platform(2 + probe_at, PROBE_FAILED, severity="ERROR"),
    )
    assert (boot.verdict, len(boot.steps)) == ("not_ready", 3)


@pytest.mark.parametrize("statuses", [(1, 1), (0, 1), (1, 0)])
def test_exits_of_two_containers_of_an_instance_are_one_boot(statuses: tuple[int, int]) -> None:
    first, second = statuses
    (boot,) = boots(
        platform(0, BORN),
        platform(2, f"Container called exit({first}).", severity="WARNING"),
        platform(2.01, f"Container called exit({second}).", severity="WARNING"),
        platform(2.02, PROBE_FAILED, severity="ERROR"),
    )
    assert (boot.verdict, len(boot.steps)) == ("not_ready", 4)


def test_exits_without_an_instance_are_separate_boots() -> None:
    exits = [
        platform(2 + 0.01 * n, "Container called exit(1).", severity="WARNING", instance="") for n in (0, 1)
    ]
    assert [boot.verdict for boot in boots(exits)] == ["not_ready", "not_ready"]


def test_probe_of_another_instance_is_another_boot() -> None:
    found = boots(
        platform(0, BORN, instance="a1"),
        platform(2, "Container called exit(1).", severity="WARNING", instance="a1"),
        platform(2.01, PROBE_FAILED, severity="ERROR", instance="b2"),
    )
    assert sorted(boot.instance for boot in found) == ["a1", "b2"]


def test_start_behind_an_exit_is_a_boot_of_its_own() -> None:
    first, second = boots(
        platform(0, BORN),
        platform(2, "Container called exit(1).", severity="WARNING"),
        platform(2.5, BORN),
        platform(4, "Container called exit(1).", severity="WARNING"),
        platform(4.01, PROBE_FAILED, severity="ERROR"),
    )
    assert ([step.step for step in first.steps], len(second.steps)) == (["born", "died"], 3)


@pytest.mark.parametrize(
    "stop", [[], [platform(999, "Shutting down user disabled instance", service="parcel-api")]]
)
@pytest.mark.parametrize("status", [0, 1])
def test_exit_of_an_instance_that_serves_is_no_boot_without_a_chain(stop: list[Log], status: int) -> None:
    (boot,) = boots(
        platform(0, BORN, service="parcel-api"),
        platform(3, PROBED, service="parcel-api"),
        stop,
        platform(1000, f"Container called exit({status}).", severity="WARNING", service="parcel-api"),
    )
    assert (boot.verdict, boot.elapsed) == ("ready", 3.0)


@pytest.mark.parametrize("ready", [[text_line(2, READY)], []])
def test_exit_behind_a_shutdown_is_no_boot(ready: list[Log]) -> None:
    (boot,) = boots(
        platform(0, BORN),
        ready,
        platform(100, "Shutting down user disabled instance"),
        platform(101, "Container called exit(1).", severity="WARNING"),
    )
    assert boot.verdict == ("ready" if ready else "unknown")


def test_passed_probe_is_ready_where_no_chain_is_known() -> None:
    (boot,) = boots(
        platform(0, BORN, service="parcel-api"),
        platform(3, PROBED, service="parcel-api"),
        platform(200, "Shutting down user disabled instance", service="parcel-api"),
    )
    assert (boot.verdict, boot.elapsed, boot.complete) == ("ready", 3.0, True)
    (crashed,) = boots(
        platform(0, BORN, service="parcel-api"),
        platform(3, PROBED, service="parcel-api"),
        platform(4, "Container called exit(1).", severity="WARNING", service="parcel-api"),
    )
    assert crashed.verdict == "not_ready"


def test_startup_failure_takes_precedence_over_worker_exit() -> None:
    (run,) = boots([*birth(), *database_timeout(20)[:-1], *broken_worker(20.6)[3:]])
    assert run.condition == "startup_failure"


@pytest.mark.parametrize(
    ("phase", "check"), [("DATABASE", ["database"]), ("CACHE", ["redis"]), ("SERVICES", [])]
)
def test_startup_phase_maps_to_its_check(phase: str, check: list[str]) -> None:
    (run,) = boots([*birth(), log_line(3, f" FAIL:  PHASE FAILED: {phase} - no answer (after 1.0s)", SMD)])
    assert (run.failed_checks, run.condition) == (check, "startup_failure")


def test_boot_loop_is_one_boot_per_instance_start() -> None:
    loop = [log for n in range(12) for log in (*birth(n * 8), *broken_worker(n * 8 + 2))]
    assert outcomes(loop) == [("not_ready", "boot_failure", True)] * 12


def test_interleaved_boots_are_separate_by_instance() -> None:
    places = [{"instance": f"i{number}"} for number in range(25)]
    logs = [
        log
        for n, place in enumerate(places)
        for log in (*birth(n / 3, **place), *broken_worker(n / 3 + 2, **place))
    ]
    assert outcomes(logs) == [("not_ready", "boot_failure", True)] * 25


def test_boot_loop_without_instance_ids_is_split_by_exits() -> None:
    loop = [log for n in range(5) for log in broken_worker(n * 8, instance="")]
    assert outcomes(loop) == [("not_ready", "boot_failure", False)] * 5


def test_failures_without_an_exit_are_one_boot_until_repeated() -> None:
    once = broken_worker(0)[:-1]
    assert len(boots(once)) == 1
    assert len(boots([*once, *broken_worker(8)[:-1], *broken_worker(16)[:-1]])) == 3


def test_failure_repeated_by_two_loggers_is_one_boot() -> None:
    twice = [*database_timeout(20), *database_timeout(20.1)]
    assert len(boots([*birth(), *sorted(twice, key=lambda log: log["timestamp"])[:-2], twice[5]])) == 1


@pytest.mark.parametrize(("line", "verdict"), [
    ("Container called exit(0).", "unknown"),
    ("Container called exit(1).", "not_ready"),
    ("Container called exit(3).", "not_ready"),
    ("Container terminated on signal 9.", "not_ready"),
])  # fmt: skip
def test_exit_before_ready_fails_a_boot_unless_clean(line: str, verdict: str) -> None:
    assert [run.verdict for run in boots([*birth(), platform(3, line)])] == [verdict]


def test_several_workers_are_one_boot() -> None:
    workers = [text_line(1.3 + n / 10, f"[INFO] Booting worker with pid: {8 + n}") for n in range(3)]
    ready = [text_line(4 + n / 10, READY) for n in range(4)]
    assert outcomes([*birth(), *workers, *ready]) == [("ready", None, True)]


def test_serving_instance_that_exits_is_not_a_failed_boot() -> None:
    logs = [
        *birth(),
        text_line(4, READY),
        request(60, "/health", 200),
        platform(600, "Container called exit(1)."),
    ]
    assert outcomes(logs) == [("ready", None, True)]


def test_replaced_worker_of_a_serving_instance_is_not_a_boot() -> None:
    logs = [
        *birth(),
        text_line(4, READY),
        text_line(300, "[INFO] Booting worker with pid: 9"),
        text_line(302, READY),
    ]
    assert outcomes(logs) == [("ready", None, True)]


def test_restart_inside_one_instance_is_a_separate_boot() -> None:
    restarted = [
        text_line(300, "[2026-03-01 08:05:00 +0000] [1] [INFO] Starting gunicorn 23.0.0"),
        text_line(303, READY),
    ]
    assert outcomes([*birth(), text_line(4, READY), *restarted]) == [("ready", None, True)] * 2


def test_serving_instance_with_a_failing_new_worker_fails() -> None:
    logs = [
        *birth(),
        text_line(4, READY),
        text_line(300, "[INFO] Booting worker with pid: 9"),
        *broken_worker(301),
    ]
    assert outcomes(logs) == [("ready", None, True), ("not_ready", "boot_failure", False)]


def test_exception_of_a_serving_instance_is_not_a_boot() -> None:
    lazy = "Traceback (most recent call last):\n  File \"/app/route.py\", line 8, in answer\n    import billing\nModuleNotFoundError: No module named 'billing'"
    up = [*birth(), text_line(4, READY)]
    assert outcomes([*up, text_line(90, lazy, severity="ERROR")]) == [("ready", None, True)]
    assert outcomes([*validation(0), text_line(90, lazy, severity="ERROR")]) == []
    assert outcomes([text_line(90, lazy, severity="ERROR")]) == []


def test_startup_failure_without_start_and_end_is_reported() -> None:
    (run,) = boots(database_timeout(20)[2:4])
    assert (run.verdict, run.condition, run.failed_checks, run.complete) == (
        "not_ready",
        "startup_failure",
        ["database"],
        False,
    )


def test_boot_ends_at_the_next_start_without_instance_id() -> None:
    assert [
        run.verdict
        for run in boots([*birth(0, instance=""), *birth(30, instance=""), text_line(34, READY, instance="")])
    ] == ["unknown", "ready"]


def test_validation_inside_a_boot_is_a_separate_run() -> None:
    step = log_line(2, "  Step 22: Validating GCP WebSocket readiness...", SMD)
    boot, validated = runs([*birth(), step, *validation(2.1), text_line(9, READY)])
    assert (boot.kind, boot.verdict) == ("boot", "ready")
    assert (validated.kind, validated.verdict) == ("validation", "ready")


def test_failed_check_that_aborts_startup_is_named_in_both_runs() -> None:
    error = (
        "GCP WebSocket readiness validation failed. Failed services: [redis]. State: failed. Elapsed: 6.98s."
    )
    down = validation(2, down=["redis"], environment="production", version="beta-11")
    end = [
        log_line(4, " FAIL:  Failed at Phase: WEBSOCKET", SMD, severity="CRITICAL"),
        log_line(4.01, f" FAIL:  Error: {error}", SMD, severity="CRITICAL"),
        log_line(
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


def test_platform_lines_match_only_in_the_platform_log() -> None:
    quoted = [
        text_line(1, BORN),
        text_line(2, "Container called exit(3)."),
        log_line(3, "Container called exit(3).", "chat"),
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
def test_server_lines_do_not_match_from_another_logger(line: str) -> None:
    assert runs(log_line(1, line, "netra_backend.app.chat")) == []
    assert runs(log_line(1, line, "logging"))
