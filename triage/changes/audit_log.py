"""An audit entry as it was logged, in whatever form the export has it."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from triage.changes.json_values import last_part, mapping, objects, text
from triage.models import Entry
from triage.models.layouts import find_audit_log, fold_keys, parse_json_object

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
    payload = _squashed(find_audit_log(record)) or next(
        (body for name in _PAYLOADS if (body := _squashed(record.get(name)))), {}
    )
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
        service_data=mapping(parse_json_object(payload.get("servicedata"))),
        redactions=tuple(text(item.get("field")) for item in objects(payload.get("redactions"))),
        operation=text(operation.get("id")),
        is_first=operation.get("first") in (True, "true"),
        is_last=operation.get("last") in (True, "true"),
    )


#: Dumps of clients and exports without types keep the audit log as a JSON payload.
_PAYLOADS = ("jsonpayload", "payload", "rawpayload")


def _squashed(value: Any) -> dict[str, Any]:
    """Return an object with folded keys; a text may hold it as JSON."""
    value = parse_json_object(value)
    return fold_keys(value) if isinstance(value, dict) else {}


def _body(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the request or response, which BigQuery keeps as a text beside it."""
    return mapping(parse_json_object(payload.get(name))) or mapping(
        parse_json_object(payload.get(f"{name}json"))
    )


def _labels(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the labels of the resource, in the spelling of the API."""
    labels = mapping(parse_json_object(_squashed(record.get("resource")).get("labels")))
    names = {"projectid": "project_id", "revisionname": "revision_name", "servicename": "service_name"}
    return {names.get(key.replace("_", "").lower(), key): value for key, value in labels.items()}
