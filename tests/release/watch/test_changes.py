"""Verdict changes are reported once, with before, after, scope and cause."""

from tests.release.watch.updates import watch_update
from tests.runs.logs import REVISION, SERVICE, log_line, platform, rejected, validation
from triage.models import VerdictChange
from triage.release.watch import find_changes

NEW = "netra-backend-staging-00042-abc"


def verdict_changes(found: list[VerdictChange]) -> list[tuple[str | None, str]]:
    return [(change.before, change.after) for change in found]


def test_the_first_update_reports_the_service_verdict() -> None:
    (change,) = find_changes(None, watch_update(validation(0)))
    assert (change.before, change.after, change.service) == (None, "ready", SERVICE)
    assert (change.revisions, change.instances) == ([], [])
    assert change.cause.startswith("the readiness validation that ended at ")


def test_nothing_is_reported_without_a_change() -> None:
    ready = watch_update(validation(0))
    assert find_changes(ready, watch_update(validation(0), log_line(5, "chatter"))) == []
    assert find_changes(ready, watch_update(validation(0), validation(20))) == []


def test_a_service_that_fails_is_one_change_with_its_revision_instance_and_cause() -> None:
    before = watch_update(validation(0))
    (change,) = find_changes(before, watch_update(validation(0), validation(20, down=["agent_supervisor"])))
    assert (change.before, change.after) == ("ready", "not_ready")
    assert (change.service, change.revisions, change.instances) == (SERVICE, [REVISION], ["i1"])
    assert "agent" in change.cause.lower()


def test_each_new_verdict_is_its_own_change() -> None:
    before = watch_update(validation(0), validation(1, instance="i2", down=["agent_supervisor"]))
    after = watch_update(
        validation(0),
        validation(1, instance="i2", down=["agent_supervisor"]),
        validation(20, down=["agent_supervisor"]),
        validation(21, instance="i2"),
    )
    assert sorted(verdict_changes(find_changes(before, after))) == [
        ("not_ready", "ready"),
        ("ready", "not_ready"),
    ]


def test_a_new_revision_is_reported() -> None:
    before = watch_update(validation(0))
    after = watch_update(
        validation(0), platform(20, "Starting new instance. Reason: DEPLOYMENT_ROLLOUT - x", revision=NEW)
    )
    (change,) = find_changes(before, after)
    assert (change.before, change.after, change.revisions) == (None, "inconclusive", [NEW])
    assert change.cause == "its first lines"


def test_a_failing_instance_is_reported_with_its_own_run() -> None:
    before = watch_update(validation(0))
    after = watch_update(validation(0), validation(1, instance="i2"))
    (change,) = find_changes(before, after)
    assert (change.before, change.after, change.instances) == (None, "ready", ["i2"])
    assert change.cause.startswith("its validation that ended at 2026-03-01 08:00:")
    assert change.cause.endswith(" is ready")


def test_requests_that_the_header_check_refuses_change_no_verdict() -> None:
    before = watch_update(validation(0))
    assert find_changes(before, watch_update(validation(0), rejected(20, path="/ws/health"))) == []


def test_a_service_without_entries_is_reported() -> None:
    (change,) = find_changes(None, watch_update())
    assert (change.after, change.cause) == ("no_data", "there are no lines of it")
