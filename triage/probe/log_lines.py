"""The lines of a probe: LogEntry records in their own log."""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from triage.probe.answers import Answer
from triage.window import format_timestamp

LOG = "triage.verify"
_MICROSECOND = 1000


class Trace(msgspec.Struct, frozen=True):
    """The W3C trace of one request; the service's request log has the same id."""

    id: str
    span: str

    @classmethod
    def new(cls) -> "Trace":
        """Return a new random trace."""
        return cls(secrets.token_hex(16), secrets.token_hex(8))

    @property
    def header(self) -> str:
        """Return the traceparent header."""
        return f"00-{self.id}-{self.span}-01"


def with_revision(line: bytes, revision: str, project: str) -> bytes:
    """Return a line with the revision and project of the service's own log.

    Fields that the line already has stay.
    """
    entry = msgspec.json.decode(line)
    labels = entry["resource"]["labels"]
    labels |= {"revision_name": revision} if revision else {}
    if project and "project_id" not in labels:
        labels["project_id"] = project
        entry["logName"] = f"projects/{project}/logs/{LOG}"
        if "trace" in entry:
            entry["trace"] = f"projects/{project}/traces/{entry['trace']}"
    return msgspec.json.encode(entry)


class ProbeLog:
    """Collects the entries of a probe, each with a distinct time."""

    def __init__(
        self,
        *,
        service: str,
        project: str,
        region: str,
        agent: str,
        token: str,
        clock: Callable[[], int],
    ) -> None:
        """Start with none; ``token`` is masked in every text."""
        self._service = service
        self._project = project
        self._region = region
        self._agent = agent
        self._token = token
        self._clock = clock
        self.began = self.ended = 0
        self.id = secrets.token_hex(4)
        self.traces: set[str] = set()
        self.entries: list[dict[str, Any]] = []

    def add_line(self, text: str, severity: str = "INFO", *, trace: Trace | None = None, **kept: Any) -> None:
        """Add a line in fixed words; rules never match the ``kept`` fields."""
        self.ended = max(self._clock() // _MICROSECOND * _MICROSECOND, self.ended + _MICROSECOND)
        self.began = self.began or self.ended
        project = self._project
        labels = {
            "service_name": self._service,
            "project_id": project,
            "location": self._region,
        }
        entry: dict[str, Any] = {
            "insertId": f"{self.id}{len(self.entries):04x}",
            "logName": f"projects/{project}/logs/{LOG}" if project else LOG,
            "timestamp": format_timestamp(self.ended),
            "severity": severity,
            "resource": {
                "type": "cloud_run_revision",
                "labels": {name: value for name, value in labels.items() if value},
            },
            "jsonPayload": {"message": f"client probe {self.id} {self._masked(text)}"},
        }
        if trace:
            self.traces.add(trace.id)
            entry["trace"] = f"projects/{project}/traces/{trace.id}" if project else trace.id
            entry["spanId"] = trace.span
        details = {
            name: self._masked(value) for name, value in kept.items() if value not in ("", None, False)
        }
        if details:
            entry["jsonPayload"]["probe"] = details
        self.entries.append(entry)

    def add_answer(
        self, what: str, url: str, answer: Answer, *, took: float, severity: str, trace: Trace
    ) -> None:
        """Add the line of a request: what was sent, the answer, and its latency."""
        self.add_line(
            f"{what}: {answer} in {took:.3f}s",
            severity,
            trace=trace,
            kind=answer.kind,
            body=answer.body,
            body_cut=answer.cut,
            detail=answer.detail,
            location=answer.location,
        )
        self.add_request(url, answer.status, took)

    def add_request(self, url: str, status: int | None, took: float) -> None:
        """Attach a request to the last line."""
        self.entries[-1]["httpRequest"] = {
            "requestMethod": "GET",
            "requestUrl": url,
            **({"status": status} if status is not None else {}),
            "latency": f"{took:.6f}s",
            "userAgent": self._agent,
        }

    def _masked(self, value: Any) -> Any:
        return value.replace(self._token, "<token>") if self._token and isinstance(value, str) else value
