"""What was cut out of an audit entry is unknown, not removed."""

import re
from collections.abc import Iterable

from triage.changes.specification import SERVICE_AREAS, TEMPLATE_AREAS, VOLUMES, is_covered

_BODY = re.compile(r"(?:service|job|workerPool)\.")
_INDEX = re.compile(r"\[[^\]]*\]|\.\d+(?=\.|$)")
_V1_NAMES = {
    "containerConcurrency": "maxInstanceRequestConcurrency",
    "timeoutSeconds": "timeout",
    "serviceAccountName": "serviceAccount",
}
#: The areas that v1 keeps in annotations of the template.
_ANNOTATED = (
    VOLUMES,
    "template.scaling.maxInstanceCount",
    "template.scaling.minInstanceCount",
    "template.vpcAccess.connector",
    "template.vpcAccess.egress",
    "template.vpcAccess.networkInterfaces",
    "template.executionEnvironment",
)


def redacted_areas(fields: Iterable[str], side: str) -> set[str]:
    """Return the areas of a specification that were cut out of the "request" or "response" of an entry."""
    areas: set[str] = set()
    for field in fields:
        owner, _, path = field.removeprefix("protoPayload.").removeprefix("proto_payload.").partition(".")
        if owner == side:
            areas.update(_areas(path))
    return areas


def _areas(path: str) -> Iterable[str]:
    path = _INDEX.sub("", _BODY.sub("", path, count=1))
    path = path.removeprefix("spec.").replace("template.spec.", "template.")
    if path.startswith("template.metadata"):
        return _ANNOTATED
    if path.startswith("metadata"):
        return ("ingress", "scaling.maxInstanceCount", "scaling.minInstanceCount")
    if path in ("", "spec", "service", "template", "template.spec"):
        path = "template" if path.startswith("template") else "*"
    path = ".".join(_V1_NAMES.get(part, part) for part in path.split("."))
    return [area for area in (*TEMPLATE_AREAS, *SERVICE_AREAS) if is_covered(area, [path])]
