"""BigQuery's own client over HTTP, and the translation of its errors."""

import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.bigquery_server import BigQueryServer, Fault
from triage.errors import ExitStatus, TriageError, UsageError
from triage.models import Condition, SqlValue
from triage.reading.bigquery import parse_address
from triage.reading.bigquery.client import HOST, Job, connect
from triage.reading.bigquery.silence import SilenceWatch

TABLE = parse_address("bigquery://demo-project.logs._AllLogs")
ROWS = [("entry", f'{{"insertId": "{place}"}}', None, 1, place, place, None) for place in range(25)]
VALUES: dict[str, SqlValue] = {
    "services": ["shop", "cart"],
    "wanted": "a|b",
    "since": datetime(2026, 1, 2, tzinfo=UTC),
    "f0": 7,
}


def no_credentials() -> Any:
    raise AssertionError("a loopback host needs no credentials")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BigQueryServer]:
    with BigQueryServer(lambda _sql, _parameters: list(ROWS), size=5_000_000, page=10) as serving:
        monkeypatch.setenv(HOST, serving.url)
        yield serving


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def job(server: BigQueryServer, notes: list[str]) -> Iterator[Job]:
    with connect("billed-project", no_credentials) as client:
        yield Job(client, TABLE, Condition("SELECT @f0", dict(VALUES)), notes.append, retry_seconds=0.5)


def test_dry_run_returns_the_bytes_and_runs_nothing(job: Job, server: BigQueryServer) -> None:
    assert job.estimate_bytes() == 5_000_000
    assert [(asked.project, asked.dry_run) for asked in server.query_jobs] == [("billed-project", True)]
    assert server.pages == 0


def test_rows_are_fetched_page_by_page(job: Job, server: BigQueryServer) -> None:
    rows = job.rows(None)

    assert next(rows) == ROWS[0]
    assert server.pages == 1
    assert list(rows) == ROWS[1:]
    assert server.pages == 3


def test_values_are_bound_to_typed_parameters(job: Job, server: BigQueryServer) -> None:
    list(job.rows(6_000_000))

    (asked,) = server.query_jobs
    assert asked.sql == "SELECT @f0"
    assert asked.max_bytes == 6_000_000
    assert asked.parameters == {
        "services": (["STRING"], ["shop", "cart"]),
        "wanted": ("STRING", "a|b"),
        "since": ("TIMESTAMP", "2026-01-02 00:00:00+00:00"),
        "f0": ("INT64", "7"),
    }


def test_query_over_the_billing_limit_is_stopped_by_bigquery(job: Job) -> None:
    with pytest.raises(UsageError, match=r"billed for more than --max-bytes .*5000000 or higher required"):
        list(job.rows(1_000))


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (Fault("/jobs", 404, "notFound", "Not found: Table demo-project:logs._AllLogs"), 74, "no such table (Not found: Table demo-project:logs._AllLogs); `bq ls demo-project:logs` lists"),
        (Fault("/jobs", 403, "accessDenied", "Access Denied"), 77, "running queries needs roles/bigquery.jobUser in project billed-project"),
        (Fault("/jobs", 403, "accessDenied", "Access Denied"), 77, "reading needs roles/bigquery.dataViewer on logs, and roles/logging.viewAccessor where that is a linked"),
        (Fault("/jobs", 403, "accessNotConfigured", "disabled"), 77, "gcloud services enable bigquery.googleapis.com --project=billed-project"),
        (Fault("/jobs", 401, "authError", "Invalid Credentials"), 77, "run `gcloud auth application-default login`"),
        (Fault("/jobs", 403, "quotaExceeded", "Custom quota exceeded"), 75, "a quota of project billed-project is used up (Custom quota exceeded)"),
        (Fault("/jobs", 429, "rateLimitExceeded", "slow down", 99), 75, "a quota of project billed-project is used up"),
        (Fault("/jobs", 503, "backendError", "unwell", 99), 75, "BigQuery did not answer"),
        (Fault("/queries/", 503, "backendError", "unwell", 99), 75, "BigQuery did not answer"),
        (Fault("/jobs", 400, "invalidQuery", "Name timestamp not found inside t"), 65, "name a table or view of log entries"),
        (Fault("/queries/", 403, "responseTooLarge", "Response too large"), 2, "narrow it with --service, --since and --until"),
        (Fault("/queries/", 400, "resourcesExceeded", "Resources exceeded"), 2, "too much for one query"),
    ],
    ids=lambda value: f"{value.path} {value.reason}" if isinstance(value, Fault) else None,
)  # fmt: skip
def test_error_is_one_line_with_a_hint(
    job: Job, server: BigQueryServer, fault: Fault, status: int, said: str
) -> None:
    fault.times = fault.times if fault.times > 1 else 3
    server.faults.append(fault)

    with pytest.raises(TriageError) as decode_gap:
        list(job.rows(None))

    assert decode_gap.value.status == status
    assert said in str(decode_gap.value)
    assert "\n" not in str(decode_gap.value)


@pytest.mark.parametrize("path", ["/jobs", "/queries/"])
def test_temporary_error_is_retried(job: Job, server: BigQueryServer, path: str) -> None:
    job._retry_seconds = 30.0
    server.faults.append(Fault(path, 503, "backendError"))

    assert list(job.rows(None)) == ROWS


SILENT = "bigquery://demo-project.logs._AllLogs: BigQuery has not answered for 0.001 s; still waiting"


def test_silent_host_is_reported_in_one_line_and_waited_for(
    job: Job, server: BigQueryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def notify(text: str) -> None:
        told.append(text)
        server.speaks.set()

    told: list[str] = []
    job._notify = notify
    monkeypatch.setattr("triage.reading.bigquery.client.SILENT_SECONDS", 0.001)
    server.speaks.clear()
    assert job.estimate_bytes() == 5_000_000
    assert set(told) == {SILENT}

    rows = job.rows(None)
    first = next(rows)
    told.clear()
    server.speaks.clear()
    assert [first, *rows] == ROWS
    assert set(told) == {SILENT}


def test_host_that_answers_is_not_reported(job: Job, notes: list[str]) -> None:
    assert list(job.rows(None)) == ROWS
    assert notes == []


def test_silence_ends_with_the_block_and_begins_anew_with_an_answer() -> None:
    told = threading.Event()
    with SilenceWatch(3600, told.set) as watch:
        watch._seconds = 0
        watch.on_answer()
        assert told.wait(60)
        watch._seconds = 3600
        watch.on_answer()
        timer = watch._timer
    assert timer is not None
    assert timer.finished.is_set()


def test_refused_connection_is_a_temporary_error(job: Job, server: BigQueryServer) -> None:
    server.__exit__(None, None, None)

    with pytest.raises(TriageError, match="BigQuery did not answer") as decode_gap:
        job.estimate_bytes()

    assert decode_gap.value.status == ExitStatus.TRY_AGAIN


def test_remote_host_gets_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    from google.auth.credentials import AnonymousCredentials

    monkeypatch.setenv(HOST, "https://bigquery.example:443")
    asked: list[str] = []
    credentials: Callable[[], Any] = lambda: asked.append("asked") or AnonymousCredentials()  # type: ignore[func-returns-value,no-untyped-call]  # noqa: E731

    with connect("demo-project", credentials):
        assert asked == ["asked"]


def test_missing_extra_is_reported_with_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    import google.cloud

    monkeypatch.setitem(sys.modules, "google.cloud.bigquery", None)
    monkeypatch.delattr(google.cloud, "bigquery", raising=False)

    with pytest.raises(
        UsageError, match=r"needs the extra 'bigquery'; pip install 'cloudrun-triage\[bigquery\]'"
    ):
        connect("demo-project", no_credentials)
