"""Log entries that hold a line of a rule, in the forms in which services log it."""

from collections.abc import Iterator, Sequence
from typing import Any

from triage.alerts.audit_entry import AUDIT_LINE
from triage.alerts.message_clause import is_of_platform
from triage.alerts.request_clause import reads_requests
from triage.models import WORKLOAD_RESOURCES, Rule, WorkloadKind

_TIME = "2025-09-13T17:43:01.123456Z"
_SYSTEM, _REQUESTS = "run.googleapis.com%2Fvarlog%2Fsystem", "run.googleapis.com%2Frequests"
_AUDIT, _STDERR = "cloudaudit.googleapis.com%2Factivity", "run.googleapis.com%2Fstderr"
#: What loggers write before a message: loguru, the standard library, gunicorn, uvicorn.
_PREFIXES = (
    "2025-09-13 17:43:01.123 | ERROR    | {logger}:run:12 - ",
    "2025-09-13 17:43:01,123 - {logger} - ERROR - ",
    "[2025-09-13 17:43:01 +0000] [7] [ERROR] ",
    "ERROR:    ",
)


def sample_entries(
    rule: Rule, line: str, name: str, kind: WorkloadKind, keys: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the entries of a workload that hold a line, as the Logging API writes them.

    The line of an application stands in a text, in a structured payload, and behind the prefix of each
    logger that triage knows.

    keys: keys of a structured payload under which it stands.
    """
    if found := AUDIT_LINE.fullmatch(line):
        method, resource, status = found.groups()
        payload = {"methodName": method, "resourceName": resource, "status": {"message": status}}
        yield _entry(name, kind, _AUDIT, protoPayload=payload)
    elif reads_requests(rule):
        method, path, status, *_ = [*line.split(" "), "", ""]
        request: dict[str, Any] = {"requestMethod": method, "requestUrl": f"https://shop.example{path}"}
        if status.isdecimal():
            request["status"] = int(status)
        yield _entry(name, kind, _REQUESTS, httpRequest=request)
    elif is_of_platform(rule):
        yield _entry(name, kind, _SYSTEM, textPayload=line)
    else:
        for payload in _application_payloads(rule, line, keys):
            yield _entry(name, kind, _STDERR, **payload)


def _application_payloads(rule: Rule, line: str, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    logger = rule.logged_by[0] if rule.logged_by else "app.main"
    for text in (line, *(prefix.format(logger=logger) + line for prefix in _PREFIXES)):
        yield {"textPayload": text}
        yield {"jsonPayload": {"message": text}}
    yield {"jsonPayload": {"message": line, "logger": logger}}
    for key in keys:
        yield {"jsonPayload": {key: line}}


def _entry(name: str, kind: WorkloadKind, log: str, **payload: Any) -> dict[str, Any]:
    resource_type, label = WORKLOAD_RESOURCES[kind]
    return {
        "timestamp": _TIME,
        "insertId": "sample",
        "logName": f"projects/demo/logs/{log}",
        "resource": {"type": resource_type, "labels": {label: name}},
        **payload,
    }
