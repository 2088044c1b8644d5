"""Translate errors of BigQuery to TriageError, with what to do and exit status."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from triage.errors import (
    BadDataError,
    IOFailureError,
    NoPermissionError,
    TriageError,
    TryAgainError,
    UsageError,
)
from triage.reading.bigquery.address import Table
from triage.text import clean

_MAX_CHARACTERS = 300


@contextmanager
def translate_errors(table: Table, project: str) -> Iterator[None]:
    """Raise the errors of Google's client as TriageError; ``project`` ran the job."""
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    try:
        yield
    except (GoogleAPIError, GoogleAuthError, RequestException, ConnectionError, TimeoutError) as error:
        raise _translate(error, table, project) from error


def _translate(error: Exception, table: Table, project: str) -> TriageError:
    from google.api_core import exceptions as google
    from google.auth.exceptions import GoogleAuthError, TransportError

    cause = getattr(error, "cause", None)
    if isinstance(error, google.RetryError) and isinstance(cause, Exception):
        error = cause
    detail, reason = _error_text(error), str(_first_error(error).get("reason", ""))
    expired = isinstance(error, GoogleAuthError) and not isinstance(error, TransportError)
    if isinstance(error, google.Unauthorized) or expired:
        return NoPermissionError(
            f"the credentials are expired or not accepted ({detail})",
            "run `gcloud auth application-default login`",
        )
    if reason in ("quotaExceeded", "rateLimitExceeded") or isinstance(error, google.TooManyRequests):
        return TryAgainError(
            f"{table}: a quota of project {project} is used up ({detail})", "try again in a while"
        )
    # Google's client does not know this reason, and raises a server error.
    if isinstance(error, google.ClientError) or reason == "bytesBilledLimitExceeded":
        return _permanent_error(error, reason, detail, table, project)
    return TryAgainError(f"{table}: BigQuery did not answer ({detail})", "check the network and try again")


def _permanent_error(error: Exception, reason: str, detail: str, table: Table, project: str) -> TriageError:
    """Return the error for a failure that a retry does not help."""
    from google.api_core import exceptions as google

    if reason == "bytesBilledLimitExceeded":
        return UsageError(
            f"{table}: the query would be billed for more than --max-bytes ({detail})",
            "narrow it with --since and --until, or raise --max-bytes",
        )
    if reason in ("resourcesExceeded", "responseTooLarge"):
        return UsageError(
            f"{table}: too much for one query ({detail})", "narrow it with --service, --since and --until"
        )
    if reason in ("accessNotConfigured", "SERVICE_DISABLED"):
        return NoPermissionError(
            f"the BigQuery API is not enabled in project {project}",
            f"run `gcloud services enable bigquery.googleapis.com --project={project}`",
        )
    if isinstance(error, google.Forbidden):
        return NoPermissionError(
            f"{table}: no permission ({detail})",
            f"running queries needs roles/bigquery.jobUser in project {project} (GOOGLE_CLOUD_PROJECT names "
            "another), "
            f"reading needs roles/bigquery.dataViewer on {table.dataset}, and roles/logging.viewAccessor "
            "where that is "
            "a linked dataset",
        )
    if isinstance(error, google.NotFound):
        return IOFailureError(
            f"{table}: no such table ({detail})",
            f"`bq ls {table.project}:{table.dataset}` lists those there are",
        )
    return BadDataError(
        f"{table}: BigQuery does not take the query ({detail})",
        "name a table or view of log entries; `triage query sql` shows the query",
    )


def _first_error(error: Exception) -> dict[str, Any]:
    """Return BigQuery's own error with its reason and message, {} if there is none."""
    return next((detail for detail in getattr(error, "errors", None) or [] if isinstance(detail, dict)), {})


def _error_text(error: Exception) -> str:
    """Return the first line of Google's message, safe for a terminal and bounded."""
    message = str(_first_error(error).get("message") or getattr(error, "message", None) or error).strip()
    return clean((message or type(error).__name__).splitlines()[0])[:_MAX_CHARACTERS]
