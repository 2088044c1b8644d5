"""One LogEntry made even, whatever form it was exported in.

These nouns are left out of garbage collection: they hold no cycles, and there are millions of them.
"""

from typing import Literal

import msgspec

from triage.models.unchanging import Unchanging

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


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where a record was read: the file as the user named it and its line or place in the list, from 1."""

    path: str
    position: int


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record of an export before it means anything: the JSON text of a LogEntry, in any of its forms.

    ``data`` is a UTF-8 JSON object. Rows of tables (CSV, Parquet) arrive here as JSON objects too.
    """

    data: bytes
    source: Source


class Skipped(msgspec.Struct, frozen=True, gc=False):
    """LogEntries that were not handed on, as nothing is looked for in them: how many of each severity, from when to when.

    ``outside`` of them lie outside the question.
    """

    path: str
    severities: dict[str, int] = {}
    first: int = 0
    last: int = 0
    outside: int = 0

    @property
    def count(self) -> int:
        """Return the number of the records."""
        return sum(self.severities.values())


class ExportFile(msgspec.Struct, frozen=True):
    """A file that was read to its end: its form ("gcloud list", "JSON lines", ...) and how many records it held.

    ``queried`` says that it is a table which was asked for all that there is: no --limit can have cut it.
    """

    path: str
    form: str
    records: int
    queried: bool = False


class Split(msgspec.Struct, frozen=True, gc=False):
    """Where a part stands in an entry that Cloud Logging split for its size: LogSplit of the LogEntry, index from 0."""

    uid: str
    index: int
    total: int


class Http(msgspec.Struct, frozen=True, gc=False):
    """The httpRequest of an entry. ``latency`` is in seconds; ``path`` is the URL's path without its query."""

    method: str = ""
    url: str = ""
    path: str = ""
    status: int | None = None
    latency: float | None = None
    user_agent: str = ""


class ErrorInfo(msgspec.Struct, frozen=True, gc=False):
    """An exception that the payload carries beside its message."""

    type: str = ""
    message: str = ""
    traceback: str = ""


class Audit(msgspec.Struct, frozen=True, gc=False):
    """An audit entry: what was done to which resource and how it ended."""

    method: str = ""
    resource: str = ""
    status: str = ""


class Entry(Unchanging, msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One LogEntry, made even. Absent texts are "", so that no reader asks for None twice.

    ``timestamp`` and ``receive_timestamp`` are nanoseconds since 1970 in UTC. ``message`` has ANSI codes, loguru
    tags and level prefixes taken off; a request without text reads "GET /path 503", an audit entry
    "METHOD RESOURCE: STATUS". ``log_name`` is the decoded log id ("run.googleapis.com/stderr").
    ``raw`` is the JSON object that was read, unredacted. ``time_uncertain`` says that only the time of receipt was
    given, or that the two clocks are more than an hour apart.
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
    instance: str = ""
    logger: str = ""
    function: str = ""
    line: int | None = None
    trace: str = ""
    http: Http | None = None
    error: ErrorInfo | None = None
    audit: Audit | None = None
    labels: dict[str, str] = {}
    insert_id: str = ""
    payload_lost: bool = False
    time_uncertain: bool = False
    split: Split | None = None
    raw: bytes = b"{}"
    source: Source

    @property
    def first_line(self) -> str:
        """Return the message up to its first line break: only this line may say a step."""
        return self.message.partition("\n")[0]

    @property
    def level(self) -> int:
        """Return the number of the severity, 0 to 800."""
        return SEVERITIES[self.severity]

    @property
    def stretch(self) -> tuple[str, str]:
        """Return whose logs it belongs to: those of an instance of a service, or of all that have no instance."""
        return (self.service if self.instance else "", self.instance)

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Return the key that entries are sorted by; what is equal in it is sorted by its content, see ``turn``."""
        return (self.timestamp, self.log_name, self.insert_id, self.project)

    @property
    def content(self) -> bytes:
        """Return the JSON with its keys in order and without spaces: the same however it was written."""
        return msgspec.json.encode(msgspec.json.decode(self.raw), order="deterministic")

    @property
    def turn(self) -> tuple[int, str, str, str, bytes]:
        """Return the whole key of the order in which entries are told: only equal entries are equal in it."""
        return (*self.order, b"" if self.insert_id else self.content)

    def is_before(self, other: "Entry") -> bool:
        """Return whether its turn is before that of another."""
        if self.timestamp != other.timestamp:
            return self.timestamp < other.timestamp
        return self is not other and self.turn < other.turn
