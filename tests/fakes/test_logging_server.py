"""The fake of Cloud Logging follows the rules of the API."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import (
    GoogleAPICallError,
    InvalidArgument,
    NotFound,
    OutOfRange,
    ServiceUnavailable,
)
from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client
from google.cloud.logging_v2.services.logging_service_v2.transports import LoggingServiceV2GrpcTransport
from google.cloud.logging_v2.types import TailLogEntriesRequest

from tests.fakes.entries import entries
from tests.fakes.logging_server import LoggingServer, refuse
from tests.fakes.replay import shift_to_now
from triage.window import NANOSECONDS, parse_timestamp

ROOT = Path(__file__).resolve().parents[2]


def connected(address: str) -> LoggingServiceV2Client:
    return LoggingServiceV2Client(
        transport=LoggingServiceV2GrpcTransport(channel=grpc.insecure_channel(address))
    )


@pytest.fixture
def client() -> Iterator[LoggingServiceV2Client]:
    with LoggingServer(entries(120), projects={"demo"}) as server:
        client = connected(server.address)
        yield client
        client.transport.close()


def page(client: LoggingServiceV2Client, **asked: Any) -> Any:
    request = {"resource_names": ["projects/demo"], **asked}
    return next(iter(client.list_log_entries(request, retry=None, timeout=30).pages))


def test_a_page_has_fifty_entries_by_default(client: LoggingServiceV2Client) -> None:
    assert len(page(client).entries) == 50
    assert len(page(client, page_size=1000).entries) == 120


@pytest.mark.parametrize(
    "wrong", [{"page_size": 1001}, {"page_size": -1}, {"order_by": "severity"}, {"filter": "("}]
)
def test_invalid_requests_are_rejected(client: LoggingServiceV2Client, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        page(client, **wrong)


def test_descending_order_returns_the_newest_first(client: LoggingServiceV2Client) -> None:
    newest = page(client, order_by="timestamp desc").entries
    assert [entry.insert_id for entry in newest][:2] == ["id000119", "id000118"]


@pytest.mark.parametrize(
    "change", [{"filter": "severity=ERROR"}, {"page_size": 10}, {"order_by": "timestamp desc"}]
)
def test_a_page_token_is_valid_for_its_query_only(
    client: LoggingServiceV2Client, change: dict[str, Any]
) -> None:
    token = page(client, page_size=20).next_page_token
    assert page(client, page_size=20, page_token=token).entries[0].insert_id == "id000020"
    with pytest.raises(InvalidArgument, match="page_token doesn't match"):
        page(client, **{"page_size": 20, "page_token": token, **change})


def test_an_unknown_project_is_not_found(client: LoggingServiceV2Client) -> None:
    with pytest.raises(NotFound):
        page(client, resource_names=["projects/other"])


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer(entries(3)) as server:
        yield server


class Followed:
    """The responses of a tail session, from a client of Cloud Logging."""

    def __init__(self, server: LoggingServer, text: str = "") -> None:
        self._client = connected(server.address)
        stub: Any = self._client.transport.tail_log_entries
        stub._prefetch_first_result_ = False
        request = TailLogEntriesRequest(resource_names=["projects/demo"], filter=text)
        self.answers: Any = self._client.tail_log_entries(iter([request]), retry=None, timeout=30)
        server.tails.wait_for(1)

    def next(self) -> tuple[list[str], list[int]]:
        answer = next(self.answers)
        return [entry.insert_id for entry in answer.entries], [
            info.suppressed_count for info in answer.suppression_info
        ]

    def close(self) -> None:
        self._client.transport.close()


def test_a_tail_session_receives_new_matching_entries_only(server: LoggingServer) -> None:
    followed = Followed(server, 'textPayload:"line 11"')
    server.arrive(entries(10))
    server.arrive(entries(120)[100:])
    assert followed.next() == ([f"id0001{number}" for number in range(10, 20)], [])
    server.arrive(entries(12)[11:])
    assert followed.next() == (["id000011"], [])
    followed.close()


def test_suppressed_entries_are_counted_in_the_tail_and_listed_by_queries(server: LoggingServer) -> None:
    followed = Followed(server)
    server.arrive(entries(8)[3:], suppressed=2)
    assert followed.next() == (["id000003", "id000004", "id000005"], [2])
    client = connected(server.address)
    assert len(page(client).entries) == 8
    client.transport.close()
    followed.close()


def test_a_session_ends_with_the_requested_error(server: LoggingServer) -> None:
    followed = Followed(server)
    server.tails.end(refuse(grpc.StatusCode.OUT_OF_RANGE))
    with pytest.raises(OutOfRange):
        followed.next()
    followed.close()
    server.tails.on_session(2, refuse(grpc.StatusCode.UNAVAILABLE))
    followed = Followed(server)
    with pytest.raises(ServiceUnavailable):
        followed.next()
    followed.close()


def test_a_replay_keeps_intervals_and_shortens_silences() -> None:
    began = parse_timestamp("2026-01-01T00:00:00Z")
    moments = [at - began for at, _ in shift_to_now([*entries(3), *entries(2, every=1.5)], began, 2.0)]
    assert [moment / NANOSECONDS for moment in moments] == [0, 0, 1.5, 3.5, 5.5]


def test_the_server_runs_as_a_command_with_injected_faults(tmp_path: Path) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(entries(3)), encoding="utf-8")
    command = [sys.executable, "-m", "tests.fakes.logging_server", str(export), "--fail", "1:UNAVAILABLE:2"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        client = connected(process.stderr.readline().rpartition(" ")[2].strip())
        for kind in (ServiceUnavailable, ServiceUnavailable):
            with pytest.raises(GoogleAPICallError) as failed:
                page(client)
            assert isinstance(failed.value, kind)
        assert len(page(client).entries) == 3
        client.transport.close()
        process.terminate()
