"""Return an entry in the format of the Logging API, which filters refer to."""

from typing import Any

import msgspec

from triage.entries import lenient_json
from triage.entries.foreign_forms import (
    Names,
    find_payloads,
    flatten_record,
    normalize_foreign_record,
    rename_fields,
)
from triage.models import Entry
from triage.models.layouts import to_api_names

#: Keys that only the format of the API has.
_OWN = (
    "insertId",
    "logName",
    "textPayload",
    "jsonPayload",
    "protoPayload",
    "httpRequest",
    "receiveTimestamp",
)


def api_form(entry: Entry, names: Names) -> dict[str, Any]:
    """Return the LogEntry as plain data with the names of the API.

    A record in another form gets every field of ``names`` that it has. Values that are null, that were not
    exported or that are nested too deeply are left out.

    names: the fields of a LogEntry, as the API names them.
    """
    data = lenient_json.limit_depth(entry.raw)
    try:
        raw = msgspec.json.decode(data)
    except msgspec.DecodeError:
        raw = lenient_json.loads(data)
    if isinstance(raw.get("resource"), dict) and any(name in raw for name in _OWN):
        return _with_duration({name: value for name, value in raw.items() if value is not None})
    flat = flatten_record(raw)
    payload, text, proto = find_payloads(flat)
    normalized: dict[str, Any] = _without_nulls(msgspec.to_builtins(normalize_foreign_record(raw)))
    fields = _merge(rename_fields(flat, names), normalized)
    fields |= {"jsonPayload": payload, "textPayload": text, "protoPayload": proto and to_api_names(proto)}
    return _with_duration({name: value for name, value in fields.items() if value not in (None, {})})


def _with_duration(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with a latency as the API writes it: a row of a sink's table has seconds."""
    request = fields.get("httpRequest")
    latency = request.get("latency") if isinstance(request, dict) else None
    if not isinstance(request, dict) or not isinstance(latency, int | float):
        return fields
    return fields | {"httpRequest": request | {"latency": f"{latency:.9f}s"}}


def _merge(fields: dict[str, Any], normalized: dict[str, Any]) -> dict[str, Any]:
    """Return both objects as one; where both have a value, the normalized one."""
    merged = dict(fields)
    for name, value in normalized.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = _merge(before, value)
        else:
            merged[name] = value
    return merged


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {name: _without_nulls(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner not in (None, {}, "")}
