"""Connect to Cloud Logging: address, credentials and project."""

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

#: The narrowest OAuth scope that reads logs.
SCOPE = "https://www.googleapis.com/auth/logging.read"
HOST = "logging.googleapis.com:443"
#: The project of a loopback server, by default.
_LOCAL_PROJECT = "local"
TOKEN = "CLOUDSDK_AUTH_ACCESS_TOKEN"  # noqa: S105 (the variable's name, as gcloud knows it)


@dataclass
class Connection:
    """A client of Cloud Logging and its project.

    Attributes:
        client: the API client.
        project: the project to read from.
        source: where the name of the project comes from.
        credentials: the credentials; None for a loopback address.

    """

    client: "LoggingServiceV2Client"
    project: str
    source: str
    credentials: Any = None

    def renew(self) -> None:
        """Get a new access token; errors of google.auth are not translated."""
        from google.auth.transport.requests import Request

        if self.credentials is not None:
            self.credentials.refresh(Request())

    def close(self) -> None:
        """Close the channel."""
        self.client.transport.close()


def connect(plan: FetchPlan, environ: Mapping[str, str] = os.environ) -> Connection:
    """Return a connection for the plan; nothing is requested yet.

    The credentials are the access token in CLOUDSDK_AUTH_ACCESS_TOKEN, else the application default ones.
    With ``impersonate`` they act as that service account. A loopback address needs neither TLS nor
    credentials.

    Raises:
        NoPermissionError: there are no credentials, or nothing names a project.
        UsageError: the endpoint or the project is invalid.

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
    """Return HOST:PORT of ``--endpoint``; Google's own by default.

    Raises:
        UsageError: the text is not an address.

    """
    if not text:
        return HOST
    found = re.fullmatch(r"(?:https://)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?/?", text)
    if found is None:
        raise UsageError(f"--endpoint: {text!r} is not a valid address", "write HOST:PORT")
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

    # A page of a thousand entries of 256 KiB each is far above gRPC's limit of 4 MiB.
    channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])
    return LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))


def load_credentials(
    scope: str, environ: Mapping[str, str] = os.environ, *, impersonate: str = ""
) -> tuple[Any, str]:
    """Return the credentials for a scope, and their project or "".

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
                # Its warning about quota projects does not apply to command-line tools.
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
