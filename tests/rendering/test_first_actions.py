"""What to do first: a rollback to a revision that was ready, the undoing of a change, or the first fix."""

import msgspec
import pytest

from triage.models import Coverage, Diagnosis, Incident, Scope, ServiceState
from triage.models.change import Change, ChangeItem
from triage.rendering.first_actions import Action, first_actions

NEW, OLD, OLDER = "kiosk-00003-abc", "kiosk-00002-abc", "kiosk-00001-abc"
INCIDENT = Incident(
    id="i1",
    cause="memory-limit",
    title="Memory",
    service="kiosk",
    check=None,
    condition=None,
    severity="P1",
    confidence="high",
    tier="crash",
    playbook="memory-limit",
    because=[],
    scope=Scope(
        service="kiosk", project="acme-test", location="europe-west4", revisions=[NEW], instances=["i-1"]
    ),
    first_seen="2027-02-03T09:01:00Z",
    last_seen="2027-02-03T09:01:00Z",
    count=1,
)
CHANGE = Change(
    id="c1",
    at="2027-02-03T09:00:00Z",
    by="",
    method="google.cloud.run.v1.Services.ReplaceService",
    service="kiosk",
    revision=NEW,
    previous_revision=OLD,
    items=[ChangeItem("memory", "2Gi", "1Gi")],
)


def actions(state: ServiceState, *changes: Change, **fields: object) -> list[Action]:
    linked = {"change": changes[0].id} if changes else {}
    incident = msgspec.structs.replace(INCIDENT, **(linked | fields))
    found = Diagnosis(
        verdict=state.verdict,
        coverage=Coverage(),
        services=[state],
        incidents=[incident],
        changes=list(changes),
    )
    return first_actions(found, incident)


def state(**revisions: str) -> ServiceState:
    names = {"new": NEW, "old": OLD, "older": OLDER}
    document = {
        "service": "kiosk",
        "verdict": "degraded",
        "revision": NEW,
        "revisions": {names[name]: verdict for name, verdict in revisions.items()},
    }
    return msgspec.convert(document, ServiceState)


def test_incident_of_a_deployment_is_rolled_back_then_its_item_is_set_back() -> None:
    first, second = actions(state(new="degraded", old="ready"), CHANGE, change_items=["memory"])

    assert first.kind == "rollback"
    (command,) = first.commands
    assert f"update-traffic kiosk --to-revisions={OLD}=100 --region=europe-west4" in command
    assert OLD in first.says
    assert first.missing == []
    assert second.kind == "undo"
    assert "--memory=2Gi" in second.commands[0]


def test_former_image_is_not_deployed_again_beside_a_rollback() -> None:
    change = msgspec.structs.replace(CHANGE, items=[ChangeItem("image", "r/kiosk:1", "r/kiosk:2")])
    found = actions(state(new="degraded", old="ready"), change, change_items=["image"])

    assert [action.kind for action in found] == ["rollback", "fix"]


def test_revision_that_was_not_ready_is_no_target() -> None:
    found = actions(state(new="degraded", old="not_ready", older="ready"), CHANGE)

    assert f"--to-revisions={OLDER}=100" in found[0].commands[0]


def test_unknown_revision_is_listed_first_and_named_as_missing() -> None:
    first = actions(state(new="not_ready"), msgspec.structs.replace(CHANGE, previous_revision=None))[0]

    assert first.kind == "rollback"
    assert first.commands[0].startswith("gcloud run revisions list --service=kiosk")
    assert first.missing == ["LAST_GOOD_REVISION"]


def test_revision_that_still_serves_is_named() -> None:
    first = actions(state(new="not_ready", old="ready"))[0]

    assert first.says.startswith(f"{OLD} still serves")


def test_deployment_that_started_no_instance_moved_no_traffic() -> None:
    scope = msgspec.structs.replace(INCIDENT.scope, instances=[])

    found = actions(state(new="not_ready", old="ready"), CHANGE, scope=scope)
    assert "rollback" not in [action.kind for action in found]


def test_requests_that_succeed_again_need_no_rollback_and_a_crash_may() -> None:
    mixed = state(new="degraded", old="ready")

    assert actions(mixed, CHANGE, recovered=True, tier="crash")[0].kind == "rollback"
    assert actions(mixed, CHANGE, recovered=True, tier="runtime")[0].kind != "rollback"


def test_without_a_change_and_while_it_serves_the_playbook_comes_first() -> None:
    first = actions(state(new="degraded", old="ready"))[0]

    assert first.kind == "fix"
    assert first.says == "Give the instances more memory."


def test_first_revision_of_a_service_cannot_be_rolled_back() -> None:
    scope = msgspec.structs.replace(INCIDENT.scope, revisions=[OLDER])

    assert actions(state(older="not_ready"), scope=scope, playbook="container-exit")[0].kind == "fix"


def test_incident_that_is_over_needs_no_rollback() -> None:
    found = actions(state(new="ready", old="ready"), CHANGE, recovered=True)

    assert "rollback" not in [action.kind for action in found]


@pytest.mark.parametrize("kind", ["job", "worker_pool"])
def test_workload_without_requests_gets_no_command_for_traffic(kind: str) -> None:
    without = msgspec.structs.replace(state(new="not_ready", old="ready"), kind=kind)
    found = actions(without, CHANGE, playbook="container-exit")

    assert found
    assert not any("update-traffic" in command for action in found for command in action.commands)
