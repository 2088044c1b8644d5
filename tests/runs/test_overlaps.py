"""Consecutive, parallel and overlapping validations."""

from tests.runs.logs import CHECKS, ValidatorLines, log_line, runs, validation


def test_overlapping_runs_are_marked_and_paired_by_duration() -> None:
    long = validation(0, down=["agent_supervisor"], environment="production")
    late = [log | {"timestamp": log["timestamp"].replace("08:00:0", "08:00:1")} for log in long[-3:]]
    words = ValidatorLines("beta-15", "production")
    late[0] = log_line(12.0, words.verdict(["agent_supervisor"], 12.0)[0])
    late[1] = log_line(12.01, "   Failed services: agent_supervisor")
    late[2] = log_line(12.02, "   WebSocket connections should be rejected to prevent 1011 errors")
    short = validation(4.0, environment="production")
    first, second = runs(long[:-3], short, late)
    assert first.overlaps
    assert second.overlaps
    assert (first.verdict, first.failed_checks, first.elapsed) == ("not_ready", ["agent_supervisor"], 12.02)
    assert (second.verdict, second.failed_checks, second.noncritical_failed) == ("ready", [], [])


def test_warnings_of_overlapping_runs_are_reported_once() -> None:
    one = validation(0, down=["redis"])
    two = validation(0.05, down=["redis"])
    for run in runs(one, two):
        assert (run.overlaps, run.verdict, run.noncritical_failed) == (True, "degraded", ["redis"])


def test_open_run_without_its_start_overlaps_with_the_next() -> None:
    headless = validation(-9, down=["agent_supervisor"])[8:]
    moved = [log | {"timestamp": log_line(0.05 + n * 0.3, "")["timestamp"]} for n, log in enumerate(headless)]
    first, second = runs(moved, validation(0.1), kind="validation")
    assert (first.verdict, first.complete, first.overlaps) == ("not_ready", False, True)
    assert (second.verdict, second.complete, second.overlaps) == ("ready", True, True)


def test_consecutive_validations_are_two_runs() -> None:
    first, second = runs(validation(0, down=["agent_supervisor"]), validation(10))
    assert [first.verdict, second.verdict] == ["not_ready", "ready"]
    assert not first.overlaps
    assert not second.overlaps


def test_interleaved_instances_are_separate() -> None:
    names = [f"instance-{number}" for number in range(40)]
    down = {name: [*CHECKS][number % 7 : number % 7 + 1] for number, name in enumerate(names)}
    many = runs(
        *(
            validation(n / 100, down=down[name], environment="production", instance=name)
            for n, name in enumerate(names)
        )
    )
    assert {run.instance: run.failed_checks for run in many} == down
    assert not any(run.overlaps for run in many)


def test_revisions_and_services_are_separate_without_an_instance() -> None:
    old = validation(
        0, down=["redis"], environment="production", instance="", revision="netra-backend-00001-abc"
    )
    new = validation(0.05, instance="", revision="netra-backend-00002-abc")
    other = validation(0.02, instance="", revision="other", service="netra-backend-production")
    assert [run.verdict for run in runs(old, new, other)] == ["not_ready", "ready", "ready"]


def test_ready_verdict_belongs_to_a_run_without_failed_critical_checks() -> None:
    logs = validation(0, down=["agent_supervisor"])
    failing = next(n for n, log in enumerate(logs) if "CRITICAL FAIL" in log["jsonPayload"]["message"])
    success = log_line(9, "[U+1F7E2] GCP WebSocket readiness validation SUCCESS (1.00s)")
    failed, ready = runs(logs[: failing + 1], [success])
    assert (failed.verdict, failed.failed_checks, failed.complete) == (
        "not_ready",
        ["agent_supervisor"],
        False,
    )
    assert (ready.verdict, ready.failed_checks, ready.complete) == ("ready", [], False)
