"""The fields of a LogEntry, their types and their defaults.

Source: the LogEntry, HttpRequest, MonitoredResource, LogEntryOperation, LogEntrySourceLocation, LogSplit and
AppHub pages of the Cloud Logging API reference, and "Field path identifiers" of the page "Logging query
language".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from triage.lql.errors import FilterError
from triage.lql.hints import comment_hint, field_hint
from triage.lql.tree import Field

Types = Mapping[str, "Type"]


class Kind(Enum):
    """The type of a value, which decides how it is compared."""

    STRING = "string"
    INT32 = "32-bit integer"
    INT = "integer"
    DOUBLE = "double"
    BOOL = "Boolean"
    SEVERITY = "severity"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    #: A JSON value: its type is inferred from the value itself.
    JSON = "JSON value"
    #: A value of a protoPayload: only the service knows its type; here it is inferred from both sides.
    PROTO = "protocol buffer value"
    #: A map of strings, such as labels.
    MAP = "map"


Type = Kind | Types

_HTTP: Types = {
    "requestMethod": Kind.STRING,
    "requestUrl": Kind.STRING,
    "requestSize": Kind.INT,
    "status": Kind.INT32,
    "responseSize": Kind.INT,
    "userAgent": Kind.STRING,
    "remoteIp": Kind.STRING,
    "serverIp": Kind.STRING,
    "referer": Kind.STRING,
    "latency": Kind.DURATION,
    "cacheLookup": Kind.BOOL,
    "cacheHit": Kind.BOOL,
    "cacheValidatedWithOriginServer": Kind.BOOL,
    "cacheFillBytes": Kind.INT,
    "protocol": Kind.STRING,
}
_PART: Types = {"id": Kind.STRING, "environmentType": Kind.STRING, "criticalityType": Kind.STRING}
_APPHUB: Types = {
    "application": {"container": Kind.STRING, "location": Kind.STRING, "id": Kind.STRING},
    "service": _PART,
    "workload": _PART,
}
LOG_ENTRY: Types = {
    "logName": Kind.STRING,
    "resource": {"type": Kind.STRING, "labels": Kind.MAP},
    "timestamp": Kind.TIMESTAMP,
    "receiveTimestamp": Kind.TIMESTAMP,
    "severity": Kind.SEVERITY,
    "insertId": Kind.STRING,
    "httpRequest": _HTTP,
    "labels": Kind.MAP,
    "metadata": {"systemLabels": Kind.JSON, "userLabels": Kind.MAP},
    "operation": {"id": Kind.STRING, "producer": Kind.STRING, "first": Kind.BOOL, "last": Kind.BOOL},
    "trace": Kind.STRING,
    "spanId": Kind.STRING,
    "traceSampled": Kind.BOOL,
    "sourceLocation": {"file": Kind.STRING, "line": Kind.INT, "function": Kind.STRING},
    "split": {"uid": Kind.STRING, "index": Kind.INT32, "totalSplits": Kind.INT32},
    "errorGroups": {"id": Kind.STRING},
    "apphub": _APPHUB,
    "apphubDestination": _APPHUB,
    "apphubSource": _APPHUB,
    "textPayload": Kind.STRING,
    "jsonPayload": Kind.JSON,
    "protoPayload": Kind.PROTO,
}

#: The defaults of unset fields that LogEntry defines.
DEFAULTS: dict[Kind, object] = {
    Kind.STRING: "",
    Kind.INT32: 0,
    Kind.INT: 0,
    Kind.BOOL: False,
    Kind.SEVERITY: "DEFAULT",
    Kind.TIMESTAMP: "1970-01-01T00:00:00Z",
    Kind.DURATION: "0s",
}


@dataclass(frozen=True)
class Path:
    """A field path resolved against LogEntry.

    Attributes:
        keys: the keys as an entry has them.
        type: the type of the value at the end of the path.
        default: the value of an unset field; None for a path into a payload or labels, which can be missing.
        fixed: the number of keys that LogEntry itself defines.

    """

    keys: tuple[str, ...]
    type: Type
    default: object
    fixed: int

    @property
    def kind(self) -> Kind | None:
        """Return the kind of the value; None for a message such as httpRequest."""
        return self.type if isinstance(self.type, Kind) else None

    @property
    def below_a_label(self) -> bool:
        """Return whether the path continues below a label, where nothing exists."""
        return self.type is Kind.STRING and len(self.keys) > self.fixed + 1


def bind_field(field: Field, text: str) -> Path:
    """Resolve a field against LogEntry.

    Names that LogEntry defines match in any case; keys of payloads and labels match exactly.

    Raises:
        FilterError: LogEntry has no such field. Cloud Logging rejects such a filter too.

    """
    here: Type = LOG_ENTRY
    keys: list[str] = []
    for index, part in enumerate(field.parts):
        if isinstance(here, Kind):
            return _bind_payload_path(here, tuple(keys), field, text)
        name = next((name for name in here if normalize_name(name) == normalize_name(part)), None)
        if name is None:
            raise _unknown_field(field, index, text)
        here = here[name]
        keys.append(name)
    default = DEFAULTS.get(here) if isinstance(here, Kind) and keys[0] != "errorGroups" else None
    return Path(tuple(keys), here, default, len(keys))


def _bind_payload_path(kind: Kind, keys: tuple[str, ...], field: Field, text: str) -> Path:
    """Return the path into a payload or a map, whose keys are free."""
    if kind not in (Kind.JSON, Kind.PROTO, Kind.MAP):
        raise _unknown_field(field, len(keys), text)
    value = Kind.STRING if kind is Kind.MAP else kind
    return Path((*keys, *field.parts[len(keys) :]), value, None, len(keys))


def normalize_name(name: str) -> str:
    """Return a name without case and underscores, for comparison (AIP-160)."""
    return name.lower().replace("_", "")


def _unknown_field(field: Field, index: int, text: str) -> FilterError:
    name = ".".join(field.parts[: index + 1])
    parent = ".".join(field.parts[:index])
    here: Type = LOG_ENTRY
    for part in field.parts[:index]:
        here = next(kind for key, kind in here.items() if normalize_name(key) == normalize_name(part))  # type: ignore[union-attr]
    meant = field_hint(field.parts[index], parent, [] if isinstance(here, Kind) else list(here))
    hint = comment_hint(text[: field.span.start]) or meant
    return FilterError(f"Field not found: '{name}'", hint, text=text, offset=field.span.start)
