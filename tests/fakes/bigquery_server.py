"""A fake of BigQuery's REST API for query jobs, with injected faults.

Form of the answers: cloud.google.com/bigquery/docs/reference/rest (jobs.insert, jobs.get,
jobs.getQueryResults). ``answer`` computes the result of a statement: from a fixed list, or with an engine.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.loopback import LoopbackServer

#: A parameter's type (a list for ARRAY) and its value.
Parameter = tuple[str | list[str], Any]
Answer = Callable[[str, dict[str, Parameter]], list[tuple[Any, ...]]]
_COLUMNS = {
    "kind": "STRING", "entry": "STRING", "severity": "STRING", "entries": "INTEGER", "first": "INTEGER", "last": "INTEGER",
    "origin": "STRING",
}  # fmt: skip
#: Seconds to wait for the results of a job before it is reported as running.
_RESULT_TIMEOUT = 5.0
_PREFIX = r"(?:/bigquery/v2)?/projects/([^/]+)"


@dataclass
class Fault:
    """The fault of the next requests on a path (a part of the address)."""

    path: str
    status: int
    reason: str
    message: str = "said by the server"
    times: int = 1


@dataclass
class QueryJob:
    """A query job as it was requested."""

    project: str
    sql: str
    parameters: dict[str, Parameter]
    dry_run: bool
    max_bytes: int | None


@dataclass
class _Job:
    resource: dict[str, Any]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    error: dict[str, Any] | None = None
    done: threading.Event = field(default_factory=threading.Event)


class BigQueryServer(LoopbackServer):
    """Serves query jobs.

    Attributes:
        query_jobs: the requested jobs.
        pages: number of result pages sent.
        size: bytes that each job reads.
        speaks: while it is cleared, requests are accepted and not answered.

    """

    def __init__(self, answer: Answer, *, size: int = 5_000_000, page: int = 1000) -> None:
        """Start without jobs; a page holds at most ``page`` rows."""
        self.answer, self.size, self.page = answer, size, page
        self.query_jobs: list[QueryJob] = []
        self.faults: list[Fault] = []
        self.pages = 0
        self.jobs: dict[str, _Job] = {}
        self.speaks = threading.Event()
        self.speaks.set()
        super().__init__(_Handler)

    def insert(self, project: str, sent: dict[str, Any]) -> dict[str, Any]:
        """Create a job, and run it unless it is a dry run."""
        configuration = sent["configuration"]
        query = configuration["query"]
        limit = query.get("maximumBytesBilled")
        query_job = QueryJob(
            project=project,
            sql=query["query"],
            parameters=dict(map(_parameter, query.get("queryParameters", []))),
            dry_run=bool(configuration.get("dryRun")),
            max_bytes=None if limit is None else int(limit),
        )
        self.query_jobs.append(query_job)
        reference = {**sent["jobReference"], "location": "US"}
        job = _Job({
            "kind": "bigquery#job",
            "id": f"{project}:US.{reference['jobId']}",
            "jobReference": reference,
            "configuration": configuration,
            "statistics": {
                "totalBytesProcessed": str(self.size),
                "query": {"totalBytesProcessed": str(self.size), "statementType": "SELECT"},
            },
            "status": {"state": "DONE" if query_job.dry_run else "RUNNING"},
        })  # fmt: skip
        self.jobs[reference["jobId"]] = job
        if not query_job.dry_run:
            threading.Thread(target=self._run, args=(job, query_job), daemon=True).start()
        return job.resource

    def _run(self, job: _Job, query_job: QueryJob) -> None:
        if query_job.max_bytes is not None and self.size > query_job.max_bytes:
            said = f"Query exceeded limit for bytes billed: {query_job.max_bytes}. {self.size} or higher required."
            job.error = {"reason": "bytesBilledLimitExceeded", "message": said}
        else:
            try:
                job.rows = self.answer(query_job.sql, query_job.parameters)
            except Exception as error:  # noqa: BLE001 (an engine's error becomes BigQuery's)
                job.error = {"reason": "invalidQuery", "message": str(error)}
        failed = {"errorResult": job.error, "errors": [job.error]} if job.error else {}
        job.resource["status"] = {"state": "DONE", **failed}
        job.done.set()

    def results(self, name: str, start: int, most: int) -> dict[str, Any]:
        """Return a page of a job's rows, or that it is still running."""
        job = self.jobs[name]
        if not job.done.wait(_RESULT_TIMEOUT):
            return {"jobReference": job.resource["jobReference"], "jobComplete": False}
        end = start + min(most, self.page)
        rows = job.rows[start:end]
        self.pages += bool(most)
        return {
            "kind": "bigquery#getQueryResultsResponse",
            "schema": {"fields": [{"name": name, "type": kind} for name, kind in _COLUMNS.items()]},
            "jobReference": job.resource["jobReference"],
            "jobComplete": True,
            "totalRows": str(len(job.rows)),
            "totalBytesProcessed": str(self.size),
            "rows": [{"f": [{"v": cell if cell is None else str(cell)} for cell in row]} for row in rows],
        } | ({"pageToken": str(end)} if end < len(job.rows) and most else {})


def _parameter(sent: dict[str, Any]) -> tuple[str, Parameter]:
    kind, value = sent["parameterType"], sent["parameterValue"]
    if kind["type"] == "ARRAY":
        return sent["name"], (
            [kind["arrayType"]["type"]],
            [item["value"] for item in value.get("arrayValues", [])],
        )
    return sent["name"], (kind["type"], value["value"])


class _Handler(BaseHTTPRequestHandler):
    state: BigQueryServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""

    def _serve(self, method: str) -> None:
        sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self.state.speaks.wait()
        address = urlsplit(self.path)
        for fault in self.state.faults:
            if fault.path in address.path and fault.times:
                fault.times -= 1
                self._fail(fault.status, fault.reason, fault.message)
                return
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if method == "POST" and (found := re.fullmatch(f"{_PREFIX}/jobs", address.path)):
            self._send(200, self.state.insert(found[1], sent))
        elif found := re.fullmatch(f"{_PREFIX}/(jobs|queries)/([^/]+)", address.path):
            job = self.state.jobs[found[3]]
            if found[2] == "jobs":
                self._send(200, job.resource)
                return
            start = int(query.get("pageToken") or 0)
            page = self.state.results(found[3], start, int(query.get("maxResults", self.state.page)))
            if job.error:
                self._fail(400, job.error["reason"], job.error["message"])
            else:
                self._send(200, page)
        else:
            self._fail(404, "notFound", f"no such address: {address.path}")

    def _fail(self, status: int, reason: str, message: str) -> None:
        error = {"message": message, "domain": "global", "reason": reason}
        self._send(status, {"error": {"code": status, "message": message, "errors": [error]}})

    def _send(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
