"""Raw record to Entry: one decoder, one meaning for every form."""

import re
from functools import lru_cache
from math import isfinite
from urllib.parse import unquote

import msgspec

from triage.entries import refused, wire
from triage.entries.plain import Text, plain
from triage.entries.severity import severity
from triage.entries.shapes import lenient
from triage.entries.times import nanoseconds
from triage.models import Audit, Entry, ErrorInfo, Gap, Http, Record, SeveritySource, Split
from triage.window import NANOSECONDS

_decode = msgspec.json.Decoder(wire.LogEntry).decode
_HOUR = 3600 * NANOSECONDS
_NOTHING = Text("")
_NO_LABELS = wire.ResourceLabels()
_RESOURCE = re.compile(
    r"(?:namespaces|projects)/([^/]+)/(?:locations/([^/]+)/)?(services|revisions|jobs)/([^/]+)"
)


def decode(record: Record) -> Entry | Gap:
    """Return the entry that the record means, in whatever form it was exported, or the Gap that it leaves.

    Only a time is needed: ``timestamp``, or ``receiveTimestamp``, which makes the time uncertain. A record as the
    API writes it takes one typed pass; any other (another key style, a type that does not fit, no payload at its
    usual place) is read leniently into the same typed form, and goes on in the same way.
    """
    data = record.data
    try:
        if not data.isascii():
            data.decode()
        entry = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_other(record)
    payload = entry.json_payload
    request = entry.http_request
    said = entry.text_payload or (payload and payload.message) or (request and request.request_url)
    if said and entry.timestamp and entry.insert_id and entry.resource:
        try:
            return _even(entry, record, data)
        except ValueError as error:
            return _broken(record, str(error))
    return _decode_other(record)


def _decode_other(record: Record) -> Entry | Gap:
    data = record.data
    try:
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            value = refused.loads(data)
            data = msgspec.json.encode(value)
        if not isinstance(value, dict):
            return _broken(record, "not a JSON object")
        return _even(lenient(value), record, data)
    except RecursionError:
        return _broken(record, "nested too deeply")
    except ValueError as error:
        return _broken(record, str(error))


def _broken(record: Record, reason: str) -> Gap:
    start = ascii(record.data[:80].decode("utf-8", "replace"))
    return Gap("broken_record", record.source.path, f"{reason}: {start}", record.source.position)


def _even(entry: wire.LogEntry, record: Record, data: bytes) -> Entry:
    """Return the entry made even.

    Raises:
        ValueError: it has no time.

    """
    received = _received(entry)
    if entry.timestamp:
        timestamp = nanoseconds(entry.timestamp)
        uncertain = received is not None and not -_HOUR <= received - timestamp <= _HOUR
    elif received is not None:
        timestamp, uncertain = received, True
    else:
        raise ValueError("no timestamp")
    log_name, log_project = _log(entry.log_name) if entry.log_name else ("", "")
    resource = (entry.resource and entry.resource.labels) or _NO_LABELS
    labels = entry.labels or {}
    payload = entry.json_payload
    audit = _audit(entry.proto_payload) if entry.proto_payload else None
    http = _http(entry.http_request) if entry.http_request else None
    error = _error(payload.error) if payload and payload.error else None
    said = _said(entry, payload, error)
    message = said.message
    if not message and audit:
        parts = (audit.method, audit.resource)
        message = " ".join(filter(None, parts)) + (f": {audit.status}" if audit.status else "")
    elif not message and http:
        message = " ".join(str(part) for part in (http.method, http.path, http.status) if part)
    level, origin = _severity(entry, payload, said)
    logger, function, line = _origin(entry, payload, said)
    location, revision = resource.location or "", resource.revision_name or ""
    service, project = resource.service_name or resource.job_name or "", resource.project_id or log_project
    if audit and not (service and revision and project):
        project, location, service, revision = _named(audit.resource, project, location, service, revision)
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
        instance=labels.get("instanceId") or labels.get("instance_id") or labels.get("instanceid") or "",
        logger=logger,
        function=function,
        line=line,
        trace=entry.trace or "",
        http=http,
        error=error,
        audit=audit,
        labels=labels,
        insert_id=entry.insert_id or "",
        payload_lost=not message,
        time_uncertain=uncertain,
        split=_split(entry.split) if entry.split else None,
        raw=data,
        source=record.source,
    )


def _received(entry: wire.LogEntry) -> int | None:
    """Return when the entry was received; where that cannot be read, its own time is enough."""
    try:
        return nanoseconds(entry.receive_timestamp) if entry.receive_timestamp else None
    except ValueError:
        if entry.timestamp:
            return None
        raise


def _said(entry: wire.LogEntry, payload: wire.JsonPayload | None, error: ErrorInfo | None) -> Text:
    if entry.text_payload:
        return plain(entry.text_payload)
    if payload is None:
        return _NOTHING
    message = payload.message or ""
    if not message and error:
        message = (
            f"{error.type}: {error.message}" if error.type and error.message else error.type or error.message
        )
    elif payload.labels and payload.labels.module:
        message = _unescaped(message)
    return plain(message)


def _unescaped(text: str) -> str:
    r"""Return the text with the two characters ``\n`` made a line break: the stderr formatter escapes them."""
    return text.replace("\\n", "\n") if "\\n" in text else text


def _severity(
    entry: wire.LogEntry, payload: wire.JsonPayload | None, said: Text
) -> tuple[str, SeveritySource]:
    if level := severity(entry.severity):
        return level, "entry"
    if payload:
        within = payload.validation.severity if payload.validation else None
        for value in (payload.severity, payload.levelname, payload.level, within):
            if level := severity(value):
                return level, "payload"
    return (said.severity, "text") if said.severity else ("DEFAULT", "none")


def _origin(
    entry: wire.LogEntry, payload: wire.JsonPayload | None, said: Text
) -> tuple[str, str, int | None]:
    logger, function, line = said.logger, said.function, said.line
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
            function, line = labels.function or function, _number(labels.line, line)
    if place := entry.source_location:
        function, line = place.function or function, _number(place.line, line)
    return logger, function, line


def _number(value: str | int | None, default: int | None) -> int | None:
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) < 10 else default
    return default if value is None else value


@lru_cache(maxsize=1024)
def _log(name: str) -> tuple[str, str]:
    """Return the decoded log id and the project of "projects/P/logs/run.googleapis.com%2Fstderr"."""
    parent, logs, log = name.partition("/logs/")
    if not logs:
        return unquote(name), ""
    return unquote(log), parent.removeprefix("projects/") if parent.startswith("projects/") else ""


def _http(request: wire.HttpRequest) -> Http:
    url = request.request_url or ""
    return Http(
        method=request.request_method or "",
        url=url,
        path=path_of(url),
        status=request.status,
        latency=_seconds(request.latency),
        user_agent=request.user_agent or "",
    )


def path_of(url: str) -> str:
    """Return the path of a URL, which may be a path alone, without its query."""
    _, scheme, rest = url.partition("://")
    path = url
    if scheme:
        slash = rest.find("/")
        path = rest[slash:] if slash >= 0 else "/"
    return path.partition("?")[0].partition("#")[0]


def _seconds(text: str | None) -> float | None:
    """Return the seconds of a protobuf Duration in JSON ("3.786648988s"), None when it is none."""
    if not text:
        return None
    try:
        seconds = float(text.removesuffix("s"))
    except ValueError:
        return None
    return seconds if isfinite(seconds) else None


def _error(error: wire.PayloadError) -> ErrorInfo | None:
    """Return the exception of a payload.

    The service's stdout logger writes ``{"type": "str", "message": "Missing field"}`` into every line: a fault of
    its serialiser, no error.
    """
    message = error.value or error.message or ""
    if error.type == "str" and message == "Missing field":
        return None
    if not (error.type or message or error.traceback):
        return None
    return ErrorInfo(error.type or "", _unescaped(message), _unescaped(error.traceback or ""))


def _audit(log: wire.AuditLog) -> Audit:
    status = log.status
    ended = (status.message or (f"code {status.code}" if status.code else "")) if status else ""
    return Audit(log.method_name or "", log.resource_name or "", ended)


def _named(
    resource: str, project: str, location: str, service: str, revision: str
) -> tuple[str, str, str, str]:
    """Return what the labels say, and what they lack from an audit's resource name."""
    if found := _RESOURCE.search(resource):
        project, location = project or found[1], location or found[2] or ""
        if found[3] == "revisions":
            revision = revision or found[4]
        else:
            service = service or found[4]
    return project, location, service, revision


def _split(part: wire.Part) -> Split | None:
    return Split(part.uid, part.index, part.total_splits) if part.uid else None
