"""Run a query on BigQuery: an estimate of its cost, and its rows by page."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from triage.errors import UsageError
from triage.models import Condition, SqlValue
from triage.reading.bigquery.address import Table
from triage.reading.bigquery.error_translation import translate_errors
from triage.reading.bigquery.rows import Row
from triage.reading.bigquery.silence import SilenceWatch

if TYPE_CHECKING:
    from google.cloud import bigquery

#: The narrowest OAuth scope of the BigQuery API that can run queries.
SCOPE = "https://www.googleapis.com/auth/bigquery"
#: The variable with which Google's client is redirected to another host.
HOST = "BIGQUERY_EMULATOR_HOST"
_PAGE = 1000
#: The timeout of one request, and of a request with its retries, in seconds.
_ANSWER_SECONDS, _RETRY_SECONDS = 90.0, 180.0
#: A host that has not answered for so many seconds is reported, while it is waited for.
SILENT_SECONDS = 20.0


def connect(project: str, credentials: Callable[[], Any]) -> "bigquery.Client":
    """Return a client whose jobs run in a project.

    A loopback host needs no credentials.

    Raises:
        NoPermissionError: there are no credentials.
        UsageError: the extra is not installed.

    """
    try:
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import bigquery
    except ImportError as error:
        raise UsageError(
            "reading BigQuery needs the extra 'bigquery'", "pip install 'cloudrun-triage[bigquery]'"
        ) from error
    if _is_loopback(os.environ.get(HOST, "")):
        return bigquery.Client(project=project, credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
    return bigquery.Client(project=project, credentials=credentials())


def _is_loopback(host: str) -> bool:
    name = urlsplit(host if "://" in host else f"//{host}").hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class Job:
    """A query on a table."""

    def __init__(
        self,
        client: "bigquery.Client",
        table: Table,
        statement: Condition,
        notify: Callable[[str], None],
        retry_seconds: float = _RETRY_SECONDS,
    ) -> None:
        """Prepare a query.

        notify: called, from another thread, with a line that says that the host does not answer.
        retry_seconds: how long temporary errors are retried.
        """
        self._client, self._table, self._statement = client, table, statement
        self._notify, self._retry_seconds = notify, retry_seconds

    def estimate_bytes(self) -> int:
        """Return how many bytes the query would read, by a dry run without cost.

        Raises:
            TriageError: BigQuery rejects it or does not respond.

        """
        with translate_errors(self._table, self._client.project), self._watch_silence():
            job = self._start_query(dry_run=True, use_query_cache=False)
            return int(job.total_bytes_processed or 0)

    def rows(self, max_bytes: int | None) -> Iterator[Row]:
        """Run the query and yield its rows, a page at a time.

        BigQuery stops it before it bills more than ``max_bytes``.

        Raises:
            TriageError: BigQuery rejects it or does not respond.

        """
        from google.cloud.bigquery import DEFAULT_RETRY

        options = {} if max_bytes is None else {"maximum_bytes_billed": max_bytes}
        with translate_errors(self._table, self._client.project):
            with self._watch_silence():
                found = self._start_query(**options).result(
                    page_size=_PAGE, retry=DEFAULT_RETRY.with_timeout(self._retry_seconds), job_retry=None
                )
            pages = iter(found.pages)
            while (page := self._next_page(pages)) is not None:
                for row in page:
                    yield row.values()

    def _next_page(self, pages: Iterator[Any]) -> Any:
        """Return the next page, None after the last one."""
        with self._watch_silence():
            return next(pages, None)

    @contextmanager
    def _watch_silence(self) -> Iterator[None]:
        """Notify in one line if the host does not answer a block that waits for it."""
        session = self._client._http  # noqa: SLF001 (there is no other way to see its answers)
        watch = SilenceWatch(SILENT_SECONDS, self._report_silence)
        session.hooks["response"].append(watch.on_answer)
        try:
            with watch:
                yield
        finally:
            session.hooks["response"].remove(watch.on_answer)

    def _report_silence(self) -> None:
        self._notify(f"{self._table}: BigQuery has not answered for {SILENT_SECONDS:g} s; still waiting")

    def _start_query(self, **options: Any) -> "bigquery.QueryJob":
        from google.cloud.bigquery import DEFAULT_RETRY, QueryJobConfig

        bound = [_query_parameter(name, value) for name, value in self._statement.parameters.items()]
        return self._client.query(
            self._statement.sql,
            job_config=QueryJobConfig(query_parameters=bound, **options),
            retry=DEFAULT_RETRY.with_timeout(self._retry_seconds),
            timeout=_ANSWER_SECONDS,
            job_retry=None,
        )


def _query_parameter(
    name: str, value: SqlValue
) -> "bigquery.ArrayQueryParameter | bigquery.ScalarQueryParameter":
    from google.cloud.bigquery import ArrayQueryParameter, ScalarQueryParameter

    if isinstance(value, list):
        return ArrayQueryParameter(name, "STRING", value)
    kind = {str: "STRING", int: "INT64"}.get(type(value), "TIMESTAMP")
    return ScalarQueryParameter(name, kind, value)
