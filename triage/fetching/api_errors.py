"""Classify Google's errors, and turn them into messages and exit statuses."""

from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.text import clean

_LOGIN = "run `gcloud auth application-default login`"
_RESUME = "run the same command with --resume to continue"
_RESTART = "the entries received are kept; run the same command to start again"


def without_resume(hint: str) -> str:
    """Return a hint without --resume, for a fetch that keeps no journal."""
    return hint.replace(_RESUME, "run the same command again").replace(" with --resume", "")


def is_transient(error: Exception) -> bool:
    """Return whether a retry may help: quota, server fault, timeout, lost connection."""
    from google.api_core import exceptions as google
    from google.auth.exceptions import TransportError

    passing = (
        google.TooManyRequests,
        google.ServiceUnavailable,
        google.GatewayTimeout,
        google.BadGateway,
        google.InternalServerError,
        google.Unknown,
        google.Aborted,
        google.Cancelled,
        TransportError,
    )
    return isinstance(error, passing)


def is_quota_error(error: Exception) -> bool:
    """Return whether the read quota is exhausted."""
    from google.api_core.exceptions import TooManyRequests

    return isinstance(error, TooManyRequests)


def describe_outage(error: Exception) -> str:
    """Return in a few words why a request failed that is tried again."""
    if is_quota_error(error):
        return "the read quota of Cloud Logging is used up"
    if "connection refused" in str(error).lower():
        return "the connection was refused"
    return f"Cloud Logging does not answer ({type(error).__name__})"


def is_session_end(error: Exception) -> bool:
    """Return whether a tail session reached its time limit, the server's or ours."""
    from google.api_core.exceptions import DeadlineExceeded, OutOfRange

    return isinstance(error, DeadlineExceeded | OutOfRange)


def is_credentials_error(error: Exception) -> bool:
    """Return whether Cloud Logging or the token issuer refused the credentials.

    A token that cannot be renewed reaches gRPC as an error of its metadata plugin, which looks like an
    outage.
    """
    from google.api_core.exceptions import GoogleAPICallError, Unauthorized
    from google.auth.exceptions import GoogleAuthError, TransportError

    if isinstance(error, GoogleAPICallError):
        return isinstance(error, Unauthorized) or "metadata from plugin failed" in str(error.message)
    return isinstance(error, GoogleAuthError) and not isinstance(error, TransportError)


def is_page_token_error(error: Exception) -> bool:
    """Return whether the page token was refused.

    A page token is valid for 24 hours and for one query only.
    """
    from google.api_core.exceptions import InvalidArgument

    return (
        isinstance(error, InvalidArgument) and "page" in str(error).lower() and "token" in str(error).lower()
    )


def to_triage_error(
    error: Exception, project: str, *, seconds: float = 0, resumable: bool = True
) -> TriageError:
    """Return the error for the user.

    ``seconds`` is how long it was tried; ``resumable`` says whether --resume continues from here.
    """
    words = first_line(error)
    again = _RESUME if resumable else _RESTART
    if is_credentials_error(error):
        return NoPermissionError(
            f"the credentials are expired or not accepted ({words})", f"{_LOGIN}; {again}"
        )
    if is_quota_error(error):
        return TryAgainError(
            f"the read quota of project {project} stayed used up for {seconds:.0f} s ({words})",
            f"wait a minute; {again}; --reads-per-minute slows it down",
        )
    if is_transient(error):
        return TryAgainError(
            f"Cloud Logging did not answer for {seconds:.0f} s ({words})", f"check the network; {again}"
        )
    return _rejection_error(error, project, words, again)


def _rejection_error(error: Exception, project: str, words: str, again: str) -> TriageError:
    """Return the error for a permanent refusal."""
    from google.api_core import exceptions as google

    if isinstance(error, google.PermissionDenied) and error.reason == "SERVICE_DISABLED":
        return NoPermissionError(
            f"the Cloud Logging API is not enabled in project {project}",
            f"run `gcloud services enable logging.googleapis.com --project={project}`",
        )
    if isinstance(error, google.PermissionDenied):
        return NoPermissionError(
            f"no permission to read the logs of project {project}, or there is no such project ({words})",
            "check the project's id; reading needs roles/logging.viewer: `gcloud projects "
            "add-iam-policy-binding "
            f"{project} --member=user:YOU --role=roles/logging.viewer`",
        )
    if isinstance(error, google.NotFound):
        return NoPermissionError(
            f"there is no project {project} ({words})", "`gcloud projects list` shows those that you may see"
        )
    if isinstance(error, google.MethodNotImplemented):
        return UsageError(
            f"the endpoint does not speak Cloud Logging's interface ({words})", "check --endpoint"
        )
    if isinstance(error, google.ClientError):
        return UsageError(
            f"Cloud Logging does not take the query ({words})",
            "`triage fetch --print-query` shows it, `triage query lint` says what is wrong with a filter",
        )
    return TryAgainError(f"Cloud Logging failed ({words})", again)


def first_line(error: Exception) -> str:
    """Return the first line of Google's message, safe for a terminal.

    It has at most 300 characters.
    """
    message = str(getattr(error, "message", None) or error).strip() or type(error).__name__
    return clean(message.splitlines()[0])[:300]
