"""An audit entry as it was logged, in whatever form the export has it."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from triage.changes.json_values import last_part, mapping, objects, text
from triage.models import Entry

_RESOURCE = re.compile(
    r"(?:namespaces|projects)/(?P<project>[^/]+)(?:/locations/(?P<location>[^/]+))?"
    r"/(?P<kind>services|jobs|revisions|worker-?pools|functions|secrets|instances)/(?P<name>[^/]+)",
    re.IGNORECASE,
)
_LOG = "cloudaudit.googleapis.com/"


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit entry says of a call.

    ``at`` is in nanoseconds since 1970 in UTC. ``log`` is "activity" or "system_event", ``method`` the whole
    name and ``verb`` its last part. ``collection`` and ``name`` are those of the resource ("services",
    "shop"); ``path`` is its whole name; ``service`` is the one that labels name. ``code`` and ``message`` are
    those of the status, 0 and "" where the call worked.
    """

    at: int
    insert_id: str
    log: str
    method: str
    path: str
    project: str
    location: str
    collection: str
    name: str
    service: str
    resource_type: str
    revision: str
    principal: str
    code: int
    message: str
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    service_data: Mapping[str, Any]
    redactions: tuple[str, ...]
    operation: str
    is_first: bool
    is_last: bool

    @property
    def verb(self) -> str:
        """Return the last part of the method: "ReplaceService"."""
        return re.split(r"[./]", self.method)[-1]

    @property
    def key(self) -> tuple[int, str, str, str]:
        """Return what sorts records and is equal in duplicates."""
        return (self.at, self.insert_id, self.method, self.path)


def read_audit_record(entry: Entry) -> AuditRecord | None:
    """Return the audit record of an entry, None of an entry that has none or is not of a log of changes."""
    log = entry.log_name.removeprefix(_LOG)
    if not entry.log_name.startswith(_LOG) or log not in ("activity", "system_event"):
        return None
    try:
        record = _squashed(msgspec.json.decode(entry.raw))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    payload = next((body for name in _PAYLOADS if (body := _squashed(record.get(name)))), {})
    if not payload:
        return None
    status, operation = _squashed(payload.get("status")), _squashed(record.get("operation"))
    labels = _labels(record)
    path = text(payload.get("resourcename"))
    found = _RESOURCE.search(path)
    location = (found and found["location"]) or text(labels.get("location")) or text(labels.get("region"))
    places = _squashed(payload.get("resourcelocation")).get("currentlocations")
    if not location and isinstance(places, list) and places:
        location = text(places[0])
    code = text(status.get("code"))
    return AuditRecord(
        at=entry.timestamp,
        insert_id=entry.insert_id,
        log=log,
        method=text(payload.get("methodname")),
        path=path,
        project=text(labels.get("project_id")) or entry.project or (found["project"] if found else ""),
        location=location or entry.location,
        collection=found["kind"].lower().replace("-", "") if found else "",
        name=found["name"] if found else last_part(path),
        service=text(labels.get("service_name")) or entry.service,
        resource_type=text(_squashed(record.get("resource")).get("type")),
        revision=text(labels.get("revision_name")),
        principal=text(_squashed(payload.get("authenticationinfo")).get("principalemail")),
        code=int(code) if code.isdecimal() else 0,
        message=text(status.get("message")),
        request=_body(payload, "request"),
        response=_body(payload, "response"),
        service_data=mapping(_loaded(payload.get("servicedata"))),
        redactions=tuple(text(item.get("field")) for item in objects(payload.get("redactions"))),
        operation=text(operation.get("id")),
        is_first=operation.get("first") in (True, "true"),
        is_last=operation.get("last") in (True, "true"),
    )


_PAYLOADS = ("protopayload", "protopayloadauditlog", "jsonpayload", "payload", "rawpayload")


def _loaded(value: Any) -> Any:
    """Return the object that a text holds as JSON, any other value as it is."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return {}
    return value


def _squashed(value: Any) -> dict[str, Any]:
    """Return an object with its keys in lower case and without underscores."""
    value = _loaded(value)
    if not isinstance(value, dict):
        return {}
    return {str(key).replace("_", "").lower(): inner for key, inner in value.items()}


def _body(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the request or response, which BigQuery keeps as a text beside it."""
    return mapping(_loaded(payload.get(name))) or mapping(_loaded(payload.get(f"{name}json")))


def _labels(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the labels of the resource, in the spelling of the API."""
    labels = mapping(_loaded(_squashed(record.get("resource")).get("labels")))
    names = {"projectid": "project_id", "revisionname": "revision_name", "servicename": "service_name"}
    return {names.get(key.replace("_", "").lower(), key): value for key, value in labels.items()}
