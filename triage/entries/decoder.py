"""Decode raw records to entries: one decoder for every export format."""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from math import isfinite
from urllib.parse import unquote

import msgspec

from triage.entries import lenient_json, wire
from triage.entries.failed_condition import failed_condition
from triage.entries.foreign_forms import normalize_foreign_record
from triage.entries.severity import parse_level, parse_severity
from triage.entries.strip_prefix import StrippedText, strip_log_prefix
from triage.entries.times import is_possible, parse_nanoseconds
from triage.models import Audit, Balancer, Entry, ErrorInfo, Gap, Http, Record, SeveritySource, Split
from triage.text import lazy_pattern
from triage.window import NANOSECONDS

_decode = msgspec.json.Decoder(wire.LogEntry).decode
_HOUR = 3600 * NANOSECONDS
_NO_TEXT = StrippedText("")
#: Beginnings of the resource types of application load balancers.
_BALANCERS = ("http_load_balancer", "http_external_regional_lb", "internal_http_lb")
_PROXY_DETAILS = re.compile(r'\bdetails="([^"]*)"')
_NO_LABELS = wire.ResourceLabels()
#: Exceptions of payloads that are no error, by type and message.
IgnoredErrors = AbstractSet[tuple[str, str]]
_RESOURCE = lazy_pattern(
    r"(?:namespaces|projects)/([^/]+)/(?:locations/([^/]+)/)?(services|revisions|jobs)/([^/]+)"
)


def decode(record: Record, ignored: IgnoredErrors = frozenset()) -> Entry | Gap:
    """Return the entry of a record in any export format, or the Gap that it leaves.

    Only a time is required: ``timestamp``, or ``receiveTimestamp``, which makes the time uncertain. A
    record as the API writes it takes one typed pass. Any other record (another key style, a value of an
    unexpected type, no payload in the usual field, a request without its URL) is normalized to the same
    typed format first.

    ignored: exceptions of payloads that are no error.
    """
    data = record.data
    try:
        if not data.isascii():
            data.decode()
        entry = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_foreign(record, ignored)
    payload = entry.json_payload
    request = entry.http_request
    text = entry.text_payload or (payload and payload.message) or (request and request.request_url)
    if (
        text
        and entry.timestamp
        and entry.insert_id
        and entry.resource
        and not (request and not request.request_url)
    ):
        try:
            return _normalize(entry, record, data, ignored)
        except ValueError as error:
            return _broken_record(record, str(error))
    return _decode_foreign(record, ignored)


def _decode_foreign(record: Record, ignored: IgnoredErrors) -> Entry | Gap:
    data = record.data
    try:
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            value = lenient_json.loads(data)
            data = msgspec.json.encode(value)
        if not isinstance(value, dict):
            return _broken_record(record, "not a JSON object")
        return _normalize(normalize_foreign_record(value), record, data, ignored)
    except RecursionError:
        return _broken_record(record, "nested too deeply")
    except ValueError as error:
        return _broken_record(record, str(error))


def _broken_record(record: Record, reason: str) -> Gap:
    start = ascii(record.data[:80].decode("utf-8", "replace"))
    return Gap("broken_record", record.source.path, f"{reason}: {start}", record.source.position)


def _normalize(entry: wire.LogEntry, record: Record, data: bytes, ignored: IgnoredErrors) -> Entry:
    """Return the entry of a decoded record.

    Raises:
        ValueError: the record has no time.

    """
    received = _receive_timestamp(entry)
    timestamp = parse_nanoseconds(entry.timestamp) if entry.timestamp else None
    if timestamp is not None and is_possible(timestamp):
        uncertain = received is not None and not -_HOUR <= received - timestamp <= _HOUR
    elif received is not None:
        timestamp, uncertain = received, True
    elif timestamp is None:
        raise ValueError("no timestamp")
    else:
        raise ValueError(f"not a time between the years 1677 and 2262: {entry.timestamp!r}")
    log_name, log_project = _split_log_name(entry.log_name) if entry.log_name else ("", "")
    resource = (entry.resource and entry.resource.labels) or _NO_LABELS
    labels = entry.labels or {}
    payload = entry.json_payload
    audit = _convert_audit(entry.proto_payload, entry.severity, data) if entry.proto_payload else None
    http = _convert_request(entry.http_request) if entry.http_request else None
    error = _convert_error(payload.error, ignored) if payload and payload.error else None
    text = _strip_message(entry, payload, error)
    message = text.message
    if not message and audit:
        parts = (audit.method, audit.resource)
        message = " ".join(filter(None, parts)) + (f": {audit.status}" if audit.status else "")
    elif not message and http:
        message = " ".join(str(part) for part in (http.method, http.path, http.status) if part)
    resource_type = (entry.resource and entry.resource.type) or ""
    balancer = _read_balancer(entry) if is_balancer(resource_type) else None
    if balancer and http:
        message = " ".join(
            str(part) for part in (http.method, http.path, http.status, balancer.details) if part
        )
    level, origin = _effective_severity(entry, payload, text)
    logger, function, line = _code_location(entry, payload, text)
    location, revision = resource.location or "", resource.revision_name or ""
    service, project = resource.workload or "", resource.project_id or log_project
    if resource.function_name and audit and ".functions.v2." in audit.method:
        service = _run_service_of(service)
    if audit and not (service and revision and project):
        project, location, service, revision = _fill_from_resource_name(
            audit.resource, project, location, service, revision
        )
    if resource.job_name and not revision:
        revision = labels.get("run.googleapis.com/execution_name", "")
    return Entry(
        timestamp=timestamp,
        receive_timestamp=received,
        severity=level,
        severity_source=origin,
        message=message,
        log_name=log_name,
        service=service,
        revision=revision,
        location=location,
        project=project,
        resource_type=resource_type,
        instance=labels.get("instanceId") or labels.get("instance_id") or labels.get("instanceid") or "",
        logger=logger,
        function=function,
        line=line,
        trace=entry.trace or "",
        http=http,
        balancer=balancer,
        error=error,
        audit=audit,
        labels=labels,
        insert_id=entry.insert_id or "",
        payload_lost=not message,
        time_uncertain=uncertain,
        split=_convert_split(entry.split) if entry.split else None,
        raw=data,
        source=record.source,
    )


def _receive_timestamp(entry: wire.LogEntry) -> int | None:
    """Return when Cloud Logging received the entry, in nanoseconds.

    An unreadable or impossible time is ignored when the entry has a time of its own.

    Raises:
        ValueError: the only time of the entry is unreadable.

    """
    try:
        received = parse_nanoseconds(entry.receive_timestamp) if entry.receive_timestamp else None
    except ValueError:
        if entry.timestamp:
            return None
        raise
    return received if received is not None and is_possible(received) else None


def _strip_message(
    entry: wire.LogEntry, payload: wire.JsonPayload | None, error: ErrorInfo | None
) -> StrippedText:
    if entry.text_payload:
        return strip_log_prefix(entry.text_payload)
    if payload is None:
        return _NO_TEXT
    message = payload.message or ""
    if not message and error:
        message = (
            f"{error.type}: {error.message}" if error.type and error.message else error.type or error.message
        )
    elif payload.labels and payload.labels.module:
        message = _unescape(message)
    return strip_log_prefix(message)


def _unescape(text: str) -> str:
    r"""Replace the characters ``\n`` with a line break, as the logger escapes them."""
    return text.replace("\\n", "\n") if "\\n" in text else text


def _effective_severity(
    entry: wire.LogEntry, payload: wire.JsonPayload | None, text: StrippedText
) -> tuple[str, SeveritySource]:
    if level := parse_severity(entry.severity):
        return level, "entry"
    if payload:
        within = payload.validation.severity if payload.validation else None
        nested = payload.log.get("level") if isinstance(payload.log, dict) else None
        for value in (payload.severity, payload.levelname, payload.level_name):
            if level := parse_severity(value):
                return level, "payload"
        is_of_node = payload.pid is not None and payload.hostname is not None
        if level := parse_level(payload.level, is_of_node=is_of_node):
            return level, "payload"
        for value in (payload.log_level, nested if isinstance(nested, str) else None, within):
            if level := parse_severity(value):
                return level, "payload"
    return (text.severity, "text") if text.severity else ("DEFAULT", "none")


def _code_location(
    entry: wire.LogEntry, payload: wire.JsonPayload | None, text: StrippedText
) -> tuple[str, str, int | None]:
    logger, function, line = text.logger, text.function, text.line
    if payload:
        labels, context = payload.labels, payload.context
        logger = (
            (labels and labels.module)
            or (context and context.name)
            or payload.logger
            or payload.name
            or logger
        )
        if labels:
            function, line = labels.function or function, _line_number(labels.line, line)
    if place := entry.source_location:
        function, line = place.function or function, _line_number(place.line, line)
    return logger, function, line


def _line_number(value: str | int | None, default: int | None) -> int | None:
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) < 10 else default
    return default if value is None else value


@lru_cache(maxsize=1024)
def _split_log_name(name: str) -> tuple[str, str]:
    """Return the decoded log id and the project of "projects/P/logs/ID"."""
    parent, logs, log = name.partition("/logs/")
    if not logs:
        return unquote(name), ""
    return unquote(log), parent.removeprefix("projects/") if parent.startswith("projects/") else ""


def _convert_request(request: wire.HttpRequest) -> Http:
    url = request.request_url or ""
    return Http(
        method=request.request_method or "",
        url=url,
        path=url_path(url),
        status=request.status,
        latency=_parse_duration(request.latency),
        user_agent=request.user_agent or "",
    )


def url_path(url: str) -> str:
    """Return the path of a URL without its query; the URL may be a path alone."""
    _, scheme, rest = url.partition("://")
    path = url
    if scheme:
        slash = rest.find("/")
        path = rest[slash:] if slash >= 0 else "/"
    return path.partition("?")[0].partition("#")[0]


def _parse_duration(text: str | None) -> float | None:
    """Return the seconds of a protobuf Duration ("3.786648988s"), None if it is none."""
    if not text:
        return None
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        return None
    return seconds if isfinite(seconds) else None


@lru_cache(maxsize=1024)
def is_balancer(resource_type: str) -> bool:
    """Return whether the entries of a resource are those of an application load balancer."""
    return resource_type.startswith(_BALANCERS)


def _read_balancer(entry: wire.LogEntry) -> Balancer:
    """Return what a load balancer says of its request; a regional one writes its words into proxyStatus."""
    labels = (entry.resource and entry.resource.labels) or _NO_LABELS
    payload = entry.json_payload
    found = _PROXY_DETAILS.search((payload and payload.proxy_status) or "")
    details = (payload and payload.status_details) or (found[1] if found else "")
    return Balancer(labels.backend_service_name or labels.backend_target_name or "", details)


def _convert_error(error: wire.PayloadError, ignored: IgnoredErrors) -> ErrorInfo | None:
    """Return the exception of a payload, None if it has none or one to ignore."""
    message = error.value or error.message or ""
    if ignored and (error.type, message) in ignored:
        return None
    if not (error.type or message or error.traceback):
        return None
    return ErrorInfo(error.type or "", _unescape(message), _unescape(error.traceback or ""))


def _convert_audit(log: wire.AuditLog, severity: str | int | None, data: bytes) -> Audit:
    code, ended = (log.status.code, log.status.message or "") if log.status else (None, "")
    if not ended and (code or severity == "ERROR"):
        ended = failed_condition(data) or (f"code {code}" if code else "")
    return Audit(log.method_name or "", log.resource_name or "", ended)


def _run_service_of(function: str) -> str:
    """Return the Cloud Run service of a second-generation function: its name in lower case, "_" as "-"."""
    return function.lower().replace("_", "-")


def _fill_from_resource_name(
    resource: str, project: str, location: str, service: str, revision: str
) -> tuple[str, str, str, str]:
    """Return the given names, filled in from an audit entry's resource name."""
    if found := _RESOURCE.search(resource):
        project, location = project or found[1], location or found[2] or ""
        if found[3] == "revisions":
            revision = revision or found[4]
        else:
            service = service or found[4]
    return project, location, service, revision


def _convert_split(part: wire.LogSplit) -> Split | None:
    return Split(part.uid, part.index, part.total_splits) if part.uid and part.total_splits > 1 else None
