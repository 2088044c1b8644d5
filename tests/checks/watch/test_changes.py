"""What becomes another is told once: from what, to what, where, and by what cause."""

from tests.checks.watch.watches import watched
from tests.runs.logs import REVISION, SERVICE, platform, rejecting, said, validation
from triage.checks.watch import changes
from triage.models import Turn

NEW = "netra-backend-staging-00042-abc"


def turns(found: list[Turn]) -> list[tuple[str | None, str]]:
    return [(change.before, change.after) for change in found]


def test_the_first_moment_is_told_as_the_verdict_of_the_service() -> None:
    (change,) = changes(None, watched(validation(0)))
    assert (change.before, change.after, change.service) == (None, "ready", SERVICE)
    assert (change.revisions, change.instances) == ([], [])
    assert change.cause.startswith("the readiness validation that ended at ")


def test_nothing_is_told_where_nothing_has_changed() -> None:
    ready = watched(validation(0))
    assert changes(ready, watched(validation(0), said(5, "chatter"))) == []
    assert changes(ready, watched(validation(0), validation(20))) == []


def test_a_service_that_fails_is_one_change_with_its_revision_instance_and_cause() -> None:
    before = watched(validation(0))
    (change,) = changes(before, watched(validation(0), validation(20, down=["agent_supervisor"])))
    assert (change.before, change.after) == ("ready", "not_ready")
    assert (change.service, change.revisions, change.instances) == (SERVICE, [REVISION], ["i1"])
    assert "agent" in change.cause.lower()


def test_what_comes_to_another_verdict_is_another_change() -> None:
    before = watched(validation(0), validation(1, instance="i2", down=["agent_supervisor"]))
    after = watched(
        validation(0),
        validation(1, instance="i2", down=["agent_supervisor"]),
        validation(20, down=["agent_supervisor"]),
        validation(21, instance="i2"),
    )
    assert sorted(turns(changes(before, after))) == [("not_ready", "ready"), ("ready", "not_ready")]


def test_a_revision_that_appears_is_told() -> None:
    before = watched(validation(0))
    after = watched(
        validation(0), platform(20, "Starting new instance. Reason: DEPLOYMENT_ROLLOUT - x", revision=NEW)
    )
    (change,) = changes(before, after)
    assert (change.before, change.after, change.revisions) == (None, "inconclusive", [NEW])
    assert change.cause == "its first lines"


def test_an_instance_that_fails_beside_others_tells_its_own_run() -> None:
    before = watched(validation(0))
    after = watched(validation(0), validation(1, instance="i2"))
    (change,) = changes(before, after)
    assert (change.before, change.after, change.instances) == (None, "ready", ["i2"])
    assert change.cause.startswith("its validation that ended at 2026-03-01T08:00:")
    assert change.cause.endswith(" is ready")


def test_requests_that_the_header_check_refuses_change_no_verdict() -> None:
    before = watched(validation(0))
    assert changes(before, watched(validation(0), rejecting(20, path="/ws/health"))) == []


def test_a_service_without_lines_says_so() -> None:
    (change,) = changes(None, watched())
    assert (change.after, change.cause) == ("no_data", "there are no lines of it")
