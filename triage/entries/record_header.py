"""LogEntries at a glance: of each the few fields that decide whether it may matter, in one typed pass."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from triage.entries.wire import Resource

_Severity = Literal[
    "DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"
]


#: The label that names the revision of a job, as it were.
_EXECUTION = "run.googleapis.com/execution_name"
#: The service, the revision and the instance of an entry.
Origin = tuple[str, str, str]


class HeaderPayload(msgspec.Struct, gc=False):
    """The payload's text."""

    message: str | None = None


class HeaderRequest(msgspec.Struct, rename="camel", gc=False):
    """What the message of a request without text is made of."""

    request_method: str = ""
    request_url: str = ""
    status: int | None = None


class AnyObject(msgspec.Struct, gc=False):
    """An object of which only counts that it is there."""


class RecordHeader(msgspec.Struct, rename="camel", gc=False):
    """A LogEntry as the API writes it, and whole: what any other has does not fit."""

    timestamp: str
    insert_id: Annotated[str, msgspec.Meta(min_length=1)]
    severity: _Severity = "DEFAULT"
    text_payload: str | None = None
    json_payload: HeaderPayload | None = None
    http_request: HeaderRequest | None = None
    proto_payload: AnyObject | None = None
    split: None = None

    @property
    def origin(self) -> Origin | None:
        """Return where it comes from, None where it takes more than a glance to tell."""
        return None


class HeaderWithoutOrigin(RecordHeader, rename="camel", gc=False, kw_only=True):
    """One that is somewhere: whatever has no resource is written in another way."""

    resource: AnyObject


class HeaderWithOrigin(RecordHeader, rename="camel", gc=False, kw_only=True):
    """One with what tells its service, revision and instance."""

    resource: Resource
    labels: dict[str, str] | None = None

    @property
    def origin(self) -> Origin | None:
        """Return where it comes from, None where it takes more than a glance to tell."""
        if self.proto_payload is not None:
            return None  # an audit log may name them, too
        labels, resource = self.labels or {}, self.resource.labels
        instance = labels.get("instanceId") or labels.get("instance_id") or labels.get("instanceid") or ""
        if resource is None:
            return "", "", instance
        revision = resource.revision_name or (resource.job_name and labels.get(_EXECUTION)) or ""
        return resource.service_name or resource.job_name or "", revision, instance


#: What stands in for a record that is no such LogEntry.
FOREIGN_HEADER = RecordHeader("", "-")


class HeaderReader:
    """Looks at records; those that do not fit are none of its kind."""

    def __init__(self, kind: type[RecordHeader]) -> None:
        """Look for that much."""
        self._decode_record: Callable[[bytes], RecordHeader] = msgspec.json.Decoder(kind).decode
        self._decode_lines: Callable[[bytes], list[RecordHeader]] = msgspec.json.Decoder(kind).decode_lines
        self._decode_list: Callable[[bytes], list[RecordHeader]] = msgspec.json.Decoder(list[kind]).decode  # type: ignore[valid-type]

    def read_record(self, record: bytes) -> RecordHeader:
        """Return a record at a glance, also of one that is none."""
        return next(iter(_decode_headers(lambda data: [self._decode_record(data)], record)), FOREIGN_HEADER)

    def read_lines(self, text: bytes) -> list[RecordHeader]:
        """Return all records of JSON lines, nothing where one does not fit."""
        return _decode_headers(self._decode_lines, text)

    def read_list(self, text: bytes) -> list[RecordHeader]:
        """Return all records of a list without its brackets, nothing where one does not fit."""
        return _decode_headers(self._decode_list, b"[%b]" % text)


def _decode_headers(decode: Callable[[bytes], list[RecordHeader]], text: bytes) -> list[RecordHeader]:
    try:
        if not text.isascii():
            text.decode()
        return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
