"""The containers of a template: both API versions have nearly the same form."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from triage.changes import quantities
from triage.changes.json_values import last_part, mapping, objects, text
from triage.changes.probes import probe_text
from triage.changes.specification import (
    CONTAINER_AREAS,
    REDACTED,
    SECRET_REFERENCE,
    SpecificationBuilder,
)

_DEFAULT_PORT = "8080"
_DEFAULT_STARTUP_PROBE = {"tcpSocket": {}, "periodSeconds": 240, "timeoutSeconds": 240, "failureThreshold": 1}
_CUT = re.compile(r"\W*(?:redacted|masked|hidden)\W*|\*{3,}", re.IGNORECASE | re.ASCII)


def add_containers(
    builder: SpecificationBuilder, template: Mapping[str, Any], aliases: Mapping[str, str], *, stored: bool
) -> None:
    """Add the items of all containers; the first item of each is of the container that has the port.

    ``aliases`` are the names of secrets of other projects. ``stored`` says that Cloud Run wrote the object,
    with all
    defaults: what is absent from it without any resource limit was cut off, and is unknown.
    """
    containers = objects(template.get("containers"))
    if not containers:
        return
    complete = not stored or bool(mapping(containers[0].get("resources")).get("limits"))
    if complete:
        builder.known.update(CONTAINER_AREAS)
    main = next((item for item in containers if objects(item.get("ports"))), containers[0])
    for container in containers:
        part = "" if container is main else text(container.get("name")) or "sidecar"
        _add_container(builder, container, part, aliases, defaults=complete)


def _add_container(
    builder: SpecificationBuilder,
    container: Mapping[str, Any],
    part: str,
    aliases: Mapping[str, str],
    *,
    defaults: bool,
) -> None:
    area = "template.containers"
    if image := text(container.get("image")):
        builder.add(f"{area}.image", "image", image, part)
    for variable in objects(container.get("env")):
        if name := text(variable.get("name")):
            value, reference = _variable(variable, aliases)
            builder.add(f"{area}.env", f"env {name}", value, f"{part} {reference}".strip())
    for name in ("command", "args"):
        if words := container.get(name):
            words = words if isinstance(words, list) else [words]
            builder.add(f"{area}.{name}", name, shlex.join(text(word) for word in words), part)
    limits = mapping(mapping(container.get("resources")).get("limits"))
    for name, written, default in (("memory", quantities.memory, "512Mi"), ("cpu", quantities.cpu, "1")):
        if amount := text(limits.get(name)) or (default if defaults else ""):
            builder.add(f"{area}.resources", name, written(amount), part)
    _add_port_and_probes(builder, container, part, defaults=defaults and not part)


def _add_port_and_probes(
    builder: SpecificationBuilder, container: Mapping[str, Any], part: str, *, defaults: bool
) -> None:
    area = "template.containers"
    ports = objects(container.get("ports"))
    port = text(ports[0].get("containerPort")) if ports else ""
    if port or defaults:
        builder.add(f"{area}.ports", "port", port or _DEFAULT_PORT, part)
    for field, name in _PROBES:
        probe = mapping(container.get(field))
        if not probe and field == "startupProbe" and defaults:
            probe = _DEFAULT_STARTUP_PROBE
        if probe:
            builder.add(f"{area}.{field}", name, probe_text(probe, port or _DEFAULT_PORT), part)


_PROBES = (
    ("startupProbe", "startup probe"),
    ("livenessProbe", "liveness probe"),
    ("readinessProbe", "readiness probe"),
)


def _variable(variable: Mapping[str, Any], aliases: Mapping[str, str]) -> tuple[str, str]:
    """Return the value of a variable, or "secret NAME version V" and that it is such a reference."""
    source = mapping(variable.get("valueFrom")) or mapping(variable.get("valueSource"))
    if reference := mapping(source.get("secretKeyRef")):
        name = text(reference.get("secret")) or text(reference.get("name"))
        version = text(reference.get("version")) or text(reference.get("key")) or "latest"
        return f"secret {aliases.get(name, last_part(name))} version {last_part(version)}", SECRET_REFERENCE
    value = text(variable.get("value"))
    return (REDACTED if _CUT.fullmatch(value) else value), ""
