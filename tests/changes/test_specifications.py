"""Both API versions give the same configuration, with the defaults of Cloud Run filled in."""

from typing import Any

import pytest

from tests.changes.audit_entries import service_v1, service_v2
from triage.changes.api_v2 import mask_paths, read_v2
from triage.changes.call_specification import read_specification
from triage.changes.differences import differing_items
from triage.changes.knative import read_knative
from triage.changes.redactions import redacted_areas
from triage.models.change import ChangeItem

_RUN, _SCALE = "run.googleapis.com", "autoscaling.knative.dev"
_PROBE = {"httpGet": {"path": "/up"}, "periodSeconds": 2, "failureThreshold": 5}
_REVISION = {"percent": 100, "revisionName": "kiosk-00007-abc"}

#: Item, its form in v1, its form in v2, and what it shows before and after.
ITEMS: list[tuple[str, dict[str, Any], dict[str, Any], str | None, str | None]] = [
    ("image", {"image": "img/kiosk:1.1"}, {"image": "img/kiosk:1.1"}, "img/kiosk:1.0", "img/kiosk:1.1"),
    (
        "memory",
        {"resources": {"limits": {"memory": "1024Mi"}}},
        {"resources": {"limits": {"memory": "1Gi"}}},
        "512Mi",
        "1Gi",
    ),
    (
        "cpu",
        {"resources": {"limits": {"cpu": "2000m"}}},
        {"resources": {"limits": {"cpu": "2"}}},
        "1",
        "2",
    ),
    ("port", {"ports": [{"containerPort": 9000}]}, {"ports": [{"containerPort": 9000}]}, "8080", "9000"),
    ("command", {"command": ["serve", "a b"]}, {"command": ["serve", "a b"]}, None, "serve 'a b'"),
    ("args", {"args": ["--fast"]}, {"args": ["--fast"]}, None, "--fast"),
    (
        "startup probe",
        {"startupProbe": _PROBE},
        {"startupProbe": _PROBE},
        "TCP every 240 s, timeout 240 s, 1 failures",
        "HTTP /up every 2 s, timeout 1 s, 5 failures",
    ),
    (
        "liveness probe",
        {"livenessProbe": _PROBE},
        {"livenessProbe": _PROBE},
        None,
        "HTTP /up every 2 s, timeout 1 s, 5 failures",
    ),
    (
        "readiness probe",
        {"readinessProbe": _PROBE},
        {"readinessProbe": _PROBE},
        None,
        "HTTP /up every 2 s, timeout 1 s, 5 failures",
    ),
    (
        "env RETRIES",
        {"env": [{"name": "RETRIES", "value": "3"}]},
        {"env": [{"name": "RETRIES", "value": "3"}]},
        None,
        "3",
    ),
    (
        "env API_TOKEN",
        {"env": [{"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "api-token", "key": "2"}}}]},
        {
            "env": [
                {
                    "name": "API_TOKEN",
                    "valueSource": {
                        "secretKeyRef": {"secret": f"projects/p/secrets/{'api-token'}", "version": "2"}
                    },
                }
            ]
        },
        None,
        "secret api-token version 2",
    ),
]
#: The same for what stands outside the container: keyword arguments of the two builders.
TEMPLATE_ITEMS: list[tuple[str, dict[str, Any], dict[str, Any], str | None, str | None]] = [
    (
        "concurrency",
        {"template": {"containerConcurrency": 5}},
        {"template": {"maxInstanceRequestConcurrency": 5}},
        "80",
        "5",
    ),
    (
        "max instances",
        {"annotations": {f"{_SCALE}/maxScale": "7"}},
        {"template": {"scaling": {"maxInstanceCount": 7}}},
        "100",
        "7",
    ),
    (
        "max instances",
        {"service_annotations": {f"{_RUN}/maxScale": "9"}},
        {"scaling": {"maxInstanceCount": 9}},
        None,
        "9 (of the service)",
    ),
    (
        "min instances",
        {"annotations": {f"{_SCALE}/minScale": "1"}},
        {"template": {"scaling": {"minInstanceCount": 1}}},
        "0",
        "1",
    ),
    (
        "request timeout",
        {"template": {"timeoutSeconds": 60}},
        {"template": {"timeout": "60s"}},
        "300s",
        "60s",
    ),
    (
        "service account",
        {"template": {"serviceAccountName": "run@p.iam"}},
        {"template": {"serviceAccount": "run@p.iam"}},
        "Compute Engine default service account",
        "run@p.iam",
    ),
    (
        "vpc",
        {
            "annotations": {
                f"{_RUN}/network-interfaces": '[{"network":"main","subnetwork":"a"}]',
                f"{_RUN}/vpc-access-egress": "all-traffic",
            }
        },
        {
            "template": {
                "vpcAccess": {
                    "networkInterfaces": [{"network": "projects/p/global/networks/main", "subnetwork": "a"}],
                    "egress": "ALL_TRAFFIC",
                }
            }
        },
        None,
        "egress all-traffic, network main subnetwork a",
    ),
    (
        "execution environment",
        {"annotations": {f"{_RUN}/execution-environment": "gen2"}},
        {"template": {"executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2"}},
        "default",
        "gen2",
    ),
    (
        "cloud sql",
        {"annotations": {f"{_RUN}/cloudsql-instances": "p:r:b,p:r:a"}},
        {"template": {"volumes": [{"name": "sql", "cloudSqlInstance": {"instances": ["p:r:a", "p:r:b"]}}]}},
        None,
        "p:r:a, p:r:b",
    ),
    (
        "secret tls-key",
        {
            "template": {
                "volumes": [{"name": "v", "secret": {"secretName": "alias-1", "items": [{"key": "4"}]}}]
            },
            "annotations": {f"{_RUN}/secrets": "alias-1:projects/1/secrets/tls-key"},
        },
        {
            "template": {
                "volumes": [{"name": "v", "secret": {"secret": "tls-key", "items": [{"version": "4"}]}}]
            }
        },
        None,
        "version 4",
    ),
    (
        "ingress",
        {"service_annotations": {f"{_RUN}/ingress": "internal"}},
        {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"},
        "all",
        "internal",
    ),
    (
        "traffic",
        {"traffic": [_REVISION]},
        {"traffic": [{"percent": 100, "revision": "kiosk-00007-abc", "type": "REVISION"}]},
        "latest 100%",
        "kiosk-00007-abc 100%",
    ),
]


def read(service: dict[str, Any]) -> Any:
    return read_specification(service)


@pytest.mark.parametrize(("name", "first", "second", "before", "after"), ITEMS)
def test_an_item_of_the_container_reads_alike_in_both_versions(
    name: str, first: dict[str, Any], second: dict[str, Any], before: str | None, after: str | None
) -> None:
    wanted = [ChangeItem(name, before, after)]
    container = {"image": "img/kiosk:1.0", **second}
    assert differing_items(read(service_v1()), read(service_v1(**first))) == wanted
    assert (
        differing_items(read(service_v2()), read(service_v2(template={"containers": [container]}))) == wanted
    )


@pytest.mark.parametrize(("name", "first", "second", "before", "after"), TEMPLATE_ITEMS)
def test_an_item_of_the_template_or_service_reads_alike_in_both_versions(
    name: str, first: dict[str, Any], second: dict[str, Any], before: str | None, after: str | None
) -> None:
    wanted = [ChangeItem(name, before, after)]
    assert differing_items(read(service_v1()), read(service_v1(**first))) == wanted
    assert differing_items(read(service_v2()), read(service_v2(**second))) == wanted
    assert differing_items(read(service_v1(**first)), read(service_v2(**second))) == []


def test_written_defaults_equal_absent_ones() -> None:
    full = service_v1(
        template={
            "containerConcurrency": 80,
            "timeoutSeconds": 300,
            "serviceAccountName": "12-compute@developer.gserviceaccount.com",
        },
        annotations={f"{_SCALE}/maxScale": "100", f"{_RUN}/client-name": "gcloud"},
        ports=[{"containerPort": 8080}],
        resources={"limits": {"cpu": "1000m", "memory": "0.5Gi"}},
        startupProbe={
            "tcpSocket": {"port": 8080},
            "periodSeconds": 240,
            "timeoutSeconds": 240,
            "failureThreshold": 1,
        },
    )
    assert differing_items(read(service_v2()), read_knative(full, stored=True)) == []


def test_values_of_variables_are_shown_only_where_they_are_harmless() -> None:
    old = service_v1(
        env=[
            {"name": "LOG_LEVEL", "value": "info"},
            {"name": "DB_HOST", "value": "10.1.2.3"},
            {"name": "PIN", "value": "1234"},
            {"name": "GONE", "value": "x"},
        ]
    )
    new = service_v1(
        env=[
            {"name": "LOG_LEVEL", "value": "debug"},
            {"name": "DB_HOST", "value": "db.internal.example"},
            {"name": "PIN", "value": "9876"},
            {"name": "NEW", "value": "y"},
        ]
    )
    assert differing_items(read(old), read(new)) == [
        ChangeItem("env DB_HOST", "set", "changed"),
        ChangeItem("env GONE", "set", "removed"),
        ChangeItem("env LOG_LEVEL", "info", "debug"),
        ChangeItem("env NEW", None, "set"),
        ChangeItem("env PIN", "set", "changed"),
    ]


def test_a_value_that_looks_like_a_reference_is_not_shown() -> None:
    plain = service_v1(env=[{"name": "NOTE", "value": "secret hunter version 2"}])
    assert differing_items(read(service_v1()), read(plain)) == [ChangeItem("env NOTE", None, "set")]


def test_the_items_of_a_second_container_are_named_by_it() -> None:
    sidecar = {"name": "proxy", "image": "img/proxy:2", "resources": {"limits": {"memory": "256Mi"}}}
    main = {"image": "img/kiosk:1.0", "ports": [{"containerPort": 8080}]}
    both = {"spec": {"template": {"spec": {"containers": [sidecar, main]}}}}
    items = {item.name: item.after for item in differing_items(read(service_v1()), read(both))}
    assert items["image"] == "img/proxy:2 (proxy)"
    assert items["memory"] == "256Mi (proxy)"


def test_a_mask_leaves_all_else_unknown() -> None:
    masked = read_v2(service_v2(template={"timeout": "9s"}), mask_paths("template.timeout,traffic"))
    assert masked.known == {"template.timeout", "traffic"}
    assert mask_paths({"paths": ["template.service_account"]}) == ["template.serviceAccount"]


def test_a_stored_object_that_was_cut_short_says_nothing_of_what_it_lacks() -> None:
    short = {"kind": "Revision", "spec": {"containers": [{"image": "img/kiosk:1.0"}]}}
    found = read_knative(short, stored=True)
    assert found.get("image") == "img/kiosk:1.0"
    assert "template.containers.env" not in found.known


@pytest.mark.parametrize(
    ("field", "area"),
    [
        ("request.service.spec.template.spec.containers", "template.containers.env"),
        ("request.service.template.containers[0].env", "template.containers.env"),
        ("request.service.spec.template.spec.timeoutSeconds", "template.timeout"),
        ("request.service.metadata.annotations", "ingress"),
        ("request", "traffic"),
    ],
)
def test_redacted_fields_are_unknown(field: str, area: str) -> None:
    assert area in redacted_areas([field], "request")
    assert not redacted_areas([field], "response")


def test_the_digest_of_a_revision_tells_two_builds_of_a_tag_apart() -> None:
    def built(digest: str) -> Any:
        spec = {"containers": [{"image": "img/kiosk:latest", "resources": {"limits": {"cpu": "1"}}}]}
        status = {"imageDigest": f"img/kiosk@sha256:{digest}"}
        return read_knative({"kind": "Revision", "spec": spec, "status": status}, stored=True)

    assert differing_items(built("aa"), built("aa")) == []
    (item,) = differing_items(built("aa"), built("bb"))
    assert (item.name, item.after) == ("image", "sha256:bb (digest)")


def test_a_job_has_the_items_of_its_tasks() -> None:
    tasks = {"containers": [{"image": "img/batch:1"}], "timeoutSeconds": 60}
    job = {"kind": "Job", "spec": {"template": {"spec": {"template": {"spec": tasks}}}}}
    second = {"template": {"template": {"containers": [{"image": "img/batch:1"}], "timeout": "60s"}}}
    assert differing_items(read(job), read_specification(second, job=True)) == []
    assert read(job).get("request timeout") == "60s"
