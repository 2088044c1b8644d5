"""The logs of the fake service: request log and application lines."""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from triage.window import format_timestamp

SERVICE, REVISION, PROJECT = "netra-backend-staging", "netra-backend-staging-00042-kqz", "demo"
_MIDDLEWARE = "netra_backend.app.middleware.gcp_websocket_readiness_middleware"
Entry = dict[str, Any]


class Logs:
    """The entries of the service, passed on as they are written."""

    def __init__(self, write: Callable[[Iterable[Entry]], None] | None = None) -> None:
        """Start with none; ``write`` receives each one."""
        self.entries: list[Entry] = []
        self._write = write

    def write_request(self, path: str, status: int, headers: dict[str, str]) -> None:
        """Write the request log entry, with the client's trace."""
        severity = "ERROR" if status >= 500 else "WARNING" if status >= 400 else "INFO"
        entry = self._entry("run.googleapis.com%2Frequests", severity)
        trace = headers.get("traceparent", "").split("-")
        if len(trace) == 4:
            entry |= {"trace": f"projects/{PROJECT}/traces/{trace[1]}", "spanId": trace[2]}
        entry["httpRequest"] = {
            "requestMethod": "GET",
            "requestUrl": f"https://{headers.get('host', '')}{path}",
            "status": status,
            "latency": "0.003s",
            "userAgent": headers.get("user-agent", ""),
        }
        self._append(entry)

    def write_lines(self, lines: Iterable[str], path: str) -> None:
        """Write application lines, which have no trace."""
        for line in lines:
            entry = self._entry("run.googleapis.com%2Fstderr", "WARNING")
            entry["labels"] = {"instanceId": "00f0c0de"}
            entry["jsonPayload"] = {
                "message": line.replace("{path}", path),
                "labels": {"module": _MIDDLEWARE, "function": "dispatch", "line": "112"},
            }
            self._append(entry)

    def _entry(self, log: str, severity: str) -> Entry:
        now = format_timestamp(time.time_ns())
        return {
            "insertId": f"5e1f{len(self.entries):08x}",
            "logName": f"projects/{PROJECT}/logs/{log}",
            "timestamp": now,
            "receiveTimestamp": now,
            "severity": severity,
            "resource": {
                "type": "cloud_run_revision",
                "labels": {
                    "project_id": PROJECT,
                    "location": "europe-west1",
                    "service_name": SERVICE,
                    "revision_name": REVISION,
                    "configuration_name": SERVICE,
                },
            },
        }

    def _append(self, entry: Entry) -> None:
        self.entries.append(entry)
        if self._write:
            self._write([entry])


def to_file(path: str) -> Callable[[Iterable[Entry]], None]:
    """Return a function that appends entries to a file, one per line."""

    def write(entries: Iterable[Entry]) -> None:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - a path as it was given
            file.writelines(f"{json.dumps(entry)}\n" for entry in entries)

    return write
