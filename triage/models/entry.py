"""One LogEntry in a uniform format, whatever form it was exported in.

These classes are excluded from garbage collection: they hold no cycles, and there are millions of them.
Between processes they are sent without the names of their fields, which takes less time.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Literal

import msgspec

from triage.models.immutable import Immutable
from triage.models.traffic import Traffic

SeveritySource = Literal["entry", "payload", "text", "none"]

#: Severities of Cloud Logging with their numbers (LogSeverity of google.logging.type).
SEVERITIES = {
    "DEFAULT": 0,
    "DEBUG": 100,
    "INFO": 200,
    "NOTICE": 300,
    "WARNING": 400,
    "ERROR": 500,
    "CRITICAL": 600,
    "ALERT": 700,
    "EMERGENCY": 800,
}

#: What precedes the name of the log of audit entries, and what the start of an instance for a rollout says.
_AUDIT_LOGS, ROLLOUT = "cloudaudit.googleapis.com/", "DEPLOYMENT_ROLLOUT"


class Source(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where a record was read.

    Attributes:
        path: file as the user named it.
        position: line or place in the list, from 1.

    """

    path: str
    position: int


class Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One undecoded record of an export, in any of its forms.

    Rows of tables (CSV, Parquet) become JSON objects too.

    Attributes:
        data: JSON object, UTF-8.
        source: where it was read.

    """

    data: bytes
    source: Source


class Skipped(msgspec.Struct, frozen=True, gc=False):
    """LogEntries that the prefilter dropped, counted.

    Attributes:
        path: file or source.
        severities: number of records by severity.
        first: earliest time, nanoseconds since 1970.
        last: latest time, nanoseconds since 1970.
        outside: number of them outside the requested selection.
        traffic: requests among them that are within the selection, by path and status.
        resource_types: number of those within the selection by resource type.
        services_outside: number of those outside it by service.

    """

    path: str
    severities: dict[str, int] = {}
    first: int = 0
    last: int = 0
    outside: int = 0
    traffic: tuple[Traffic, ...] = ()
    resource_types: dict[str, int] = {}
    services_outside: dict[str, int] = {}

    @property
    def count(self) -> int:
        """Return the number of records."""
        return sum(self.severities.values())


class ExportFile(msgspec.Struct, frozen=True):
    """A file that was read to its end.

    Attributes:
        path: file or source.
        form: export form ("gcloud list", "JSON lines", ...).
        records: number of records.
        queried: whether it is a table read without a limit, so that no --limit can have cut it.

    """

    path: str
    form: str
    records: int
    queried: bool = False


class Split(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The position of a part in an entry that Cloud Logging split: LogSplit.

    Attributes:
        uid: id of the whole entry.
        index: index of the part, from 0.
        total: number of parts.

    """

    uid: str
    index: int
    total: int


class Http(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The httpRequest of an entry.

    Attributes:
        method: HTTP method.
        url: URL as logged.
        path: path of the URL without its query.
        status: HTTP status, null where absent.
        latency: seconds, null where absent.
        user_agent: User-Agent of the client.

    """

    method: str = ""
    url: str = ""
    path: str = ""
    status: int | None = None
    latency: float | None = None
    user_agent: str = ""


class Balancer(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a load balancer says of a request that it handled.

    Attributes:
        backend: backend service, "" where the entry names none.
        details: how the request ended, such as "failed_to_connect_to_backend"; "" where the entry does not
            say.

    """

    backend: str = ""
    details: str = ""


class ErrorInfo(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An exception that the payload carries beside its message.

    Attributes:
        type: class of the exception.
        message: its message.
        traceback: its stack trace.

    """

    type: str = ""
    message: str = ""
    traceback: str = ""


class Audit(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The audit payload of an entry.

    Attributes:
        method: method that was called.
        resource: resource that it changed.
        status: how it ended.

    """

    method: str = ""
    resource: str = ""
    status: str = ""


class Entry(Immutable, msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One LogEntry in a uniform format. An absent text is "".

    Times are nanoseconds since 1970 in UTC.

    Attributes:
        timestamp: time of the entry.
        receive_timestamp: time at which Cloud Logging received it.
        severity: severity, one of ``SEVERITIES``.
        severity_source: where the severity was found.
        message: message without ANSI codes, loguru tags and level prefixes; "GET /path 503" for a request
            without text, "GET /path 502 DETAILS" for one of a load balancer, "METHOD RESOURCE: STATUS" for an
            audit entry.
        log_name: decoded log id ("run.googleapis.com/stderr").
        service: Cloud Run service.
        revision: revision.
        location: region.
        project: Google Cloud project.
        resource_type: type of the monitored resource ("cloud_run_revision", "cloud_run_job", ...).
        instance: instance id.
        logger: logger that wrote the line.
        function: function that wrote the line.
        line: source line.
        trace: trace of the request.
        http: httpRequest, null for none.
        balancer: what a load balancer says of the request, null for entries of others.
        error: exception in the payload, null for none.
        audit: audit payload, null for none.
        labels: labels of the entry.
        insert_id: insertId.
        payload_lost: whether the exporter dropped the payload.
        time_uncertain: whether only the receive time is known, or the two clocks differ by more than an
            hour.
        split: position in a split entry, null for none.
        raw: JSON object as read, unredacted.
        source: where it was read.
        notes: what the process that read it worked out of its text, for the one that analyzes it; empty for
            nothing.

    """

    timestamp: int
    receive_timestamp: int | None = None
    severity: str = "DEFAULT"
    severity_source: SeveritySource = "none"
    message: str = ""
    log_name: str = ""
    service: str = ""
    revision: str = ""
    location: str = ""
    project: str = ""
    resource_type: str = ""
    instance: str = ""
    logger: str = ""
    function: str = ""
    line: int | None = None
    trace: str = ""
    http: Http | None = None
    balancer: Balancer | None = None
    error: ErrorInfo | None = None
    audit: Audit | None = None
    labels: dict[str, str] = {}
    insert_id: str = ""
    payload_lost: bool = False
    time_uncertain: bool = False
    split: Split | None = None
    raw: bytes = b"{}"
    source: Source
    notes: bytes = b""

    @property
    def task(self) -> str:
        """Return the number of the task of a Cloud Run job, "" for none."""
        return self.labels.get("run.googleapis.com/task_index", "")

    @property
    def is_request(self) -> bool:
        """Return whether the entry is a request that Cloud Run logged, with or without text.

        A line of the application that repeats a request is none, nor is the entry of a load balancer.
        """
        return (
            self.http is not None
            and self.balancer is None
            and (not self.log_name or "requests" in self.log_name)
        )

    @property
    def concerns_changes(self) -> bool:
        """Return whether this is an audit entry, or the start of an instance for a rollout."""
        return self.log_name.startswith(_AUDIT_LOGS) or ROLLOUT in self.message

    @property
    def first_line(self) -> str:
        """Return the message up to its first line break; only this line can match a step."""
        return self.message.partition("\n")[0]

    @property
    def level(self) -> int:
        """Return the number of the severity, 0 to 800."""
        return SEVERITIES[self.severity]

    @property
    def partition_key(self) -> tuple[str, str]:
        """Return the service and the instance, both empty without an instance."""
        return (self.service if self.instance else "", self.instance)

    @property
    def order_key(self) -> tuple[int, str, str, str]:
        """Return the sort key of entries; ties are sorted by ``sort_key``."""
        return (self.timestamp, self.log_name, self.insert_id, self.project)

    @property
    def canonical_json(self) -> bytes:
        """Return the raw JSON with sorted keys and no spaces, as it is where it is nested too deeply."""
        try:
            return msgspec.json.encode(msgspec.json.decode(self.raw), order="deterministic")
        except RecursionError:
            return self.raw

    @property
    def sort_key(self) -> tuple[int, str, str, str, bytes]:
        """Return the total sort key: only identical entries compare equal."""
        return (*self.order_key, b"" if self.insert_id else self.canonical_json)

    def precedes(self, other: "Entry") -> bool:
        """Return whether this entry sorts before another."""
        if self.timestamp != other.timestamp:
            return self.timestamp < other.timestamp
        return self is not other and self.sort_key < other.sort_key


def first_of(entries: Sequence[Entry]) -> Entry:
    """Return the first of some entries, of identical ones the one that comes first."""
    time = min([entry.timestamp for entry in entries])
    first = [entry for entry in entries if entry.timestamp == time]
    return first[0] if len(first) == 1 else min(first, key=attrgetter("sort_key"))
