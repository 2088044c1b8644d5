"""Validations that meet: one after another, at several places, or at once on one instance."""

from tests.runs.logs import CHECKS, Words, runs, said, validation


def test_runs_that_overlap_on_one_instance_are_marked_and_paired_by_the_time_they_took() -> None:
    long = validation(0, down=["agent_supervisor"], environment="production")
    late = [log | {"timestamp": log["timestamp"].replace("08:00:0", "08:00:1")} for log in long[-3:]]
    words = Words("beta-15", "production")
    late[0] = said(12.0, words.verdict(["agent_supervisor"], 12.0)[0])
    late[1] = said(12.01, "   Failed services: agent_supervisor")
    late[2] = said(12.02, "   WebSocket connections should be rejected to prevent 1011 errors")
    short = validation(4.0, environment="production")
    first, second = runs(long[:-3], short, late)
    assert first.overlaps
    assert second.overlaps
    assert (first.verdict, first.failed_checks, first.elapsed) == ("not_ready", ["agent_supervisor"], 12.02)
    assert (second.verdict, second.failed_checks, second.noncritical_failed) == ("ready", [], [])


def test_warnings_of_runs_that_overlap_are_told_once() -> None:
    one = validation(0, down=["redis"])
    two = validation(0.05, down=["redis"])
    for run in runs(one, two):
        assert (run.overlaps, run.verdict, run.noncritical_failed) == (True, "degraded", ["redis"])


def test_a_run_without_its_head_that_is_still_open_overlaps_with_the_next() -> None:
    headless = validation(-9, down=["agent_supervisor"])[8:]
    moved = [log | {"timestamp": said(0.05 + n * 0.3, "")["timestamp"]} for n, log in enumerate(headless)]
    first, second = runs(moved, validation(0.1), kind="validation")
    assert (first.verdict, first.complete, first.overlaps) == ("not_ready", False, True)
    assert (second.verdict, second.complete, second.overlaps) == ("ready", True, True)


def test_two_validations_on_one_instance_one_after_the_other_are_two_runs() -> None:
    first, second = runs(validation(0, down=["agent_supervisor"]), validation(10))
    assert [first.verdict, second.verdict] == ["not_ready", "ready"]
    assert not first.overlaps
    assert not second.overlaps


def test_instances_that_interleave_are_told_apart() -> None:
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


def test_revisions_and_services_are_told_apart_without_an_instance() -> None:
    old = validation(
        0, down=["redis"], environment="production", instance="", revision="netra-backend-00001-abc"
    )
    new = validation(0.05, instance="", revision="netra-backend-00002-abc")
    other = validation(0.02, instance="", revision="other", service="netra-backend-production")
    assert [run.verdict for run in runs(old, new, other)] == ["not_ready", "ready", "ready"]


def test_a_verdict_that_says_ready_is_of_another_run_than_a_critical_check_that_failed() -> None:
    logs = validation(0, down=["agent_supervisor"])
    failing = next(n for n, log in enumerate(logs) if "CRITICAL FAIL" in log["jsonPayload"]["message"])
    success = said(9, "[U+1F7E2] GCP WebSocket readiness validation SUCCESS (1.00s)")
    failed, ready = runs(logs[: failing + 1], [success])
    assert (failed.verdict, failed.failed_checks, failed.complete) == (
        "not_ready",
        ["agent_supervisor"],
        False,
    )
    assert (ready.verdict, ready.failed_checks, ready.complete) == ("ready", [], False)
