"""The connection to Cloud Logging: its address, its credentials and its project."""

import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from triage.errors import NoPermissionError, UsageError
from triage.fetching.project import find_project
from triage.fetching.query import validate_project
from triage.models import FetchPlan

if TYPE_CHECKING:
    from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client

#: The least right that reads logs (OAuth scopes of the Cloud Logging API).
SCOPE = "https://www.googleapis.com/auth/logging.read"
HOST = "logging.googleapis.com:443"
#: What a server on this machine is asked for where nothing names a project.
_LOCAL_PROJECT = "local"
TOKEN = "CLOUDSDK_AUTH_ACCESS_TOKEN"  # noqa: S105 (the variable's name, as gcloud knows it)


@dataclass
class Connection:
    """A client of Cloud Logging, the project that it asks, and who named that project.

    ``credentials`` is None where a loopback address is spoken to.
    """

    client: "LoggingServiceV2Client"
    project: str
    source: str
    credentials: Any = None

    def renew(self) -> None:
        """Get a new access token; errors of google.auth pass through."""
        from google.auth.transport.requests import Request

        if self.credentials is not None:
            self.credentials.refresh(Request())

    def close(self) -> None:
        """Close the channel."""
        self.client.transport.close()


def connect(plan: FetchPlan, environ: Mapping[str, str] = os.environ) -> Connection:
    """Return a connection for the plan; nothing is asked yet.

    The credentials are the access token in CLOUDSDK_AUTH_ACCESS_TOKEN, else the application default ones; with
    ``impersonate`` they stand for that service account. A loopback address is spoken to without TLS and credentials.

    Raises:
        NoPermissionError: there are no credentials, or nothing names a project.
        UsageError: the endpoint or the project cannot be one.

    """
    address = parse_endpoint(plan.endpoint)
    project, source = find_project(plan.project, environ)
    if is_loopback(address):
        if not project:
            project, source = _LOCAL_PROJECT, "nobody: the endpoint is this machine"
        return Connection(_loopback_client(address), _require_project(project), source)
    own, credentials_project = load_credentials(SCOPE, environ, impersonate=plan.impersonate)
    if not project:
        project, source = credentials_project, "the credentials"
    from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client

    options = {"api_endpoint": address}
    client = LoggingServiceV2Client(credentials=own, client_options=options)
    return Connection(client, _require_project(project), source, own)


def parse_endpoint(text: str) -> str:
    """Return HOST:PORT of ``--endpoint``, Google's own where there is none.

    Raises:
        UsageError: the text is no address.

    """
    if not text:
        return HOST
    found = re.fullmatch(r"(?:https://)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?/?", text)
    if found is None:
        raise UsageError(f"--endpoint: {text!r} is no address", "write HOST:PORT")
    return f"{found[1]}:{found[2] or 443}"


def is_loopback(address: str) -> bool:
    """Return whether HOST:PORT is this machine."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_project(project: str) -> str:
    if not project:
        raise NoPermissionError(
            "no project is named by the environment, gcloud's configuration or the credentials",
            "give --project P, or run `gcloud config set project P`",
        )
    return validate_project(project)


def _loopback_client(address: str) -> "LoggingServiceV2Client":
    import grpc
    from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
    from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport

    # A page of a thousand entries of 256 KiB each is far above gRPC's 4 MiB.
    channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])
    return LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))


def load_credentials(
    scope: str, environ: Mapping[str, str] = os.environ, *, impersonate: str = ""
) -> tuple[Any, str]:
    """Return the credentials for a scope, and the project that they belong to or "".

    Raises:
        NoPermissionError: there are none.

    """
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    try:
        if token := environ.get(TOKEN):
            from google.oauth2.credentials import Credentials

            own: Any = Credentials(token)  # type: ignore[no-untyped-call]
            project: str | None = None
        else:
            with warnings.catch_warnings():
                # Its advice on quota projects is for those who write programs.
                warnings.simplefilter("ignore", UserWarning)
                own, project = google.auth.default(scopes=[scope])
        if impersonate:
            from google.auth.impersonated_credentials import Credentials as Impersonated

            own = Impersonated(own, impersonate, [scope])  # type: ignore[no-untyped-call]
    except (GoogleAuthError, OSError, ValueError) as error:
        raise NoPermissionError(
            "there are no credentials for Google Cloud", "run `gcloud auth application-default login`"
        ) from error
    return own, project or ""
