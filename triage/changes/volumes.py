"""What a template mounts: secrets and Cloud SQL sockets."""

from collections.abc import Mapping, Sequence
from typing import Any

from triage.changes.json_values import last_part, mapping, objects, text
from triage.changes.specification import VOLUMES, SpecificationBuilder


def add_volumes(
    builder: SpecificationBuilder, template: Mapping[str, Any], aliases: Mapping[str, str]
) -> None:
    """Add the mounted secrets with their versions and paths, and the Cloud SQL instances of volumes (v2)."""
    paths = _mount_paths(objects(template.get("containers")))
    builder.known.add(VOLUMES)
    instances: list[str] = []
    for volume in objects(template.get("volumes")):
        secret = mapping(volume.get("secret"))
        if name := text(secret.get("secret")) or text(secret.get("secretName")):
            path = paths.get(text(volume.get("name")), "")
            mounted = sorted(_mounted(item, path) for item in objects(secret.get("items")))
            value = ", ".join(mounted) or _mounted({}, path)
            builder.add(VOLUMES, f"secret {aliases.get(name, last_part(name))}", value)
        found = mapping(volume.get("cloudSqlInstance")).get("instances")
        instances += [text(item) for item in found] if isinstance(found, list) else []
    add_sql_instances(builder, instances)


def add_sql_instances(builder: SpecificationBuilder, instances: Sequence[str]) -> None:
    """Add the connections to Cloud SQL, whatever their order."""
    if named := sorted({instance.strip() for instance in instances if instance.strip()}):
        builder.add(VOLUMES, "cloud sql", ", ".join(named))


def _mount_paths(containers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    mounts = [mount for container in containers for mount in objects(container.get("volumeMounts"))]
    return {text(mount.get("name")): text(mount.get("mountPath")) for mount in mounts}


def _mounted(item: Mapping[str, Any], mount: str) -> str:
    version = last_part(text(item.get("version")) or text(item.get("key")) or "latest")
    path = "/".join(filter(None, [mount.rstrip("/"), text(item.get("path"))]))
    return f"version {version} at {path}" if path else f"version {version}"
