"""Log entries of an invented shop, and what the tool makes of them."""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zlib import crc32

from triage import pipeline
from triage.entries import decode
from triage.failures import FailurePoint, Statement, is_output
from triage.failures.meaning import Meanings
from triage.failures.points import failure_kind, find_failure
from triage.failures.statements import StatementBuilder
from triage.models import Diagnosis, Entry, Gap, Pack, Record, Source
from triage.rules import Matcher

Log = dict[str, Any]

SERVICE, REVISION = "shop", "shop-00007-abc"
START = datetime(2031, 4, 5, 6, 0, tzinfo=UTC)
UNAVAILABLE = "The request failed because either the HTTP response was malformed or connection to the instance had an error."
NO_INSTANCE = "The request was aborted because there was no available instance."
PROBE_PASSED = 'Default STARTUP TCP probe succeeded after 1 attempt for container "shop-1" on port 8080.'
PROBE_FAILED = (
    'Default STARTUP TCP probe failed 1 time consecutively for container "shop-1" on port 8080. '
    "The instance was not started. Connection failed with status {}."
)


@cache
def packs() -> list[Pack]:
    return pipeline.load_packs()


@cache
def _matcher() -> Matcher:
    return Matcher(packs())


def log(seconds: float, name: str, **fields: Any) -> Log:
    """Return a LogEntry of an instance; its insertId follows from its content."""
    fields = {"instance": "i1", "service": SERVICE, "revision": REVISION, **fields}
    kind = fields.pop("kind", "cloud_run_revision")
    instance, service, revision = (fields.pop(key) for key in ("instance", "service", "revision"))
    trace, container = fields.pop("trace", ""), fields.pop("container", "")
    labels = {
        "cloud_run_revision": {"service_name": service, "revision_name": revision},
        "cloud_run_job": {"job_name": service},
        "cloud_function": {"function_name": service},
    }[kind]
    entry: Log = {
        "timestamp": (START + timedelta(seconds=seconds)).isoformat(timespec="microseconds")[:-6] + "Z",
        "logName": f"projects/demo-project/logs/{name.replace('/', '%2F')}",
        "resource": {"type": kind, "labels": {"project_id": "demo-project", "location": "europe-west9", **labels}},
        **fields,
    }  # fmt: skip
    found = {"instanceId": instance} if instance else {}
    if container:
        found["container_name"] = container
    if kind == "cloud_run_job":
        found["run.googleapis.com/execution_name"] = revision
    if found:
        entry["labels"] = found
    if trace:
        entry["trace"] = f"projects/demo-project/traces/{trace}"
    entry["insertId"] = f"{crc32(json.dumps(entry).encode()):08x}"
    return entry


def printed(seconds: float, text: str | dict[str, Any], stream: str = "stderr", **fields: Any) -> Log:
    """Return something that the application printed: a line, or an object as jsonPayload."""
    payload = {"textPayload": text} if isinstance(text, str) else {"jsonPayload": text}
    return log(seconds, f"run.googleapis.com/{stream}", **payload, **fields)


def lines(seconds: float, text: str, step: float = 0.001, **fields: Any) -> list[Log]:
    """Return a text that the application printed line by line."""
    return [printed(seconds + step * n, line, **fields) for n, line in enumerate(text.split("\n"))]


def system(seconds: float, text: str, severity: str = "INFO", **fields: Any) -> Log:
    """Return a line of the platform."""
    return log(seconds, "run.googleapis.com/varlog/system", textPayload=text, severity=severity, **fields)


def request(
    seconds: float,
    path: str = "/",
    status: int = 200,
    *,
    latency: float = 0.1,
    text: str = "",
    method: str = "GET",
    **fields: Any,
) -> Log:
    """Return a request that began at a time."""
    severity = "ERROR" if status >= 500 else "WARNING" if status >= 400 else "INFO"
    http = {
        "requestMethod": method, "requestUrl": f"https://shop.example.com{path}", "status": status,
        "latency": f"{latency}s", "userAgent": "curl/8",
    }  # fmt: skip
    said = {"textPayload": text} if text else {}
    return log(seconds, "run.googleapis.com/requests", httpRequest=http, severity=severity, **said, **fields)


def deployment(
    seconds: float, text: str = "", *, ready: bool = False, name: str = REVISION, **fields: Any
) -> Log:
    """Return the audit entry of a revision whose Ready condition turned True or False."""
    condition = {
        "type": "Ready",
        "status": "True" if ready else "False",
        **({"message": text} if text else {}),
    }
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "status": {} if ready else {"code": 3, "message": text},
        "serviceName": "run.googleapis.com",
        "methodName": "/Services.CreateService" if ready else "/Services.ReplaceService",
        "resourceName": f"namespaces/demo-project/revisions/{name}",
        "response": {"metadata": {"name": name}, "status": {"conditions": [condition]}},
    }  # fmt: skip
    return log(seconds, "cloudaudit.googleapis.com/system_event", severity="INFO" if ready else "ERROR",
               protoPayload=payload, instance="", revision=name, **fields)  # fmt: skip


def started(seconds: float, **fields: Any) -> list[Log]:
    """Return the lines of an instance that starts and passes its probe."""
    return [
        system(seconds, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic.", **fields),
        system(seconds + 2, PROBE_PASSED, **fields),
    ]  # fmt: skip


def decoded(entry: Log) -> Entry:
    """Return a LogEntry as the tool reads it."""
    found = decode(Record(json.dumps(entry).encode(), Source("shop.json", 1)))
    assert not isinstance(found, Gap)
    return found


def output(seconds: float, text: str | dict[str, Any], **fields: Any) -> Entry:
    """Return something that the application printed, decoded."""
    return decoded(printed(seconds, text, **fields))


def statements(logs: Iterable[Log]) -> list[Statement]:
    """Return the statements of one instance, in order of their first line."""
    builder = StatementBuilder(Meanings())
    found = [said for entry in map(decoded, logs) if is_output(entry) for said in builder.observe(entry)]
    return sorted([*found, *builder.flush()], key=lambda said: said.first.sort_key)


def point(entry: Log) -> FailurePoint | None:
    """Return the failure point that an entry is by the shipped packs, None if nothing failed."""
    found = decoded(entry)
    event = _matcher().match(found)
    return find_failure(found, event, failure_kind(found, event))


def export(logs: Sequence[Log], order: str = "ascending", seed: int = 0) -> list[str]:
    """Return LogEntries as lines of an export."""
    rows = sorted(logs, key=lambda entry: str(entry["timestamp"]), reverse=order == "descending")
    if order == "shuffled":
        random.Random(seed).shuffle(rows)
    return [json.dumps(row) for row in rows]


def diagnose(logs: Sequence[Log]) -> Diagnosis:
    """Return what the tool says of some entries by the shipped packs."""
    records = [
        Record(line.encode(), Source("shop.json", number)) for number, line in enumerate(export(logs), 1)
    ]
    return pipeline.analyze(records, packs=packs()).diagnosis
