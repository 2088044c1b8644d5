"""Rate limit and credentials of page requests."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError, TransportError
from google.auth.transport.grpc import AuthMetadataPlugin
from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.errors import NoPermissionError, TryAgainError
from triage.fetching.client import Connection
from triage.fetching.pages import PageReader, RateLimiter, RetryPolicy


@settings(deadline=None)
@given(st.integers(1, 300), st.lists(st.floats(0, 20), min_size=50, max_size=300))
def test_no_minute_holds_more_calls_than_the_quota(per_minute: int, gaps: list[float]) -> None:
    now = 1000.0
    pace = RateLimiter(per_minute, lambda: now)
    calls = []
    for gap in gaps:
        now += pace.next_wait()
        calls.append(now)
        now += gap
    for first, later in zip(calls, calls[per_minute:], strict=False):
        assert later - first > 60 - 1e-6


def test_a_small_fetch_does_not_wait() -> None:
    pace = RateLimiter(60, lambda: 0.0)
    assert [pace.next_wait() for _ in range(10)] == [0.0] * 10
    assert pace.next_wait() > 0


class Expiring(Credentials):
    """Credentials whose token expires after some calls; renewing it may fail."""

    def __init__(self, calls: int, error: Exception | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls = calls
        self.error = error
        self.renewed = 0
        self.token = "first"
        self.expiry = dt.datetime(2999, 1, 1)  # noqa: DTZ001 (google.auth takes naive times)

    def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
        self.calls -= 1
        if self.calls < 0 and self.error:
            raise self.error
        super().before_request(request, method, url, headers)  # type: ignore[no-untyped-call]

    def refresh(self, _request: Any) -> None:
        if self.error:
            raise self.error
        self.renewed += 1
        self.token = f"renewed {self.renewed}"


@pytest.fixture
def port() -> Iterator[int]:
    """Serve an empty page to clients with a renewed token, on a secure channel."""

    def answer(_request: bytes, context: grpc.ServicerContext) -> bytes:
        token = dict(context.invocation_metadata()).get("authorization", "")
        if not token.startswith("Bearer renewed"):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Request had invalid authentication credentials.")
        return b""

    method = grpc.unary_unary_rpc_method_handler(answer)
    handler = grpc.method_handlers_generic_handler(
        "google.logging.v2.LoggingServiceV2", {"ListLogEntries": method}
    )
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        server.add_generic_rpc_handlers((handler,))
        port = server.add_secure_port("127.0.0.1:0", grpc.local_server_credentials())
        server.start()
        yield port
        server.stop(0).wait()


def reader(port: int, credentials: Expiring) -> tuple[PageReader, Connection]:
    call = grpc.metadata_call_credentials(AuthMetadataPlugin(credentials, None))  # type: ignore[no-untyped-call]
    both = grpc.composite_channel_credentials(grpc.local_channel_credentials(), call)
    channel = grpc.secure_channel(f"127.0.0.1:{port}", both)
    client = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))
    connection = Connection(client, "demo", "--project", credentials)
    retry_policy = RetryPolicy(budget=0.05, first_pause=0.001, max_pause=0.01)
    return PageReader(connection, RateLimiter(10**9), retry_policy, lambda _: None), connection


def test_a_refused_access_token_is_renewed(port: int) -> None:
    credentials = Expiring(10)
    pages, connection = reader(port, credentials)
    assert pages.read_page("severity>=ERROR", "", 5).lines == []
    assert credentials.renewed == 1
    connection.close()


@pytest.mark.parametrize("calls", [0, 1])
def test_credentials_that_cannot_be_renewed_end_with_77_at_once(port: int, calls: int) -> None:
    pages, connection = reader(port, Expiring(calls, RefreshError("invalid_grant: reauth related error")))  # type: ignore[no-untyped-call]
    with pytest.raises(NoPermissionError, match="invalid_grant") as failed:
        pages.read_page("severity>=ERROR", "", 5)
    assert "gcloud auth application-default login" in failed.value.hint
    connection.close()


def test_an_unreachable_token_issuer_is_a_network_error(port: int) -> None:
    pages, connection = reader(port, Expiring(1, TransportError("no route to oauth2.example")))  # type: ignore[no-untyped-call]
    with pytest.raises(TryAgainError, match="no route"):
        pages.read_page("severity>=ERROR", "", 5)
    connection.close()


def test_refused_connection_is_reported_at_once_and_tried_again() -> None:
    channel = grpc.insecure_channel("127.0.0.1:1")
    client = LoggingServiceV2Client(transport=LoggingServiceV2GrpcTransport(channel=channel))
    retry_policy = RetryPolicy(budget=0.05, first_pause=0.001, max_pause=0.01)
    notes: list[str] = []
    pages = PageReader(
        Connection(client, "demo", "--project", Expiring(10)),
        RateLimiter(10**9),
        retry_policy,
        lambda _: None,
        notify=notes.append,
    )
    with pytest.raises(TryAgainError):
        pages.read_page("severity>=ERROR", "", 5)
    assert notes == ["the connection was refused; trying again for up to 0.05 s"]
