"""The layouts that tables of BigQuery give a LogEntry: names of keys, and where the audit log is."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

#: Paths to the audit log, by folded names: Log Analytics, the API, and a sink's table.
AUDIT_LOG_PATHS = (("protopayload", "auditlog"), ("protopayload",), ("protopayloadauditlog",))
#: Keys and nulls below these fields come from the log, so they stay unchanged.
USER_KEYED = {"json_payload", "labels", "request", "response", "metadata", "service_data"}
#: Keys of a structured payload that may hold its message; the first one present wins.
MESSAGE_KEYS = ("message", "msg", "text", "log", "textPayload", "event")
#: Where OpenTelemetry puts a text, in its exports and in those of its Go library.
_TEXT_KINDS = ("stringValue", "Value")
_WORD = re.compile(r"_([a-z])")


def fold_keys(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with keys in lower case and without underscores; the first with a value wins."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = str(key).replace("_", "").lower()
        if found.get(name) in (None, ""):
            found[name] = inner
    return found


def unwrap_value(value: Any) -> Any:
    """Return the text in a value of OpenTelemetry, which names its kind; any other value unchanged.

    Source: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
    """
    if not isinstance(value, dict):
        return value
    return next((value[kind] for kind in _TEXT_KINDS if isinstance(value.get(kind), str)), value)


def parse_json_object(value: Any) -> Any:
    """Return the object that a string holds as JSON, any other value unchanged."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return value
    return value


def find_audit_log(folded: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the audit log of an entry with folded keys, None if it has none."""
    for first, *rest in AUDIT_LOG_PATHS:
        value = parse_json_object(folded.get(first))
        for name in rest:
            value = parse_json_object(fold_keys(value).get(name)) if isinstance(value, dict) else None
        if isinstance(value, dict) and value:
            return value
    return None


def to_api_names(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without empty values, with the API's names for those in snake_case."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and name not in USER_KEYED:
            inner: Any = _without_nulls(value) if name == "jsonPayload" else to_api_names(value)
        else:
            inner = value if name == "json_payload" else _without_nulls(value)
        if inner not in (None, {}, []):
            fields[_WORD.sub(lambda found: found[1].upper(), name)] = inner
    return fields


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without_nulls(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner not in (None, {}, [])}
