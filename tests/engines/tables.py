"""Entries as BigQuery tables: the Log Analytics view, and the tables of a sink."""

import json
import re
from collections import defaultdict
from typing import Any, NamedTuple

from triage.reading.bigquery.fields import BALANCER_COLUMN

Log = dict[str, Any]
#: The type of a column: a word of GoogleSQL, a list of the one type of its members, or the types of a
#: struct's fields.
Kind = str | list[Any] | dict[str, Any]


class Relation(NamedTuple):
    """A table with columns and rows; a leading underscore marks a pseudo column."""

    columns: dict[str, Kind]
    rows: list[dict[str, Any]]


#: The columns of _AllLogs (cloud.google.com/logging/docs/analyze/query-and-view), as far as Cloud Run's logs
#: fill them.
_DURATION = {"seconds": "INT64", "nanos": "INT64"}
_REQUEST: dict[str, Kind] = {
    "request_method": "STRING", "request_url": "STRING", "request_size": "INT64", "status": "INT64",
    "response_size": "INT64", "user_agent": "STRING", "remote_ip": "STRING", "server_ip": "STRING",
    "referer": "STRING", "latency": _DURATION, "protocol": "STRING",
}  # fmt: skip
_AUDIT: dict[str, Kind] = {
    "service_name": "STRING", "method_name": "STRING", "resource_name": "STRING",
    "status": {"code": "INT64", "message": "STRING"},
    "authentication_info": {"principal_email": "STRING"}, "request": "JSON", "response": "JSON",
}  # fmt: skip
ALL_LOGS: dict[str, Kind] = {
    "log_name": "STRING", "log_id": "STRING", "resource": {"type": "STRING", "labels": "JSON"},
    "text_payload": "STRING", "json_payload": "JSON", "proto_payload": {"type": "STRING", "audit_log": _AUDIT},
    "http_request": _REQUEST, "timestamp": "TIMESTAMP", "receive_timestamp": "TIMESTAMP", "severity": "STRING",
    "insert_id": "STRING", "labels": "JSON", "trace": "STRING", "span_id": "STRING", "trace_sampled": "BOOL",
    "operation": {"id": "STRING", "producer": "STRING", "first": "BOOL", "last": "BOOL"},
    "source_location": {"file": "STRING", "line": "INT64", "function": "STRING"},
    "split": {"uid": "STRING", "index": "INT64", "total_splits": "INT64"},
}  # fmt: skip


def log_analytics(logs: list[Log]) -> Relation:
    """Return the view _AllLogs over some entries."""
    return Relation(ALL_LOGS, [_row(log) for log in logs])


def _row(log: Log) -> dict[str, Any]:
    row = {_snake(name): value for name, value in log.items()}
    row["log_id"] = log.get("logName", "").partition("/logs/")[2].replace("%2F", "/")
    row["severity"] = log.get("severity", "DEFAULT")
    for name in ("json_payload", "labels"):
        row[name] = json.dumps(row[name]) if name in row else None
    resource = log.get("resource") or {}
    row["resource"] = {"type": resource.get("type"), "labels": json.dumps(resource.get("labels", {}))}
    for name in ("operation", "source_location", "split", "http_request"):
        if row.get(name):
            row[name] = {_snake(inner): value for inner, value in row[name].items()}
    if row.get("http_request"):
        row["http_request"] = _request(row["http_request"])
    if location := row.get("source_location"):
        row["source_location"] = location | {"line": int(location.get("line") or 0)}
    if audit := row.get("proto_payload"):
        inner = {_snake(name): value for name, value in audit.items()}
        if info := inner.get("authentication_info"):
            inner["authentication_info"] = {_snake(name): value for name, value in info.items()}
        inner |= {name: json.dumps(inner[name]) for name in ("request", "response") if name in inner}
        row["proto_payload"] = {"type": audit.get("@type"), "audit_log": inner}
    return row


def _request(request: dict[str, Any]) -> dict[str, Any]:
    sizes = {name: int(request[name]) for name in ("request_size", "response_size") if request.get(name)}
    latency = request.get("latency")
    if latency:
        seconds, _, nanos = latency.removesuffix("s").partition(".")
        latency = {"seconds": int(seconds), "nanos": int(nanos.ljust(9, "0"))}
    return request | sizes | {"latency": latency}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def sink(logs: list[Log]) -> dict[str, Relation]:
    """Return the tables of a sink by name, with the columns that their entries have."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for log in logs:
        name = log.get("logName", "").partition("/logs/")[2].replace("%2F", "/") or "none"
        tables[re.sub(r"\W", "_", name)].append(_sink_row(log))
    return {name: Relation(_columns(rows), rows) for name, rows in tables.items()}


def _sink_row(log: Log) -> dict[str, Any]:
    row = dict(log)
    if request := log.get("httpRequest"):
        row["httpRequest"] = dict(request)
        for name in ("requestSize", "responseSize", "status"):
            if request.get(name) not in (None, ""):
                row["httpRequest"][name] = int(request[name])
        if request.get("latency"):
            row["httpRequest"]["latency"] = float(request["latency"].removesuffix("s"))
    if location := log.get("sourceLocation"):
        row["sourceLocation"] = location | {"line": int(location.get("line") or 0)}
    row |= {name: _user_fields(log[name]) for name in ("jsonPayload", "labels") if name in log}
    if str(row.get("jsonPayload", {}).get("_type")).endswith(".LoadBalancerLogEntry"):
        row[BALANCER_COLUMN] = row.pop("jsonPayload")
    if audit := row.pop("protoPayload", None):
        row["protopayload_auditlog"] = {name: value for name, value in audit.items() if name != "@type"}
    return row


def _user_fields(value: Any) -> Any:
    """Return user fields as a sink writes them: lower case, _, doubles."""
    if isinstance(value, list):
        return [_user_fields(item) for item in value]
    if isinstance(value, dict):
        return {re.sub(r"\W", "_", name).lower(): _user_fields(inner) for name, inner in value.items()}
    return float(value) if type(value) is int else value


def _columns(rows: list[dict[str, Any]]) -> dict[str, Kind]:
    columns: dict[str, Any] = {"timestamp": "TIMESTAMP", "receiveTimestamp": "TIMESTAMP"}
    for row in rows:
        for name, value in row.items():
            if name not in ("timestamp", "receiveTimestamp"):
                columns[name] = _merged_type(columns.get(name), value)
    return {name: kind for name, kind in columns.items() if kind}


def _merged_type(kind: Any, value: Any) -> Any:
    """Return the type of a column that also holds one more value."""
    if value in (None, [], {}):
        return kind
    if isinstance(value, dict):
        fields = dict(kind or {})
        for name, inner in value.items():
            fields[name] = _merged_type(fields.get(name), inner)
        return {name: inner for name, inner in fields.items() if inner}
    if isinstance(value, list):
        inner = kind[0] if kind else None
        for item in value:
            inner = _merged_type(inner, item)
        return [inner]
    return {bool: "BOOL", int: "INT64", float: "FLOAT64"}.get(type(value), "STRING")
