"""Normalize LogEntries of other formats to the API's: tables, dumps, key styles."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from triage.entries import wire
from triage.entries.severity import parse_level
from triage.entries.times import protobuf_seconds, to_rfc3339
from triage.models import layouts
from triage.models.layouts import find_audit_log, fold_keys, parse_json_object, unwrap_value

#: Payload fields that may hold the text, as folded keys; the first one present wins.
MESSAGE_KEYS = tuple(key.lower() for key in layouts.MESSAGE_KEYS)
#: Those of few loggers: Serilog's rendered message and its template, the texts of GELF and OpenTelemetry.
_RARE_MESSAGE_KEYS = ("@m", "@mt", "renderedmessage", "messagetemplate", "shortmessage", "body")
#: Fields other than "level" in which loggers name it, as folded keys: monolog, OpenTelemetry, .NET, Serilog.
_LEVEL_KEYS = ("levelname", "severitytext", "loglevel", "@l", "lvl")
#: The levels of syslog: https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1
_OF_SYSLOG = dict(
    enumerate(("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"))
)
#: The fields of a message by their API names; the value of an inner message is such a mapping.
Names = Mapping[str, object]
_WHOLE_KEYS = ("labels", "resource.labels")
#: Fields that are maps: their keys come from the log.
_MAPS = ("labels", "systemLabels", "userLabels")
_LARGEST_REPR = 1 << 20


def normalize_foreign_record(record: dict[str, Any]) -> wire.LogEntry:
    """Return a record of any format as the API would have written it.

    Supported are camelCase, snake_case and BigQuery's lower case (keys are compared without case and
    underscores), the JSON strings of Log Analytics, the dotted columns of a CSV download, dumps of the
    Python client's entries (``payload``, ``raw_payload``, ``http_request`` with ``method`` and ``url``) and
    the flat table that ``triage entries`` writes. A value of an unexpected type is left out.

    Raises:
        ValueError: the record has no time; nothing else of it is looked at.

    """
    flat = flatten_record(record)
    if flat.get("timestamp") is None and flat.get("receivetimestamp") is None:
        raise ValueError("no timestamp")
    resource = _build_resource(flat)
    labels = {key: _to_text(value) or "" for key, value in _to_labels(flat.get("labels")).items()}
    if "instanceId" not in labels and isinstance(flat.get("instance"), str):
        labels["instanceId"] = flat["instance"]
    payload, text, proto = find_payloads(flat)
    return wire.LogEntry(
        timestamp=to_rfc3339(flat.get("timestamp")),
        receive_timestamp=to_rfc3339(flat.get("receivetimestamp")),
        severity=_to_severity(flat.get("severity")),
        insert_id=_to_text(flat.get("insertid")),
        log_name=_to_text(flat.get("logname")) or _to_text(flat.get("logid")),
        text_payload=text,
        json_payload=_build_payload(payload) if payload else None,
        proto_payload=_build_audit_log(proto),
        http_request=_build_http_request(flat),
        resource=resource,
        labels=labels,
        source_location=_build_source_location(parse_json_object(flat.get("sourcelocation")) or flat),
        trace=_to_text(flat.get("trace")),
        split=_build_split(parse_json_object(flat.get("split"))),
    )


def flatten_record(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with nested objects for dotted keys, and with folded keys."""
    return fold_keys(_nest_dotted_keys(record))


def rename_fields(flat: dict[str, Any], names: Names) -> dict[str, Any]:
    """Return the fields of a flattened record that the API defines, under its names.

    Columns that are no field of a LogEntry are left out.
    """
    found: dict[str, Any] = {}
    for name, inner in names.items():
        value = flat.get(name.lower())
        if name in _MAPS:
            value = _to_labels(value)
        elif isinstance(inner, Mapping):
            value = _find_resource(flat) if name == "resource" else parse_json_object(value)
            value = _rename_message(value, inner)
        if value not in (None, "", {}, []):
            found[name] = value
    return found


def _rename_message(value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_rename_message(item, names) for item in value]
    return rename_fields(fold_keys(value), names) if isinstance(value, dict) else None


def find_payloads(flat: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None, dict[str, Any] | None]:
    """Return the JSON payload, text payload and audit log of a flattened record."""
    proto = find_audit_log(flat)
    payload = parse_json_object(flat.get("jsonpayload"))
    text = _to_text(flat.get("textpayload"))
    if not payload and not text and not proto:
        payload, text = _find_dumped_payload(flat)
    if isinstance(payload, str | int | float | list):
        payload, text = None, _to_text(payload)
    if not proto and _is_audit(payload):
        payload, proto = None, payload
    return payload or None, text, proto


def _nest_dotted_keys(record: dict[str, Any]) -> dict[str, Any]:
    """Return nested objects for dotted keys; keys of labels may hold dots."""
    if not any("." in key for key in record):
        return record
    nested: dict[str, Any] = {}
    for key, value in record.items():
        path = key.split(".")
        whole = next((name for name in _WHOLE_KEYS if key.startswith(f"{name}.")), None)
        if whole:
            path = [*whole.split("."), key[len(whole) + 1 :]]
        parent = nested
        for name in path[:-1]:
            inner = parent.get(name)
            if not isinstance(inner, dict):
                parent[name] = inner = {}
            parent = inner
        if value not in (None, "") and not isinstance(parent.get(path[-1]), dict):
            parent[path[-1]] = value
    return nested


def _to_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value, order="sorted").decode()


def _to_object(value: Any) -> dict[str, Any]:
    value = parse_json_object(value)
    return fold_keys(value) if isinstance(value, dict) else {}


def _to_severity(value: Any) -> str | int | None:
    if isinstance(value, bool):
        return None
    return (
        int(value)
        if isinstance(value, float) and abs(value) < 1000
        else value
        if isinstance(value, str | int)
        else None
    )


def _to_integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if abs(value) < 1 << 53 else None
    if isinstance(value, str):
        text = value.strip().removesuffix(".0")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
    return value if isinstance(value, int) else None


def _to_labels(value: Any) -> dict[str, Any]:
    value = parse_json_object(value)
    if isinstance(value, list):  # BigQuery writes a map as a list of records, Arrow as a list of pairs
        pairs = [
            (item.get("key"), item.get("value")) if isinstance(item, dict) else item
            for item in value
            if isinstance(item, dict | list) and len(item) == 2
        ]
        return {str(key): inner for key, inner in pairs if key is not None}
    return value if isinstance(value, dict) else {}


def _find_resource(flat: dict[str, Any]) -> Any:
    value = parse_json_object(flat.get("resource"))
    if isinstance(value, list) and len(value) == 2:  # a namedtuple of the Python client
        return {"type": value[0], "labels": value[1]}
    return value


def _build_resource(flat: dict[str, Any]) -> wire.Resource:
    found = _to_object(_find_resource(flat))
    labels = fold_keys(_to_labels(found.get("labels")))

    def label(name: str, column: str) -> str | None:
        return _to_text(labels.get(name)) or _to_text(flat.get(name)) or _to_text(flat.get(column))

    return wire.Resource(
        type=_to_text(found.get("type")),
        labels=wire.ResourceLabels(
            project_id=label("projectid", "project"),
            location=label("location", "location"),
            service_name=label("servicename", "service"),
            revision_name=label("revisionname", "revision"),
            job_name=label("jobname", "job"),
            worker_pool_name=label("workerpoolname", "workerpool"),
            function_name=label("functionname", "functionname"),
            backend_service_name=label("backendservicename", "backendservicename"),
            backend_target_name=label("backendtargetname", "backendtargetname"),
        ),
    )


def _find_dumped_payload(flat: dict[str, Any]) -> tuple[Any, str | None]:
    """Return the payload and the text of a dump with field names of its own."""
    for name in ("payload", "rawpayload"):
        value = parse_json_object(flat.get(name))
        if isinstance(value, dict):
            return value, None
        if isinstance(value, str) and value:
            parsed = _parse_python_repr(value)
            return (parsed, None) if parsed else (None, value)
    if flat.get("message") in (None, ""):
        return None, None
    error = {
        "type": flat.get("errortype"),
        "message": flat.get("errormessage"),
        "traceback": flat.get("errortraceback"),
    }
    return {"message": flat["message"], "logger": flat.get("logger"), "error": error}, None


def _parse_python_repr(text: str) -> dict[str, Any] | None:
    """Return the dict that Python printed as this text, None if it is none."""
    if text[:2] != "{'" or len(text) > _LARGEST_REPR:
        return None
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None


def _is_audit(payload: Any) -> bool:
    return isinstance(payload, dict) and str(payload.get("@type", "")).endswith("google.cloud.audit.AuditLog")


def _build_audit_log(value: Any) -> wire.AuditLog | None:
    if not isinstance(value, dict):
        return None
    found = _to_object(value)
    status = _to_object(found.get("status"))
    return wire.AuditLog(
        method_name=_to_text(found.get("methodname")),
        resource_name=_to_text(found.get("resourcename")),
        status=wire.Status(code=_to_integer(status.get("code")), message=_to_text(status.get("message"))),
    )


def _build_payload(payload: dict[str, Any]) -> wire.JsonPayload:
    found = fold_keys(payload)
    message = _find_message(found, MESSAGE_KEYS) or _find_message(
        _to_object(found.get("fields")), MESSAGE_KEYS
    )
    message = unwrap_value(message or _find_message(found, _RARE_MESSAGE_KEYS))
    if message is None:
        message = found["message"] if isinstance(found.get("message"), str) else payload
    labels, error = _to_object(found.get("labels")), parse_json_object(found.get("error"))
    detail = _to_object(error)
    return wire.JsonPayload(
        message=_to_text(message),
        labels=wire.PayloadLabels(
            module=_to_text(labels.get("module")),
            function=_to_text(labels.get("function")),
            line=_to_integer(labels.get("line")),
        ),
        context=wire.PayloadContext(name=_to_text(_to_object(found.get("context")).get("name"))),
        error=wire.PayloadError(
            type=_to_text(detail.get("type")),
            value=_to_text(detail.get("value")),
            message=error if isinstance(error, str) else _to_text(detail.get("message")),
            traceback=_to_text(detail.get("traceback")),
        ),
        logger=_to_text(found.get("logger")),
        name=_to_text(found.get("name")),
        severity=_to_severity(found.get("severity")),
        levelname=_to_text(found.get("levelname")),
        level=_find_level(found),
        log_level=_to_severity(found.get("log.level")),
        validation=wire.Validation(
            severity=_to_severity(_to_object(found.get("validation")).get("severity"))
        ),
        status_details=_to_text(found.get("statusdetails")),
        proxy_status=_to_text(found.get("proxystatus")),
    )


def _find_level(found: dict[str, Any]) -> str | int | None:
    """Return the level that a logger gives, in the words of any of them."""
    named = next((found[name] for name in _LEVEL_KEYS if isinstance(found.get(name), str)), None)
    level = named or _to_severity(found.get("level"))
    if isinstance(level, int) and ("msg" in found or found.get("v") == 0):
        return parse_level(level, is_of_node=True)
    if isinstance(level, int) and "shortmessage" in found:  # GELF
        return _OF_SYSLOG.get(level)
    if level is not None:
        return level
    if "@t" in found:  # https://github.com/serilog/serilog-formatting-compact#format-details
        return "INFO"
    inner = _to_object(found.get("log")).get("level") or found.get("level")
    inner = inner or _to_object(found.get("record")).get("level")
    return _to_severity(inner.get("name") if isinstance(inner, dict) else inner)


def _find_message(fields: dict[str, Any], names: Iterable[str]) -> Any:
    return next((fields[name] for name in names if fields.get(name) not in (None, "", {}, [])), None)


def _build_http_request(flat: dict[str, Any]) -> wire.HttpRequest | None:
    found = _to_object(flat.get("httprequest"))
    if not found:
        found = {key.removeprefix("http"): value for key, value in flat.items() if key.startswith("http")}
        if found.get("method") in (None, "") and found.get("url") in (None, ""):
            return None
    latency = found.get("latency")
    if isinstance(latency, dict):
        latency = f"{protobuf_seconds(latency)}s"
    return wire.HttpRequest(
        request_method=_to_text(found.get("requestmethod")) or _to_text(found.get("method")),
        request_url=_to_text(found.get("requesturl")) or _to_text(found.get("url")),
        status=_to_integer(found.get("status")),
        latency=_to_text(latency),
        user_agent=_to_text(found.get("useragent")),
    )


def _build_source_location(value: Any) -> wire.SourceLocation:
    found = _to_object(value)
    return wire.SourceLocation(
        file=_to_text(found.get("file")),
        line=_to_integer(found.get("line")),
        function=_to_text(found.get("function")),
    )


def _build_split(value: Any) -> wire.LogSplit | None:
    found = _to_object(value)
    if not found.get("uid"):
        return None
    return wire.LogSplit(
        uid=_to_text(found["uid"]) or "",
        index=_to_integer(found.get("index")) or 0,
        total_splits=_to_integer(found.get("totalsplits")) or 0,
    )
