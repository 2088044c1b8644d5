"""Run a query on BigQuery: an estimate of its cost, and its rows by page."""

import os
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from triage.errors import UsageError
from triage.models import Condition, SqlValue
from triage.reading.bigquery.address import Table
from triage.reading.bigquery.error_translation import translate_errors
from triage.reading.bigquery.rows import Row

if TYPE_CHECKING:
    from google.cloud import bigquery

#: The narrowest OAuth scope of the BigQuery API that can run queries.
SCOPE = "https://www.googleapis.com/auth/bigquery"
#: The variable with which Google's client is redirected to another host.
HOST = "BIGQUERY_EMULATOR_HOST"
_PAGE = 1000
#: The timeout of one request, and of a request with its retries, in seconds.
_ANSWER_SECONDS, _RETRY_SECONDS = 90.0, 180.0


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
        retry_seconds: float = _RETRY_SECONDS,
    ) -> None:
        """Prepare a query; temporary errors are retried for ``retry_seconds``."""
        self._client, self._table, self._statement, self._retry_seconds = (
            client,
            table,
            statement,
            retry_seconds,
        )

    def estimate_bytes(self) -> int:
        """Return how many bytes the query would read, by a dry run without cost.

        Raises:
            TriageError: BigQuery rejects it or does not respond.

        """
        with translate_errors(self._table, self._client.project):
            job = self._start_query(dry_run=True, use_query_cache=False)
            return int(job.total_bytes_processed or 0)

    def rows(self, max_bytes: int | None) -> Iterator[Row]:
        """Run the query and yield its rows, a page at a time.

        BigQuery stops it before it bills more than ``max_bytes``.

        Raises:
            TriageError: BigQuery rejects it or does not respond.

        """
        from google.cloud.bigquery import DEFAULT_RETRY

        with translate_errors(self._table, self._client.project):
            job = (
                self._start_query(maximum_bytes_billed=max_bytes)
                if max_bytes is not None
                else self._start_query()
            )
            found = job.result(
                page_size=_PAGE, retry=DEFAULT_RETRY.with_timeout(self._retry_seconds), job_retry=None
            )
            for page in found.pages:
                for row in page:
                    yield row.values()

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
