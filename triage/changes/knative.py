"""Specifications in the form of API v1 (Knative), as ``gcloud describe`` and system events have them."""

import re
from collections.abc import Mapping
from typing import Any

from triage.changes import quantities
from triage.changes.containers import add_containers
from triage.changes.json_values import mapping, objects, text
from triage.changes.networks import add_vpc
from triage.changes.specification import (
    CONTAINER_AREAS,
    DIGEST,
    OF_SERVICE,
    SERVICE_AREAS,
    TEMPLATE_AREAS,
    Specification,
    SpecificationBuilder,
)
from triage.changes.template_defaults import add_concurrency, add_instances, add_service_account
from triage.changes.traffic import traffic_text
from triage.changes.volumes import add_sql_instances, add_volumes

_RUN = "run.googleapis.com"
_SCALE = "autoscaling.knative.dev"
_ALIAS = re.compile(r"([^:,\s]+):([^,\s]+)")


def read_knative(document: Mapping[str, Any], *, stored: bool) -> Specification:
    """Return the specification of a Service, Revision, Job or WorkerPool in Knative's form.

    ``stored`` says that Cloud Run wrote it, with its defaults.
    """
    spec, metadata = mapping(document.get("spec")), mapping(document.get("metadata"))
    builder = SpecificationBuilder()
    if document.get("kind") == "Revision" or ("template" not in spec and objects(spec.get("containers"))):
        _add_template(builder, mapping(metadata.get("annotations")), spec, stored=stored)
        if digest := text(mapping(document.get("status")).get("imageDigest")):
            builder.add(DIGEST, "image", digest.rpartition("@")[2], "digest")
        return builder.build()
    template = mapping(spec.get("template"))
    annotations = mapping(mapping(template.get("metadata")).get("annotations"))
    inner = mapping(template.get("spec"))
    job = document.get("kind") == "Job" or "template" in inner
    if job:  # the execution's template holds that of its tasks
        inner = mapping(mapping(inner.get("template")).get("spec"))
    if inner:
        _add_template(builder, annotations, inner, stored=stored, timeout=600 if job else 300)
    if not job:
        _add_service(builder, metadata, spec, stored=stored)
    return builder.build()


def _add_template(
    builder: SpecificationBuilder,
    annotations: Mapping[str, Any],
    spec: Mapping[str, Any],
    *,
    stored: bool,
    timeout: int = 300,
) -> None:
    aliases = {
        name: secret.rpartition("/")[2]
        for name, secret in _ALIAS.findall(text(annotations.get(f"{_RUN}/secrets")))
    }
    builder.known.update(set(TEMPLATE_AREAS).difference(CONTAINER_AREAS))
    add_containers(builder, spec, aliases, stored=stored)
    add_volumes(builder, spec, aliases)
    if instances := text(annotations.get(f"{_RUN}/cloudsql-instances")):
        add_sql_instances(builder, instances.split(","))
    add_concurrency(builder, spec.get("containerConcurrency"))
    add_instances(builder, annotations.get(f"{_SCALE}/maxScale"), annotations.get(f"{_SCALE}/minScale"))
    builder.add(
        "template.timeout", "request timeout", quantities.seconds(spec.get("timeoutSeconds") or timeout)
    )
    add_service_account(builder, text(spec.get("serviceAccountName")))
    add_vpc(
        builder,
        text(annotations.get(f"{_RUN}/vpc-access-connector")),
        text(annotations.get(f"{_RUN}/vpc-access-egress")),
        text(annotations.get(f"{_RUN}/network-interfaces")),
    )
    environment = text(annotations.get(f"{_RUN}/execution-environment")) or "default"
    builder.add("template.executionEnvironment", "execution environment", environment)


def _add_service(
    builder: SpecificationBuilder, metadata: Mapping[str, Any], spec: Mapping[str, Any], *, stored: bool
) -> None:
    if isinstance(metadata.get("annotations"), dict) or (metadata and not stored):
        builder.known.update(set(SERVICE_AREAS) - {"traffic"})
        annotations = mapping(metadata.get("annotations"))
        builder.add("ingress", "ingress", text(annotations.get(f"{_RUN}/ingress")) or "all")
        for field, name in (("maxScale", "max instances"), ("minScale", "min instances")):
            if (count := text(annotations.get(f"{_RUN}/{field}"))) not in ("", "0"):
                builder.add(f"scaling.{field[:3]}InstanceCount", name, count, OF_SERVICE)
    if "traffic" in spec or ("template" in spec and not stored):
        builder.add("traffic", "traffic", traffic_text(objects(spec.get("traffic"))))
