"""Audit entries become changes, whatever their order."""

import random
from typing import Any

import pytest

from tests.changes.audit_entries import (
    LOCATION,
    PROJECT,
    SERVICE,
    at,
    entry,
    ready,
    replace,
    revision,
    service_v1,
    service_v2,
    stored,
    update,
)
from triage.changes import Configuration, read_changes
from triage.changes.call_specification import read_specification
from triage.models import Entry
from triage.models.change import AppliedChange, ChangeItem


def changes(*entries: Entry | list[Entry], **given: Any) -> list[AppliedChange]:
    flat = [one for item in entries for one in (item if isinstance(item, list) else [item])]
    found = read_changes(flat, **given)
    mixed = flat * 2
    random.Random(7).shuffle(mixed)
    assert read_changes(mixed, **given) == found
    return found.changes


def test_a_deployment_of_v1_names_both_revisions_and_what_differs() -> None:
    first, second = changes(
        replace("10:00:00", service_v1(latest=revision(1))),
        ready("10:00:09", revision(2)),
        replace("11:00:00", service_v1(image="img/kiosk:1.1"), response=service_v1(latest=revision(2))),
        ready("11:00:09", revision(3)),
    )
    assert (first.change.revision, first.change.previous_revision) == (revision(2), revision(1))
    assert (first.change.config_known, first.change.items) == (False, [])
    assert (second.change.revision, second.change.previous_revision) == (revision(3), revision(2))
    assert second.change.items == [ChangeItem("image", "img/kiosk:1.0", "img/kiosk:1.1")]
    assert (second.change.config_known, second.created) == (True, True)
    assert (second.change.at, second.change.service) == ("2027-02-03T11:00:00.000000Z", SERVICE)
    assert (second.project, second.location, second.change.by) == (PROJECT, LOCATION, "someone@acme.example")


def test_a_pair_of_v2_is_one_change_at_its_first_entry() -> None:
    first = service_v2(template={"scaling": {"maxInstanceCount": 9}})
    _, change = changes(
        update("10:00:00", first, last="10:00:12", response={"latestCreatedRevision": revision(4)}),
        update("10:30:00", service_v2(), last="10:30:12", response={"latestCreatedRevision": revision(5)}),
    )
    assert change.at == at("10:30:00")
    assert (change.change.revision, change.change.previous_revision) == (revision(5), revision(4))
    assert change.change.items == [ChangeItem("max instances", "9", "100")]


def test_a_failed_rollout_counts_and_a_rejected_call_does_not() -> None:
    failed = {"code": 9, "message": f"Revision '{revision(6)}' is not ready and cannot serve traffic."}
    refused = {"code": 3, "message": "Invalid value for memory."}
    found = changes(
        update("10:00:00", service_v2(), last="10:00:12", status=failed),
        update("11:00:00", service_v2(), last="11:00:12", status=refused),
        replace("12:00:00", service_v1(image="img/kiosk:2"), status={"code": 10, "message": "Conflict"}),
    )
    assert [change.change.revision for change in found] == [revision(6)]


def test_what_a_mask_leaves_out_is_unchanged() -> None:
    env = [{"name": "DEPTH", "value": "3"}]
    full = service_v2(template={"containers": [{"image": "img/kiosk:1.0", "env": env}], "timeout": "90s"})
    _, change = changes(
        update("10:00:00", full),
        update("10:30:00", {"template": {"timeout": "20s"}}, mask="template.timeout"),
    )
    assert change.change.items == [ChangeItem("request timeout", "90s", "20s")]
    assert change.change.config_known


def test_moved_traffic_names_the_revision_that_gets_it() -> None:
    def pinned(number: int, latest: int) -> dict[str, Any]:
        return service_v1(
            traffic=[{"revisionName": revision(number), "percent": 100}], latest=revision(latest)
        )

    _, moved = changes(replace("10:00:00", pinned(1, 2)), replace("11:00:00", pinned(2, 2)))
    assert moved.change.items == [ChangeItem("traffic", f"{revision(1)} 100%", f"{revision(2)} 100%")]
    assert (moved.change.revision, moved.change.previous_revision) == (revision(2), revision(1))
    assert (moved.created, moved.serving) == (False, (revision(2),))


def test_a_rollback_from_the_latest_names_both_revisions() -> None:
    back = service_v1(traffic=[{"revisionName": revision(1), "percent": 100}], latest=revision(2))
    _, change = changes(replace("10:00:00", service_v1(latest=revision(2))), replace("11:00:00", back))
    assert (change.change.revision, change.change.previous_revision) == (revision(1), revision(2))


def test_a_change_of_the_ingress_creates_no_revision() -> None:
    closed = service_v1(service_annotations={"run.googleapis.com/ingress": "internal"}, latest=revision(2))
    _, change = changes(replace("10:00:00", service_v1(latest=revision(1))), replace("11:00:00", closed))
    assert (change.created, change.change.revision) == (False, None)


def test_a_limit_of_the_whole_service_creates_no_revision() -> None:
    limit = "run.googleapis.com/maxScale"
    wide, narrow = (
        service_v1(service_annotations={limit: count}, latest=revision(1)) for count in ("40", "3")
    )
    _, change = changes(replace("10:00:00", wide), replace("11:00:00", narrow))
    assert [(item.before, item.after) for item in change.change.items] == [
        ("40 (of the service)", "3 (of the service)")
    ]
    assert (change.created, change.change.revision) == (False, None)


def test_a_limit_of_the_template_creates_a_revision() -> None:
    limit = "autoscaling.knative.dev/maxScale"
    wide, narrow = (service_v1(annotations={limit: count}, latest=revision(1)) for count in ("40", "3"))
    _, change = changes(replace("10:00:00", wide), replace("11:00:00", narrow))
    assert change.created


def test_a_system_event_before_the_first_call_is_the_previous_configuration() -> None:
    limits = {"limits": {"cpu": "1000m", "memory": "1Gi"}}
    (change,) = changes(
        stored("09:00:00", service_v1(resources=limits, latest=revision(1))),
        replace("10:00:00", service_v1(latest=revision(1))),
    )
    assert change.change.items == [ChangeItem("memory", "1Gi", "512Mi")]


def test_a_revision_whose_call_was_not_logged_is_a_change() -> None:
    limits = {"limits": {"cpu": "1000m", "memory": "1Gi"}}
    _, change = changes(
        replace("09:00:00", service_v1(latest=revision(1))),
        ready("09:00:09", revision(2)),
        stored("10:00:00", service_v1(resources=limits, latest=revision(3))),
    )
    assert (change.change.revision, change.change.previous_revision) == (revision(3), revision(2))
    assert change.change.items == [ChangeItem("memory", "512Mi", "1Gi")]


def test_an_older_revision_that_becomes_ready_again_is_no_change() -> None:
    found = changes(
        replace("09:00:00", service_v1(latest=revision(5))),
        ready("09:00:09", revision(6)),
        ready("10:00:00", revision(4)),
    )
    assert [change.change.revision for change in found] == [revision(6)]


def test_a_deletion_in_progress_is_no_new_revision() -> None:
    event = ready("09:00:00", revision(3), message="Ready: Deletion in progress.")
    assert changes(replace("08:00:00", service_v1(latest=revision(1))), event)[0].change.revision is None


def test_redacted_containers_are_unknown_not_removed() -> None:
    cut = service_v1(latest=revision(2))
    del cut["spec"]["template"]["spec"]["containers"]
    field = [{"field": "request.service.spec.template.spec.containers"}]
    before = replace("10:00:00", service_v1(env=[{"name": "A", "value": "b"}], latest=revision(1)))
    _, change = changes(before, replace("11:00:00", cut, redactions=field))
    assert (change.change.config_known, change.change.items) == (False, [])


def test_a_given_configuration_stands_in_for_the_previous_one() -> None:
    given = Configuration(
        service=SERVICE,
        specification=read_specification(service_v1(image="img/kiosk:0")),
        revision=revision(1),
    )
    (change,) = changes(replace("10:00:00", service_v1(latest=revision(1))), given=[given])
    assert change.change.items == [ChangeItem("image", "img/kiosk:0", "img/kiosk:1.0")]


def test_services_of_two_regions_have_histories_of_their_own() -> None:
    path = f"projects/{PROJECT}/locations/us-east1/services/{SERVICE}"
    other = entry(
        "09:00:00",
        "google.cloud.run.v2.Services.UpdateService",
        path,
        request={"service": service_v2(template={"timeout": "5s"})},
    )
    found = changes(other, update("10:00:00", service_v2()))
    assert [(change.location, change.change.items) for change in found] == [("us-east1", []), (LOCATION, [])]


def policy(clock: str, *members: str) -> Entry:
    path = f"projects/{PROJECT}/locations/{LOCATION}/services/{SERVICE}"
    request = {"policy": {"bindings": [{"role": "roles/run.invoker", "members": list(members)}]}}
    return entry(clock, "google.cloud.run.v1.Services.SetIamPolicy", path, request=request)


def test_a_policy_is_compared_with_the_one_before_and_names_no_person() -> None:
    first, second = changes(
        policy("10:00:00", "allUsers", "user:kim@acme.example"), policy("11:00:00", "user:kim@acme.example")
    )
    assert (first.change.config_known, second.change.config_known) == (False, True)
    assert second.change.items == [
        ChangeItem("iam policy", "roles/run.invoker: allUsers, 1 user", "roles/run.invoker: 1 user")
    ]
    assert (second.change.service, second.removed_members) == (SERVICE, ("allUsers",))


def test_a_secret_version_has_its_name_and_no_service() -> None:
    method = "google.cloud.secretmanager.v1.SecretManagerService."
    path = f"projects/{PROJECT}/secrets/api-token"
    added, gone, seen = changes(
        entry(
            "10:00:00",
            f"{method}AddSecretVersion",
            path,
            response={"name": f"{path}/versions/3"},
            resource="audited_resource",
        ),
        entry("11:00:00", f"{method}DestroySecretVersion", f"{path}/versions/3", resource="audited_resource"),
        entry("12:00:00", f"{method}DisableSecretVersion", f"{path}/versions/2"),
    )
    assert (added.resource, added.version, added.change.service) == ("api-token", "3", None)
    assert gone.change.items == [
        ChangeItem("secret version", "api-token version 3 added", "api-token version 3 destroyed")
    ]
    assert seen.change.items[0].before is None


def test_a_database_operation_is_one_change_and_a_backup_is_none() -> None:
    path = f"projects/{PROJECT}/instances/ledger-db"
    (change,) = changes(
        entry(
            "10:00:00", "cloudsql.instances.restart", path, operation={"id": "o", "first": True}, status={}
        ),
        entry("10:02:00", "cloudsql.instances.restart", path, operation={"id": "o", "last": True}),
        entry("11:00:00", "cloudsql.instances.automatedBackup", path, log="system_event"),
    )
    assert (change.resource, change.at, change.ended) == ("ledger-db", at("10:00:00"), at("10:02:00"))
    assert change.change.items == [ChangeItem("cloud sql", None, "restart of ledger-db")]


def test_a_job_is_compared_like_a_service() -> None:
    def job(clock: str, image: str) -> Entry:
        path = f"projects/{PROJECT}/locations/{LOCATION}/jobs/nightly"
        body = {"template": {"template": {"containers": [{"image": image}]}}}
        return entry(clock, "google.cloud.run.v2.Jobs.UpdateJob", path, request={"job": body})

    _, change = changes(job("10:00:00", "img/nightly:1"), job("11:00:00", "img/nightly:2"))
    assert (change.kind, change.change.service, change.change.revision) == ("job", "nightly", None)
    assert change.change.items == [ChangeItem("image", "img/nightly:1", "img/nightly:2")]


@pytest.mark.parametrize(
    ("method", "log"),
    [
        ("iam.serviceAccounts.actAs", "activity"),
        ("google.cloud.run.v1.Jobs.RunJob", "activity"),
        ("google.cloud.run.v1.Services.ReplaceService", "data_access"),
        ("google.cloud.run.v1.Services.ReplaceService", "policy"),
    ],
)
def test_other_entries_are_no_changes(method: str, log: str) -> None:
    assert changes(entry("10:00:00", method, f"namespaces/{PROJECT}/services/{SERVICE}", log=log)) == []


def test_audit_entries_beyond_the_budget_are_counted_whatever_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = [replace(f"10:{minute:02}:00", service_v1(latest=revision(minute))) for minute in range(1, 40)]
    monkeypatch.setattr("triage.changes.reader._MOST_BYTES", 10 * len(entries[0].raw))
    found = read_changes(entries)

    assert read_changes(reversed(entries)) == found
    assert read_changes([*entries[20:], *entries[:20]]) == found
    assert len(found.changes) == 10
    assert (found.omitted, found.changes[-1].at) == (29, at("10:39:00"))


def test_audit_entries_that_change_nothing_take_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = replace("10:00:00", service_v1(latest=revision(1)))
    monkeypatch.setattr("triage.changes.reader._MOST_BYTES", len(deployed.raw))
    path = "projects/-/serviceAccounts/1-compute@developer.example"
    others = [entry(f"11:{minute:02}:00", "iam.serviceAccounts.actAs", path) for minute in range(60)]
    found = read_changes([deployed, *others])

    assert (len(found.changes), found.omitted) == (1, 0)


def test_an_update_mask_of_a_job_names_the_template_of_its_tasks() -> None:
    def job(clock: str, memory: str, mask: str = "") -> Entry:
        container = {"image": "img/close:1", "resources": {"limits": {"memory": memory, "cpu": "1"}}}
        request = {"job": {"template": {"template": {"containers": [container]}}}, "updateMask": mask}
        path = f"projects/{PROJECT}/locations/{LOCATION}/jobs/close"
        return entry(clock, "google.cloud.run.v2.Jobs.UpdateJob", path, request=request)

    _, change = changes(job("09:00:00", "1Gi"), job("10:00:00", "512Mi", "template.template.containers"))
    assert change.change.items == [ChangeItem("memory", "1Gi", "512Mi")]
