"""Audit entries of invented services, in both API versions."""

import json
from collections.abc import Mapping
from typing import Any

from triage.models import Entry, Source
from triage.window import parse_timestamp

PROJECT, LOCATION, SERVICE = "acme-test", "europe-west4", "kiosk"
DAY = "2027-02-03T"


def at(clock: str) -> int:
    """Return the nanoseconds of a time of the day, "10:00:00"."""
    return parse_timestamp(f"{DAY}{clock}Z")


def revision(number: int) -> str:
    """Return the name of a revision of the service."""
    return f"{SERVICE}-{number:05d}-abc"


def entry(
    clock: str,
    method: str,
    path: str,
    *,
    log: str = "activity",
    resource: str = "cloud_run_revision",
    operation: Mapping[str, Any] | None = None,
    **payload: Any,
) -> Entry:
    """Return an audit entry; ``payload`` are fields of its protoPayload."""
    record = {
        "insertId": f"{clock}-{method}-{path}"[-40:],
        "logName": f"projects/{PROJECT}/logs/cloudaudit.googleapis.com%2F{log}",
        "timestamp": f"{DAY}{clock}Z",
        "resource": {"type": resource, "labels": {"project_id": PROJECT, "location": LOCATION}},
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "authenticationInfo": {"principalEmail": "someone@acme.example"},
            "methodName": method,
            "resourceName": path,
            **payload,
        },
        **({"operation": operation} if operation else {}),
    }
    return Entry(
        timestamp=at(clock),
        log_name=f"cloudaudit.googleapis.com/{log}",
        project=PROJECT,
        location=LOCATION,
        insert_id=str(record["insertId"]),
        raw=json.dumps(record).encode(),
        source=Source("export.json", 1),
    )


def service_v1(
    *,
    template: Mapping[str, Any] | None = None,
    annotations: Mapping[str, Any] | None = None,
    service_annotations: Mapping[str, Any] | None = None,
    traffic: list[dict[str, Any]] | None = None,
    latest: str = "",
    **container: Any,
) -> dict[str, Any]:
    """Return a service in Knative's form; ``container`` are fields of its only container."""
    spec = {"containers": [{"image": "img/kiosk:1.0", **container}], **(template or {})}
    return {
        "kind": "Service",
        "metadata": {"name": SERVICE, "annotations": dict(service_annotations or {})},
        "spec": {
            "template": {"metadata": {"annotations": dict(annotations or {})}, "spec": spec},
            "traffic": traffic or [{"latestRevision": True, "percent": 100}],
        },
        **({"status": {"latestCreatedRevisionName": latest}} if latest else {}),
    }


def replace(clock: str, service: Mapping[str, Any], **payload: Any) -> Entry:
    """Return a call of API v1."""
    return entry(
        clock,
        "google.cloud.run.v1.Services.ReplaceService",
        f"namespaces/{PROJECT}/services/{SERVICE}",
        request={"service": service},
        **payload,
    )


def ready(clock: str, name: str, *, message: str = "Ready condition status changed to True") -> Entry:
    """Return the system event of a new revision, which holds little of it."""
    path = f"namespaces/{PROJECT}/revisions/{name}"
    return entry(
        clock,
        "/Services.ReplaceService",
        path,
        log="system_event",
        response={"kind": "Revision", "metadata": {"labels": {"serving.knative.dev/service": SERVICE}}},
        status={"message": message},
    )


def stored(clock: str, service: Mapping[str, Any]) -> Entry:
    """Return the system event of the service, as Cloud Run stores it."""
    path = f"namespaces/{PROJECT}/services/{SERVICE}"
    return entry(clock, "/Services.ReplaceService", path, log="system_event", response=service)


def service_v2(*, template: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a service of API v2; ``template`` adds to its template, ``fields`` to the service."""
    return {"template": {"containers": [{"image": "img/kiosk:1.0"}], **(template or {})}, **fields}


def update(
    clock: str,
    service: Mapping[str, Any],
    *,
    last: str = "",
    response: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
    mask: str = "",
) -> list[Entry]:
    """Return a call of API v2: its first entry, and its last at the time ``last``."""
    method = "google.cloud.run.v2.Services.UpdateService"
    path = f"projects/{PROJECT}/locations/{LOCATION}/services/{SERVICE}"
    request = {"service": service, **({"updateMask": mask} if mask else {})}
    found = [entry(clock, method, path, request=request, operation={"id": clock, "first": True})]
    if last:
        ended: dict[str, Any] = {"response": response or {}, **({"status": status} if status else {})}
        found.append(entry(last, method, path, operation={"id": clock, "last": True}, **ended))
    return found
