"""Specifications in the form of API v2: Terraform and the client libraries."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from triage.changes import quantities
from triage.changes.containers import add_containers
from triage.changes.json_values import mapping, objects, text
from triage.changes.networks import add_vpc
from triage.changes.specification import (
    CONTAINER_AREAS,
    OF_SERVICE,
    SERVICE_AREAS,
    TEMPLATE_AREAS,
    Specification,
    SpecificationBuilder,
    is_covered,
)
from triage.changes.template_defaults import add_concurrency, add_instances, add_service_account
from triage.changes.traffic import traffic_text
from triage.changes.volumes import add_volumes

_INGRESS = {
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "internal-and-cloud-load-balancing",
    "INGRESS_TRAFFIC_NONE": "none",
}


def read_v2(document: Mapping[str, Any], mask: Sequence[str] = (), *, job: bool = False) -> Specification:
    """Return the specification of a Service, Job or WorkerPool of API v2.

    With a ``mask`` only the areas that it names are known: what a request leaves out of them is not set, all
    else is as it was.
    """
    template = mapping(document.get("template"))
    if job:
        template = mapping(template.get("template"))
    builder = SpecificationBuilder()
    if template:
        _add_template(builder, template, timeout=600 if job else 300)
    if not job:
        _add_service(builder, document)
    if mask:
        builder.known = {area for area in builder.known if is_covered(area, mask)}
    return builder.build()


def mask_paths(value: Any) -> list[str]:
    """Return the paths of an ``updateMask``, a text with commas or an object with ``paths``, in camelCase."""
    paths = mapping(value).get("paths") if isinstance(value, dict) else value
    paths = paths.split(",") if isinstance(paths, str) else paths if isinstance(paths, list) else []
    names = [re.sub(r"_([a-z])", lambda match: match[1].upper(), text(path).strip()) for path in paths]
    return [name.removeprefix("service.") for name in names if name]


def _add_template(builder: SpecificationBuilder, template: Mapping[str, Any], *, timeout: int) -> None:
    builder.known.update(set(TEMPLATE_AREAS).difference(CONTAINER_AREAS))
    add_containers(builder, template, {}, stored=False)
    add_volumes(builder, template, {})
    add_concurrency(builder, template.get("maxInstanceRequestConcurrency"))
    scaling = mapping(template.get("scaling"))
    add_instances(builder, scaling.get("maxInstanceCount"), scaling.get("minInstanceCount"))
    builder.add(
        "template.timeout", "request timeout", quantities.seconds(text(template.get("timeout")) or timeout)
    )
    add_service_account(builder, text(template.get("serviceAccount")))
    access = mapping(template.get("vpcAccess"))
    add_vpc(
        builder,
        text(access.get("connector")),
        text(access.get("egress")),
        objects(access.get("networkInterfaces")),
    )
    environment = text(template.get("executionEnvironment")).removeprefix("EXECUTION_ENVIRONMENT_").lower()
    value = "default" if environment in ("", "unspecified") else environment
    builder.add("template.executionEnvironment", "execution environment", value)


def _add_service(builder: SpecificationBuilder, document: Mapping[str, Any]) -> None:
    builder.known.update(SERVICE_AREAS)
    builder.add("ingress", "ingress", _INGRESS.get(text(document.get("ingress")), "all"))
    builder.add("traffic", "traffic", traffic_text(objects(document.get("traffic"))))
    scaling = mapping(document.get("scaling"))
    for field, name in (("maxInstanceCount", "max instances"), ("minInstanceCount", "min instances")):
        if (count := text(scaling.get(field))) not in ("", "0"):
            builder.add(f"scaling.{field}", name, count, OF_SERVICE)
