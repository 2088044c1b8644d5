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
Spot = tuple[str, str, str]


class Payload(msgspec.Struct, gc=False):
    """The payload's text."""

    message: str | None = None


class Request(msgspec.Struct, rename="camel", gc=False):
    """What the message of a request without text is made of."""

    request_method: str = ""
    request_url: str = ""
    status: int | None = None


class Present(msgspec.Struct, gc=False):
    """An object of which only counts that it is there."""


class Glance(msgspec.Struct, rename="camel", gc=False):
    """A LogEntry as the API writes it, and whole: what any other has does not fit."""

    timestamp: str
    insert_id: Annotated[str, msgspec.Meta(min_length=1)]
    severity: _Severity = "DEFAULT"
    text_payload: str | None = None
    json_payload: Payload | None = None
    http_request: Request | None = None
    proto_payload: Present | None = None
    split: None = None

    @property
    def place(self) -> Spot | None:
        """Return where it comes from, None where it takes more than a glance to tell."""
        return None


class UnplacedGlance(Glance, rename="camel", gc=False, kw_only=True):
    """One that is somewhere: whatever has no resource is written in another way."""

    resource: Present


class PlacedGlance(Glance, rename="camel", gc=False, kw_only=True):
    """One with what tells its service, revision and instance."""

    resource: Resource
    labels: dict[str, str] | None = None

    @property
    def place(self) -> Spot | None:
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
OTHER = Glance("", "-")


class Glancer:
    """Looks at records; those that do not fit are none of its kind."""

    def __init__(self, kind: type[Glance]) -> None:
        """Look for that much."""
        self._one: Callable[[bytes], Glance] = msgspec.json.Decoder(kind).decode
        self._lines: Callable[[bytes], list[Glance]] = msgspec.json.Decoder(kind).decode_lines
        self._listed: Callable[[bytes], list[Glance]] = msgspec.json.Decoder(list[kind]).decode  # type: ignore[valid-type]

    def one(self, record: bytes) -> Glance:
        """Return a record at a glance, also of one that is none."""
        return next(iter(_seen(lambda data: [self._one(data)], record)), OTHER)

    def lines(self, text: bytes) -> list[Glance]:
        """Return all records of JSON lines, nothing where one does not fit."""
        return _seen(self._lines, text)

    def listed(self, text: bytes) -> list[Glance]:
        """Return all records of a list without its brackets, nothing where one does not fit."""
        return _seen(self._listed, b"[%b]" % text)


def _seen(decode: Callable[[bytes], list[Glance]], text: bytes) -> list[Glance]:
    try:
        if not text.isascii():
            text.decode()
        return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
