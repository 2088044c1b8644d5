"""How to undo a change: values of a log stand in a command only where they are harmless."""

from typing import Any

import msgspec
import pytest

from triage.models import Coverage, Diagnosis, Incident, Scope, ServiceState
from triage.models.change import Change, ChangeItem
from triage.rendering.change_view import describe_items, undo_steps


def diagnosis(
    *items: ChangeItem,
    service: str | None = "kiosk",
    previous: str | None = None,
    method: str = "google.cloud.run.v1.Services.ReplaceService",
) -> Diagnosis:
    change = Change(
        id="c1",
        at="2027-02-03T09:00:00Z",
        by="<user-1>",
        method=method,
        service=service,
        revision="kiosk-00002-abc" if previous else None,
        previous_revision=previous,
        items=list(items),
    )
    incident = Incident(
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
        scope=Scope(service="kiosk", project="acme-test", location="europe-west4"),
        first_seen="2027-02-03T09:01:00Z",
        last_seen="2027-02-03T09:01:00Z",
        count=1,
        change="c1",
        change_items=[item.name for item in items],
    )
    return Diagnosis(verdict="degraded", coverage=Coverage(), incidents=[incident], changes=[change])


def commands(*items: ChangeItem, **fields: Any) -> list[str]:
    found = diagnosis(*items, **fields)
    return [command for step in undo_steps(found, found.incidents[0]) for command in step.commands]


@pytest.mark.parametrize(
    ("item", "command"),
    [
        (ChangeItem("memory", "2Gi", "1Gi"), "gcloud run services update kiosk --memory=2Gi"),
        (ChangeItem("request timeout", "900s", "60s"), "--timeout=900s"),
        (ChangeItem("max instances", "20", "2"), "--max-instances=20"),
        (ChangeItem("ingress", "all", "internal"), "--ingress=all"),
        (
            ChangeItem("image", "r.example.com/kiosk:1", "r.example.com/kiosk:2"),
            "--image=r.example.com/kiosk:1",
        ),
        (ChangeItem("env DB_HOST", "set", "removed"), "--update-env-vars=DB_HOST=VALUE"),
        (ChangeItem("env POOL", "5", "1"), "--update-env-vars=POOL=5"),
        (ChangeItem("env POOL", None, "set"), "--remove-env-vars=POOL"),
    ],
)
def test_item_is_set_back_with_its_command(item: ChangeItem, command: str) -> None:
    assert command in commands(item)[0]


def test_secret_version_is_enabled_again() -> None:
    item = ChangeItem("secret version", None, "signing-key version 4 disabled")

    assert "gcloud secrets versions enable 4 --secret=signing-key --project=acme-test" in commands(
        item, service=None
    )


def test_restarted_cloud_sql_instance_is_named() -> None:
    item = ChangeItem("cloud sql", None, "restart of orders-db")

    (command,) = commands(item, service=None, method="cloudsql.instances.restart")
    assert "gcloud sql operations list --instance=orders-db " in command


def test_item_of_two_words_is_named() -> None:
    found = diagnosis(ChangeItem("startup probe", "TCP :8080", "HTTP /healthz"), previous="kiosk-00001-abc")

    says = [step.says for step in undo_steps(found, found.incidents[0])]
    assert "Compare the startup probe of the two revisions, and set the former one again." in says


def test_revision_that_was_not_ready_is_no_target() -> None:
    found = diagnosis(ChangeItem("memory", "2Gi", "1Gi"), previous="kiosk-00001-abc")
    bad = ServiceState(service="kiosk", verdict="degraded", revisions={"kiosk-00001-abc": "not_ready"})
    (step,) = undo_steps(msgspec.structs.replace(found, services=[bad]), found.incidents[0])

    assert "--memory=2Gi" in step.commands[0]


def test_deployment_is_rolled_back_first() -> None:
    found = commands(ChangeItem("memory", "2Gi", "1Gi"), previous="kiosk-00001-abc")

    assert "--to-revisions=kiosk-00001-abc=100" in found[0]
    assert "--memory=2Gi" in found[1]


def test_version_that_was_added_is_followed_by_the_former_value() -> None:
    item = ChangeItem("secret version", None, "signing-key version 5 added")
    method = "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion"
    listed, again = commands(item, service=None, method=method)
    assert "versions enable" not in listed + again
    assert "| gcloud secrets versions add signing-key --data-file=-" in again


@pytest.mark.parametrize(
    ("item", "command"),
    [
        (ChangeItem("env KEY", "secret maps-key version 3", "secret maps-key version 5"), "--update-secrets=KEY=maps-key:3 "),
        (ChangeItem("cloud sql", "p:r:db", None), "--set-cloudsql-instances=p:r:db "),
        (ChangeItem("cloud sql", None, "p:r:db"), "--clear-cloudsql-instances "),
    ],
)  # fmt: skip
def test_secret_of_a_variable_and_attached_database_are_set_back(item: ChangeItem, command: str) -> None:
    assert command in commands(item)[0]


def test_policy_before_an_unknown_one_is_not_called_empty() -> None:
    item = ChangeItem("iam policy", None, "roles/run.invoker: 1 group")
    change = msgspec.structs.replace(diagnosis(item).changes[0], config_known=False)
    assert describe_items(change) == "iam policy unknown -> roles/run.invoker: 1 group"


@pytest.mark.parametrize("value", ["1; rm -rf /", "$(id)", "`id`", "--flag", "a\nb", ""])
def test_value_that_is_no_plain_word_is_left_to_the_reader(value: str) -> None:
    assert commands(ChangeItem("memory", value, "1Gi")) == [
        "gcloud run services update kiosk --memory=VALUE --region=europe-west4 --project=acme-test"
    ]


def test_incident_without_a_change_has_nothing_to_undo() -> None:
    found = Diagnosis(verdict="ready", coverage=Coverage(), incidents=diagnosis().incidents)

    assert undo_steps(found, found.incidents[0]) == []


def test_image_is_shown_without_its_repository() -> None:
    digest = f"r.example.com/kiosk@sha256:{'ab' * 32}"
    found = diagnosis(ChangeItem("image", "r.example.com/kiosk:1", digest)).changes[0]

    assert describe_items(found) == "image kiosk:1 -> kiosk@sha256:abababababab"


@pytest.mark.parametrize(
    ("method", "item", "command"),
    [
        (
            "v1.Jobs.ReplaceJob",
            ChangeItem("memory", "2Gi", "1Gi"),
            "gcloud run jobs update kiosk --memory=2Gi",
        ),
        (
            "v2.Jobs.UpdateJob",
            ChangeItem("request timeout", "9s", "1s"),
            "jobs update kiosk --task-timeout=9s",
        ),
        ("v2.Jobs.UpdateJob", ChangeItem("args", "-a", "-b"), "gcloud run jobs describe kiosk"),
        (
            "v2.WorkerPools.UpdateWorkerPool",
            ChangeItem("cpu", "2", "1"),
            "run worker-pools update kiosk --cpu=2",
        ),
    ],
)
def test_job_or_worker_pool_is_set_back_by_its_own_command(
    method: str, item: ChangeItem, command: str
) -> None:
    found = diagnosis(item, method=f"google.cloud.run.{method}")
    [step] = undo_steps(found, found.incidents[0])
    assert command in step.commands[0]


def test_function_is_deployed_again_as_a_whole() -> None:
    items = (ChangeItem("memory", "2Gi", "1Gi"), ChangeItem("env DB_HOST", "set", "removed"))
    found = diagnosis(*items, method="google.cloud.functions.v1.CloudFunctionsService.UpdateFunction")
    [step] = undo_steps(found, found.incidents[0])
    assert step.commands == ["gcloud functions describe kiosk --region=europe-west4 --project=acme-test"]


@pytest.mark.parametrize(
    ("method", "command"),
    [
        ("SetIamPolicy", "gcloud projects add-iam-policy-binding acme-test --member=VALUE --role=roles/cloudsql.client"),
        (
            "google.cloud.secretmanager.v1.SecretManagerService.SetIamPolicy",
            "gcloud secrets add-iam-policy-binding VALUE --member=VALUE --role=roles/cloudsql.client --project=acme-test",
        ),
    ],
)  # fmt: skip
def test_role_is_granted_again_where_it_was_taken(method: str, command: str) -> None:
    item = ChangeItem("iam policy", "roles/cloudsql.client: 1 service account", None)
    assert commands(item, service=None, method=method) == [command]


def test_service_that_was_changed_is_set_back_and_not_its_caller() -> None:
    found = commands(
        ChangeItem("ingress", "all", "internal"), service="tariffs", previous="tariffs-00001-abc"
    )
    assert ["tariffs" in command and "kiosk" not in command for command in found] == [True, True]


def test_what_a_later_change_altered_again_needs_no_undo_once_it_is_over() -> None:
    item = ChangeItem("image", "r.example.com/kiosk:1", "r.example.com/kiosk:2")
    found = diagnosis(item, previous="kiosk-00001-abc")
    (change,), (incident,) = found.changes, found.incidents
    over = msgspec.structs.replace(incident, recovered=True)
    for later, undone in (
        (ChangeItem("image", "a:2", "a:3"), True),
        (ChangeItem("memory", "1Gi", "2Gi"), False),
    ):
        again = msgspec.structs.replace(change, id="c2", items=[later])
        both = msgspec.structs.replace(found, changes=[change, again])
        assert bool(undo_steps(both, incident))
        assert bool(undo_steps(both, over)) is not undone
