"""Specifications of functions, of both generations and API versions.

The fields are those of ``google.cloud.functions.v1.CloudFunction`` and ``google.cloud.functions.v2.Function``
(REST references of Cloud Functions); audit entries spell the keys of a request in snake_case too.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from triage.changes import quantities
from triage.changes.calls import Call, body_of
from triage.changes.json_values import last_part, mapping, objects, text
from triage.changes.networks import add_vpc
from triage.changes.specification import SECRET_REFERENCE, VOLUMES, Specification, SpecificationBuilder
from triage.changes.template_defaults import add_service_account
from triage.window import format_timestamp

_ENV, _RESOURCES = "template.containers.env", "template.containers.resources"
_SOURCE, _RUNTIME, _ENTRY_POINT = "function.source", "function.runtime", "function.entryPoint"
#: What is known of a function whose configuration is known.
FUNCTION_AREAS = (_ENV, _RESOURCES, _SOURCE)
_VPC = "template.vpcAccess"
_SCALING = "template.scaling"
_CONCURRENCY = "template.maxInstanceRequestConcurrency"
#: The area of each field, whatever object it stands in.
_AREAS = {
    "availableMemory": _RESOURCES,
    "availableMemoryMb": _RESOURCES,
    "availableCpu": _RESOURCES,
    "timeout": "template.timeout",
    "timeoutSeconds": "template.timeout",
    "maxInstances": f"{_SCALING}.maxInstanceCount",
    "maxInstanceCount": f"{_SCALING}.maxInstanceCount",
    "minInstances": f"{_SCALING}.minInstanceCount",
    "minInstanceCount": f"{_SCALING}.minInstanceCount",
    "maxInstanceRequestConcurrency": _CONCURRENCY,
    "serviceAccountEmail": "template.serviceAccount",
    "vpcConnector": f"{_VPC}.connector",
    "vpcConnectorEgressSettings": f"{_VPC}.egress",
    "ingressSettings": "ingress",
    "environmentVariables": _ENV,
    "secretEnvironmentVariables": _ENV,
    "secretVolumes": VOLUMES,
    "runtime": _RUNTIME,
    "entryPoint": _ENTRY_POINT,
    "source": _SOURCE,
    "sourceUploadUrl": _SOURCE,
    "sourceArchiveUrl": _SOURCE,
    "sourceRepository": _SOURCE,
}
_INGRESS = {
    "ALLOW_INTERNAL_ONLY": "internal",
    "ALLOW_INTERNAL_AND_GCLB": "internal-and-cloud-load-balancing",
}
#: Fields whose keys are names that somebody chose.
_FREE_KEYS = frozenset({"environmentVariables", "labels"})
#: A label of Firebase, which is the same for the same source.
_FIREBASE_HASH = "firebase-functions-hash"


def function_requested(call: Call, mask: Sequence[str], before: Specification | None) -> Specification:
    """Return what is known of a function after a call: as stored, else what the request changes.

    What an update mask leaves out is as it was ``before``.
    """
    request, response = _camel(body_of(call)), _camel(call.response)
    known = before or Specification()
    is_stored = "serviceConfig" in response or "versionId" in response
    stored = _read(response, complete=True) if is_stored else Specification()
    changed = _read(request, complete=not mask)
    if mask:
        changed = changed.limited_to({area for path in mask for area in _areas_of(path)})
    source = _source(call, request, response, mask)
    return source.over(stored).over(_with_rest_of_resources(changed, known)).over(known)


def _with_rest_of_resources(changed: Specification, before: Specification) -> Specification:
    """Return a specification with the CPU of before where only the memory was changed, and the reverse."""
    rest = {
        key: value
        for key, value in before.items.items()
        if before.areas[key] == _RESOURCES and _RESOURCES in changed.known
    }
    return Specification(rest | changed.items, dict.fromkeys(rest, _RESOURCES) | changed.areas, changed.known)


def _areas_of(path: str) -> set[str]:
    """Return the areas that a path of an update mask names; variables of the build are none of them."""
    parts = path.split(".")
    if parts[0] == "buildConfig" and "environmentVariables" in parts:
        return set()
    return {_AREAS[part] for part in parts if part in _AREAS}


def _read(function: Mapping[str, Any], *, complete: bool) -> Specification:
    """Return the specification of an object; what is absent from a complete one is not set."""
    builder = SpecificationBuilder({_ENV, VOLUMES, f"{_VPC}.connector", f"{_VPC}.egress"} if complete else ())
    config = mapping(function.get("serviceConfig")) or function
    build = mapping(function.get("buildConfig")) or function
    if megabytes := text(config.get("availableMemoryMb")):
        builder.add(_RESOURCES, "memory", quantities.memory(f"{megabytes}Mi"))
    if amount := text(config.get("availableMemory")):
        builder.add(_RESOURCES, "memory", quantities.memory(amount))
    if cpus := text(config.get("availableCpu")):
        builder.add(_RESOURCES, "cpu", quantities.cpu(cpus))
    if limit := text(config.get("timeoutSeconds")) or text(config.get("timeout")):
        builder.add("template.timeout", "request timeout", quantities.seconds(limit))
    _add_counts(builder, config, complete=complete)
    if account := text(config.get("serviceAccountEmail")):
        add_service_account(builder, account)
    if connector := text(config.get("vpcConnector")):
        add_vpc(builder, connector, text(config.get("vpcConnectorEgressSettings")), None)
    if ingress := text(config.get("ingressSettings")):
        builder.add("ingress", "ingress", _INGRESS.get(ingress, "all"))
    if runtime := text(build.get("runtime")):
        builder.add(_RUNTIME, "image", runtime, "runtime")
    if entry_point := text(build.get("entryPoint")):
        builder.add(_ENTRY_POINT, "command", entry_point)
    _add_variables_and_secrets(builder, config)
    return builder.build()


def _add_counts(builder: SpecificationBuilder, config: Mapping[str, Any], *, complete: bool) -> None:
    most = text(config.get("maxInstanceCount")) or text(config.get("maxInstances"))
    least = text(config.get("minInstanceCount")) or text(config.get("minInstances"))
    if complete or most:
        builder.add(f"{_SCALING}.maxInstanceCount", "max instances", most or "default")
    if complete or least:
        builder.add(f"{_SCALING}.minInstanceCount", "min instances", least or "0")
    if concurrency := text(config.get("maxInstanceRequestConcurrency")):
        builder.add(_CONCURRENCY, "concurrency", concurrency)


def _add_variables_and_secrets(builder: SpecificationBuilder, config: Mapping[str, Any]) -> None:
    for name, value in mapping(config.get("environmentVariables")).items():
        builder.add(_ENV, f"env {name}", text(value))
    for variable in objects(config.get("secretEnvironmentVariables")):
        value = f"secret {last_part(text(variable.get('secret')))} version {text(variable.get('version'))}"
        builder.add(_ENV, f"env {text(variable.get('key'))}", value, SECRET_REFERENCE)
    for volume in objects(config.get("secretVolumes")):
        mounts = [
            f"version {text(item.get('version'))} at {text(volume.get('mountPath'))}{text(item.get('path'))}"
            for item in objects(volume.get("versions"))
        ]
        name = f"secret {last_part(text(volume.get('secret')))}"
        builder.add(VOLUMES, name, ", ".join(sorted(mounts)) or "version latest")


def _source(
    call: Call, request: Mapping[str, Any], response: Mapping[str, Any], mask: Sequence[str]
) -> Specification:
    """Return the source of a function after a call: as stored, else the one that the call deploys.

    One that no entry names is named by the time of the call; that of a call that deploys none is unknown.
    """
    builder = SpecificationBuilder()
    is_deployed = not mask or any(_SOURCE in _areas_of(path) for path in mask)
    named = _source_name(response) or (_source_name(request) if is_deployed else "")
    if named or is_deployed:
        builder.add(_SOURCE, "image", named or f"deployed {format_timestamp(call.at)[:19]}Z", "source")
    return builder.build()


def _source_name(function: Mapping[str, Any]) -> str:
    """Return what names the source of an object, "" where it names none."""
    build = mapping(function.get("buildConfig"))
    resolved = mapping(mapping(build.get("sourceProvenance")).get("resolvedStorageSource"))
    for place in (resolved, mapping(mapping(build.get("source")).get("storageSource"))):
        if name := text(place.get("object")):
            generation = text(place.get("generation"))
            return f"{last_part(name)}#{generation}" if generation else last_part(name)
    if label := text(mapping(function.get("labels")).get(_FIREBASE_HASH)):
        return label
    # What follows the path of an upload's address is its signature.
    address = text(function.get("sourceUploadUrl")) or text(function.get("sourceArchiveUrl"))
    return last_part(address.partition("?")[0])


def _camel(value: Any) -> dict[str, Any]:
    """Return an object with its keys in camelCase, but for keys that somebody chose."""
    found: dict[str, Any] = {}
    for key, inner in mapping(value).items():
        name = re.sub(r"_([a-z])", lambda match: match[1].upper(), key)
        found[name] = _camel(inner) if isinstance(inner, dict) and name not in _FREE_KEYS else inner
        if isinstance(inner, list):
            found[name] = [_camel(item) if isinstance(item, dict) else item for item in inner]
    return found
