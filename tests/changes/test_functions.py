"""Deployments of functions are changes of their services, in both generations."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.changes.audit_entries import LOCATION, PROJECT, SERVICE, entry, ready, revision, service_v1
from triage.changes import read_changes
from triage.models import Entry
from triage.models.change import AppliedChange, ChangeItem

V2 = "google.cloud.functions.v2.FunctionService"
V1 = "google.cloud.functions.v1.CloudFunctionsService"
PATH = f"projects/{PROJECT}/locations/{LOCATION}/functions/"
NAME = SERVICE.capitalize()


def changes(*entries: Entry | list[Entry]) -> list[AppliedChange]:
    flat = [one for item in entries for one in (item if isinstance(item, list) else [item])]
    found = read_changes(flat).changes
    assert read_changes(reversed(flat)).changes == found
    return found


def second(**config: Any) -> dict[str, Any]:
    """Return a function of the second generation."""
    base = {"availableMemory": "256Mi", "availableCpu": "1", "timeoutSeconds": 60, "maxInstanceCount": 20}
    source = config.pop("object", "one.zip")
    return {
        "buildConfig": {
            "runtime": config.pop("runtime", "nodejs20"),
            "entryPoint": config.pop("entryPoint", "main"),
            "source": {"storageSource": {"bucket": "b", "object": source, "generation": "1"}},
        },
        "serviceConfig": base | config,
    }


def deploy(
    clock: str,
    function: Mapping[str, Any],
    *,
    number: int = 0,
    mask: Any = None,
    verb: str = "UpdateFunction",
    status: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
) -> list[Entry]:
    """Return both entries of a call of API v2."""
    request = {"function": function, **({"updateMask": mask} if mask else {})}
    if response is None and number:
        config = dict(function.get("serviceConfig", {})) | {"revision": revision(number)}
        response = {**function, "serviceConfig": config, "state": "ACTIVE"}
    ended: dict[str, Any] = {"response": response or {}, **({"status": status} if status else {})}
    method, path = f"{V2}.{verb}", f"{PATH}{NAME}"
    return [
        entry(clock, method, path, request=request, operation={"id": clock, "first": True}),
        entry(f"{clock[:-1]}9", method, path, operation={"id": clock, "last": True}, **ended),
    ]


def test_deployment_of_the_second_generation_is_one_change_of_the_service() -> None:
    first, change = changes(
        deploy("09:00:00", second(), number=1),
        deploy("10:00:00", second(availableMemory="128Mi", object="two.zip"), number=2),
    )

    assert (change.change.service, change.change.method) == (SERVICE, f"{V2}.UpdateFunction")
    assert (change.change.revision, change.change.previous_revision) == (revision(2), revision(1))
    assert change.change.items == [
        ChangeItem("image", "one.zip#1 (source)", "two.zip#1 (source)"),
        ChangeItem("memory", "256Mi", "128Mi"),
    ]
    assert change.change.config_known
    assert not first.change.config_known


@pytest.mark.parametrize(
    ("config", "item"),
    [
        ({"availableMemory": "1Gi"}, ChangeItem("memory", "256Mi", "1Gi")),
        ({"availableCpu": "2"}, ChangeItem("cpu", "1", "2")),
        ({"timeoutSeconds": 5}, ChangeItem("request timeout", "60s", "5s")),
        ({"maxInstanceCount": 2}, ChangeItem("max instances", "20", "2")),
        ({"minInstanceCount": 1}, ChangeItem("min instances", "0", "1")),
        ({"environmentVariables": {"DB_HOST": "db"}}, ChangeItem("env DB_HOST", None, "set")),
        ({"ingressSettings": "ALLOW_INTERNAL_ONLY"}, ChangeItem("ingress", "all", "internal")),
        ({"runtime": "nodejs22"}, ChangeItem("image", "nodejs20 (runtime)", "nodejs22 (runtime)")),
        ({"entryPoint": "other"}, ChangeItem("command", "main", "other")),
        (
            {"secretEnvironmentVariables": [{"key": "PIN", "secret": "pin", "version": "3"}]},
            ChangeItem("env PIN", None, "secret pin version 3"),
        ),
        (
            {
                "secretVolumes": [
                    {"mountPath": "/etc", "secret": "pin", "versions": [{"version": "3", "path": "/pin"}]}
                ]
            },
            ChangeItem("secret pin", None, "version 3 at /etc/pin"),
        ),
        (
            {"vpcConnector": f"projects/{PROJECT}/locations/l/connectors/c"},
            ChangeItem("vpc", None, "connector c, egress private-ranges-only"),
        ),
    ],
)
def test_each_setting_of_a_function_is_an_item(config: dict[str, Any], item: ChangeItem) -> None:
    base = {"ingressSettings": "ALLOW_ALL"}
    _, change = changes(
        deploy("09:00:00", second(**base), number=1), deploy("10:00:00", second(**(base | config)), number=2)
    )
    assert change.change.items == [item]


@pytest.mark.parametrize(
    "mask", ["service_config.available_memory", {"paths": ["service_config.available_memory"]}]
)
def test_update_mask_limits_what_a_call_changes(mask: Any) -> None:
    snake = {"name": f"{PATH}{NAME}", "service_config": {"available_memory": "128Mi"}}
    _, change = changes(deploy("09:00:00", second(), number=1), deploy("10:00:00", snake, mask=mask))

    assert change.change.items == [ChangeItem("memory", "256Mi", "128Mi")]
    assert change.change.config_known


def test_call_that_deploys_no_source_tells_which_one_is_stored() -> None:
    mask = "serviceConfig.environmentVariables"
    _, change = changes(
        deploy("10:00:00", second(environmentVariables={"SIZE": "300"}), number=1, mask=mask),
        deploy("11:00:00", second(environmentVariables={"SIZE": "400"}), number=2, mask=mask),
    )
    assert change.change.config_known
    assert [item.name for item in change.change.items] == ["env SIZE"]


def test_source_that_no_entry_names_is_another_one_at_each_deployment() -> None:
    hidden = second()
    hidden["buildConfig"]["source"] = {}
    _, change = changes(
        deploy("09:00:00", hidden, number=1), deploy("10:00:00", hidden, number=2, mask="buildConfig.source")
    )
    assert change.change.items == [
        ChangeItem(
            "image", "deployed 2027-02-03T09:00:00Z (source)", "deployed 2027-02-03T10:00:00Z (source)"
        )
    ]


def test_configuration_of_the_service_completes_that_of_the_function() -> None:
    def event(clock: str, memory: str, image: str, number: int) -> Entry:
        stored = service_v1(
            resources={"limits": {"memory": memory, "cpu": "1"}}, image=image, latest=revision(number)
        )
        return entry(
            clock,
            "/InternalServices.ReplaceInternalService",
            f"namespaces/{PROJECT}/services/{SERVICE}",
            log="system_event",
            response=stored,
        )

    first, change = changes(
        deploy("09:00:00", second(), number=1),
        event("09:00:40", "256Mi", "gcf/kiosk:version_1", 1),
        deploy("10:00:00", second(availableMemory="128Mi", object="two.zip"), number=2),
        event("10:00:40", "128Mi", "gcf/kiosk:version_2", 2),
    )
    assert [item.name for item in change.change.items] == ["image", "memory"]
    assert "version_2" in (change.change.items[0].after or "")
    assert (first.change.revision, change.change.revision) == (revision(1), revision(2))


def test_inner_call_of_a_deployment_is_no_change_of_its_own() -> None:
    inner = entry(
        "10:00:05",
        "google.cloud.run.v1.InternalServices.ReplaceInternalService",
        f"namespaces/{PROJECT}/services/{SERVICE}",
        request={"service": service_v1(resources={"limits": {"memory": "128Mi", "cpu": "1"}})},
    )
    _, change = changes(
        deploy("09:00:00", second(), number=1),
        [*deploy("10:00:00", second(availableMemory="128Mi"), number=2), inner],
    )
    assert change.change.method == f"{V2}.UpdateFunction"
    assert ChangeItem("memory", "256Mi", "128Mi") in change.change.items


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("Build failed: npm ERR! missing script: build", 1),
        (
            f"Could not create or update Cloud Run service {SERVICE}, Container Healthcheck failed.",
            2,
        ),
    ],
)
def test_failed_deployment_counts_where_it_made_a_revision(message: str, count: int) -> None:
    failed = deploy("10:00:00", second(availableMemory="64Mi"), status={"code": 3, "message": message})
    found = changes(deploy("09:00:00", second(), number=1), failed, ready("10:00:08", revision(count)))

    assert len(found) == count
    assert found[-1].change.revision == revision(count)


def first_generation(clock: str, mask: str = "", **function: Any) -> list[Entry]:
    """Return both entries of a call of API v1."""
    method, path = f"{V1}.UpdateFunction", f"{PATH}bulk_Loader"
    request = {"function": function, **({"updateMask": mask} if mask else {})}
    return [
        entry(clock, method, path, request=request, resource="cloud_function",
              operation={"id": clock, "first": True}),
        entry(f"{clock[:-1]}9", method, path, response={}, resource="cloud_function",
              operation={"id": clock, "last": True}),
    ]  # fmt: skip


def test_deployment_of_the_first_generation_is_a_change_of_the_function() -> None:
    signed = "https://storage.googleapis.com/uploads/{}.zip?Expires=1&Signature=" + "abc"
    _, change = changes(
        first_generation(
            "09:00:00", runtime="nodejs18", availableMemoryMb=256, timeout="60s",
            sourceUploadUrl=signed.format("one"),
        ),
        first_generation(
            "10:00:00", "availableMemoryMb,sourceUploadUrl,environmentVariables", availableMemoryMb=128,
            sourceUploadUrl=signed.format("two"), environmentVariables={"LEVEL": "debug"},
        ),
    )  # fmt: skip
    assert (change.change.service, change.change.revision) == ("bulk_Loader", None)
    assert change.created
    assert change.change.items == [
        ChangeItem("env LEVEL", None, "debug"),
        ChangeItem("image", "one.zip (source)", "two.zip (source)"),
        ChangeItem("memory", "256Mi", "128Mi"),
    ]


def test_policy_of_a_function_is_one_of_its_service() -> None:
    request = {"policy": {"bindings": [{"role": "roles/cloudfunctions.invoker", "members": ["allUsers"]}]}}
    (change,) = changes(entry("10:00:00", f"{V1}.SetIamPolicy", f"{PATH}bulk_Loader", request=request))
    assert (change.kind, change.change.service) == ("iam policy", "bulk_Loader")
