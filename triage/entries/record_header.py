"""Decode only the fields that decide whether a LogEntry can be relevant."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Literal, TypeVar

import msgspec

from triage.entries.decoder import is_balancer
from triage.entries.wire import Resource, ResourceLabels

_Severity = Literal[
    "DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"
]


#: The label with the execution of a job, which counts as its revision.
_EXECUTION = "run.googleapis.com/execution_name"
_NO_LABELS = ResourceLabels()
#: The longest resource that is remembered, of which a thousand are; those of Cloud Run have 250 bytes.
_LONGEST = 1024
_decode_wire: Callable[[bytes], Resource] = msgspec.json.Decoder(Resource).decode
#: The service, the revision and the instance of an entry.
Origin = tuple[str, str, str]


class HeaderResource(msgspec.Struct, frozen=True, gc=False, eq=False):
    """Where records come from; "" for what is not named. Records that share one have the same object.

    type: the type of the resource.
    is_balancer: whether it is a load balancer.
    service: the service, job, worker pool or function.
    revision: the revision.
    location: the region.
    is_job: whether it is a job, whose execution counts as its revision.
    """

    type: str = ""
    is_balancer: bool = False
    service: str = ""
    revision: str = ""
    location: str = ""
    is_job: bool = False


def _decode_resource(data: bytes) -> HeaderResource:
    resource = _decode_wire(data)
    labels = resource.labels or _NO_LABELS
    return HeaderResource(
        resource.type or "",
        is_balancer(resource.type or ""),
        labels.workload or "",
        labels.revision_name or "",
        labels.location or "",
        bool(labels.job_name),
    )


_remembered_resource = lru_cache(maxsize=1024)(_decode_resource)
_NO_RESOURCE = HeaderResource()


class HeaderPayload(msgspec.Struct, gc=False):
    """The message of a JSON payload, and how a load balancer says that a request ended."""

    message: str | None = None
    status_details: str | None = msgspec.field(default=None, name="statusDetails")
    proxy_status: str | None = msgspec.field(default=None, name="proxyStatus")


class HeaderRequest(msgspec.Struct, rename="camel", gc=False):
    """The fields that form the message of a request without text."""

    request_method: str = ""
    request_url: str = ""
    status: int | None = None


Decoded = TypeVar("Decoded")


class AnyObject(msgspec.Struct, gc=False):
    """An object of which only the presence matters."""


class RecordHeader(msgspec.Struct, rename="camel", gc=False):
    """A LogEntry as the API writes it. A record of any other form does not decode.

    timestamp: the time as text.
    insert_id: not empty.
    resource_json: the resource as it stands in the record.
    severity: a name of Cloud Logging.
    text_payload: the text, if any.
    json_payload: the message of the JSON payload, if any.
    http_request: the request, if any.
    proto_payload: whether there is an audit log.
    split: always None; a part of a split entry does not decode.
    resource: the resource, which names service and revision; set after decoding, whatever the record says.
    """

    timestamp: str
    insert_id: Annotated[str, msgspec.Meta(min_length=1)]
    resource_json: msgspec.Raw = msgspec.field(name="resource")
    severity: _Severity = "DEFAULT"
    text_payload: str | None = None
    json_payload: HeaderPayload | None = None
    http_request: HeaderRequest | None = None
    proto_payload: AnyObject | None = None
    split: None = None
    resource: HeaderResource = msgspec.field(default=_NO_RESOURCE, name=" ")

    @property
    def origin(self) -> Origin | None:
        """Return the service, revision and instance, None if the header does not tell."""
        return None

    @property
    def instance(self) -> str:
        """Return the instance, "" if the header does not tell."""
        return ""


class HeaderWithOrigin(RecordHeader, rename="camel", gc=False, kw_only=True):
    """A header with the fields that name the service, the revision and the instance."""

    labels: dict[str, str] | None = None

    @property
    def origin(self) -> Origin | None:
        """Return the service, revision and instance, None if the header does not tell."""
        if self.proto_payload is not None:
            return None  # an audit log may name them
        resource = self.resource
        execution = self.labels.get(_EXECUTION) if self.labels and resource.is_job else ""
        return resource.service, resource.revision or execution or "", self.instance

    @property
    def instance(self) -> str:
        """Return the instance, "" if the header does not tell."""
        labels = self.labels
        if not labels:
            return ""
        return labels.get("instanceId") or labels.get("instance_id") or labels.get("instanceid") or ""


#: The header of a record that does not decode.
FOREIGN_HEADER = RecordHeader("", "-", msgspec.Raw(b"{}"))


class HeaderReader:
    """Decodes the headers of records; a record of another form is FOREIGN_HEADER."""

    def __init__(self, kind: type[RecordHeader]) -> None:
        """Decode headers of the given class."""
        self._decode_record: Callable[[bytes], RecordHeader] = msgspec.json.Decoder(kind).decode
        self._decode_lines: Callable[[bytes], list[RecordHeader]] = msgspec.json.Decoder(kind).decode_lines
        self._decode_list: Callable[[bytes], list[RecordHeader]] = msgspec.json.Decoder(list[kind]).decode  # type: ignore[valid-type]

    def read_record(self, record: bytes) -> RecordHeader:
        """Return the header of one record, FOREIGN_HEADER if it does not decode."""
        found = decode_headers(lambda data: _add_resources([self._decode_record(data)]), record)
        return next(iter(found), FOREIGN_HEADER)

    def read_lines(self, text: bytes) -> list[RecordHeader]:
        """Return the headers of JSON lines, [] if one of them does not decode."""
        return decode_headers(lambda data: _add_resources(self._decode_lines(data)), text)

    def read_list(self, text: bytes) -> list[RecordHeader]:
        """Return the headers of a list without brackets, [] if one does not decode."""
        return decode_headers(lambda data: _add_resources(self._decode_list(data)), b"[%b]" % text)


def _add_resources(headers: list[RecordHeader]) -> list[RecordHeader]:
    """Return headers with their resources, of which most repeat the one before."""
    found, resource = None, _NO_RESOURCE
    for header in headers:
        if header.resource_json != found:
            found = header.resource_json
            data = bytes(found)
            resource = (_remembered_resource if len(data) <= _LONGEST else _decode_resource)(data)
        header.resource = resource
    return headers


def decode_headers(decode: Callable[[bytes], list[Decoded]], text: bytes) -> list[Decoded]:
    """Return what a decoder makes of a text, [] if it fails."""
    try:
        if not text.isascii():
            text.decode()
        return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
