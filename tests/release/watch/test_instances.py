"""The status of each instance, and its last verdict."""

from tests.release.watch.updates import START, watch_update
from tests.runs.logs import platform, rejected, validation
from triage.models import InstanceStatus
from triage.window import NANOSECONDS, parse_timestamp

BORN = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."


def test_an_active_instance_has_the_status_of_its_running_run() -> None:
    (stands,) = watch_update(validation(0)[:-6], seconds=4).standings
    assert stands.going_on
    assert stands.decided is None
    assert stands.since == parse_timestamp(stands.run.ended)
    assert stands.run.steps[-1].at is not None


def test_a_silent_run_is_no_longer_active() -> None:
    assert [s.going_on for s in watch_update(platform(0, BORN), seconds=300).standings] == [True]
    assert [s.going_on for s in watch_update(platform(0, BORN), seconds=301).standings] == [False]


def test_a_verdict_stays_while_the_next_run_is_active() -> None:
    (stands,) = watch_update(validation(0), validation(20)[:-6], seconds=23).standings
    assert stands.going_on
    assert stands.verdict == "ready"


def test_a_ready_boot_and_a_refused_request_give_no_verdict() -> None:
    up = [
        platform(0, BORN),
        platform(1, "Default STARTUP TCP probe succeeded after 1 attempt for container."),
    ]
    (stands,) = watch_update(up, rejected(5, path="/ws/health"), seconds=9).standings
    assert stands.run.kind == "boot"
    assert stands.verdict is None


def test_active_instances_come_first_then_the_latest() -> None:
    found = watch_update(
        validation(0, instance="old"),
        validation(10, instance="new"),
        platform(-30, BORN, instance="starting"),
        seconds=20,
    ).standings
    assert [stands.instance for stands in found] == ["starting", "new", "old"]


def test_instances_of_the_same_name_at_two_revisions_are_two() -> None:
    found = watch_update(validation(0), validation(9, revision="netra-backend-staging-00042-abc")).standings
    assert [stands.revision[-9:] for stands in found] == ["00042-abc", "00041-kqx"]


def test_times_are_nanoseconds() -> None:
    stands: InstanceStatus = watch_update(platform(7, BORN), seconds=8).standings[0]
    assert stands.since == START + 7 * NANOSECONDS
