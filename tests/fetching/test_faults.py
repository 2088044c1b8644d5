"""Every fault of Cloud Logging: all entries, or the right exit and a journal."""

import shutil
from pathlib import Path

import grpc
import msgspec
import pytest
from grpc import StatusCode

from tests.fakes.entries import entries
from tests.fakes.logging_server import LoggingServer, empty, refuse, repeat, wait
from tests.fakes.wire import Wire
from tests.fetching.conftest import Fetch, read_lines
from triage.errors import ExitStatus, IOFailureError, NoPermissionError, TryAgainError, UsageError
from triage.fetching import pages
from triage.fetching.pages import RetryPolicy
from triage.models import FetchPlan, Progress

PASSING = [
    StatusCode.RESOURCE_EXHAUSTED,
    StatusCode.INTERNAL,
    StatusCode.UNAVAILABLE,
    StatusCode.DEADLINE_EXCEEDED,
    StatusCode.UNKNOWN,
    StatusCode.ABORTED,
    StatusCode.CANCELLED,
]
PAGES = [1, 2, 3, 4, 5]
NO_RETRIES = RetryPolicy(page_timeout=30, budget=0.05, first_pause=0.001, max_pause=0.01)


@pytest.fixture(autouse=True)
def _expected(server: LoggingServer) -> None:
    assert server.skipped == 0


def test_an_undisturbed_fetch_gives_every_entry_once_and_in_order(fetch: Fetch) -> None:
    assert read_lines(fetch()[0].path) == entries(23)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("code", PASSING)
def test_transient_errors_are_retried(
    fetch: Fetch, server: LoggingServer, code: StatusCode, page: int
) -> None:
    server.on_page(page, refuse(code), times=2)
    assert read_lines(fetch()[0].path) == entries(23)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_with_a_token_continues(fetch: Fetch, server: LoggingServer, page: int) -> None:
    server.on_page(page, empty)
    server.on_page(page + 1, empty)
    assert read_lines(fetch()[0].path) == entries(23)


@pytest.mark.parametrize("page", PAGES)
def test_a_slow_page_is_retried(fetch: Fetch, server: LoggingServer, page: int) -> None:
    server.on_page(page, wait(60))
    retry_policy = RetryPolicy(page_timeout=0.3, budget=20, first_pause=0.001, max_pause=0.002)
    assert read_lines(fetch(retry_policy=retry_policy)[0].path) == entries(23)


def test_a_dropped_connection_is_reopened_at_any_page(fetch: Fetch, server: LoggingServer) -> None:
    with Wire(server.port) as wire:

        def drop(_context: grpc.ServicerContext) -> bool:
            wire.cut()
            return False

        for page in PAGES:
            server.on_page(page, drop)
        assert read_lines(fetch(endpoint=wire.address)[0].path) == entries(23)


def test_an_exhausted_quota_is_waited_for_and_shown(
    fetch: Fetch, server: LoggingServer, shown: list[Progress]
) -> None:
    server.on_page(3, refuse(StatusCode.RESOURCE_EXHAUSTED, reason="RATE_LIMIT_EXCEEDED"), times=4)
    assert read_lines(fetch()[0].path) == entries(23)
    assert [progress.waiting for progress in shown if progress.waiting] == ["quota"] * 4


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("code", [StatusCode.RESOURCE_EXHAUSTED, StatusCode.UNAVAILABLE])
def test_persistent_errors_end_with_75_and_can_be_resumed(
    fetch: Fetch, server: LoggingServer, code: StatusCode, page: int
) -> None:
    server.on_page(page, refuse(code), times=None)
    with pytest.raises(TryAgainError) as failed:
        fetch(retry_policy=NO_RETRIES)
    assert failed.value.status is ExitStatus.TRY_AGAIN
    assert "--resume" in failed.value.hint
    server.on_page(page, lambda _: False, times=None)
    assert read_lines(fetch(resume=True)[0].path) == entries(23)
    assert [number for _, number, _ in server.requests][-1] == 5


def test_kept_pages_are_not_fetched_again(fetch: Fetch, server: LoggingServer) -> None:
    server.on_page(4, refuse(StatusCode.UNAVAILABLE), times=None)
    with pytest.raises(TryAgainError, match="15 entries are kept in"):
        fetch(retry_policy=NO_RETRIES)
    server.on_page(4, lambda _: False, times=None)
    del server.requests[:]
    fetch(resume=True)
    assert [page for _, page, _ in server.requests] == [4, 5]


@pytest.mark.parametrize("page", PAGES)
def test_credentials_are_renewed_once(fetch: Fetch, server: LoggingServer, page: int) -> None:
    server.on_page(page, refuse(StatusCode.UNAUTHENTICATED))
    assert read_lines(fetch()[0].path) == entries(23)


@pytest.mark.parametrize("page", PAGES)
def test_credentials_that_stay_refused_end_with_77_and_can_be_resumed(
    fetch: Fetch, server: LoggingServer, page: int
) -> None:
    server.on_page(page, refuse(StatusCode.UNAUTHENTICATED, "token expired"), times=2)
    with pytest.raises(NoPermissionError, match="credentials are expired") as failed:
        fetch()
    assert "gcloud auth application-default login" in failed.value.hint
    assert read_lines(fetch(resume=True)[0].path) == entries(23)


@pytest.mark.parametrize("page", PAGES)
def test_an_expired_page_token_loses_no_entry(fetch: Fetch, server: LoggingServer, page: int) -> None:
    def expire(_context: grpc.ServicerContext) -> bool:
        server.expire_tokens()
        return False

    server.on_page(page, expire)
    assert read_lines(fetch()[0].path) == entries(23)


@pytest.mark.parametrize("times", [1, None])
@pytest.mark.parametrize("page", PAGES[1:])
def test_a_repeated_page_token_loses_no_entry(
    fetch: Fetch, server: LoggingServer, messages: list[str], page: int, times: int | None
) -> None:
    server.on_page(page, repeat, times=times)
    assert read_lines(fetch()[0].path) == entries(23)
    assert "a page token was repeated: going on from the last entry" in messages
    assert len(server.requests) < 20


def test_a_server_that_only_repeats_its_page_token_ends_the_fetch_with_75(
    fetch: Fetch, server: LoggingServer
) -> None:
    server.add(
        entry | {"timestamp": "2025-09-16T00:30:00Z", "insertId": f"z{entry['insertId']}"}
        for entry in entries(12)
    )
    for page in range(2, 30):
        server.on_page(page, repeat, times=None)
    with pytest.raises(TryAgainError, match="repeats a page token and sends nothing new"):
        fetch()


def test_empty_pages_without_end_are_noticed_and_can_be_resumed(
    fetch: Fetch, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MAX_EMPTY_PAGES", 4)
    for page in range(3, 100):
        server.on_page(page, empty, times=None)
    with pytest.raises(TryAgainError, match="4 pages without an entry in a row; 10 entries are kept"):
        fetch()
    assert len(server.requests) == 6
    for page in range(3, 100):
        server.on_page(page, lambda _: False, times=None)
    assert read_lines(fetch(resume=True)[0].path) == entries(23)


def test_link_to_nothing_is_reported_before_fetching(
    fetch: Fetch, server: LoggingServer, tmp_path: Path
) -> None:
    link = tmp_path / "logs.jsonl"
    link.symlink_to(tmp_path / "nowhere.jsonl")
    for resume in (False, True):
        with pytest.raises(UsageError, match="it is a link to nothing"):
            fetch(file=str(link), resume=resume)
    assert server.requests == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs.jsonl"]


def test_full_disk_is_reported_before_fetching(
    fetch: Fetch, server: LoggingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage(tmp_path))(10**9, 10**9, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(IOFailureError, match="less than 1 MiB is free on its disk"):
        fetch(file=str(tmp_path / "new" / "logs.jsonl"))
    assert server.requests == []
    assert list(tmp_path.iterdir()) == []


def test_entries_of_the_instant_at_which_a_token_expired_come_once(
    fetch: Fetch, server: LoggingServer
) -> None:
    same = [
        entry | {"timestamp": "2025-09-16T00:30:00.000001Z", "insertId": f"z{entry['insertId']}"}
        for entry in entries(12)
    ]
    server.add(same)
    server.on_page(6, refuse(StatusCode.INVALID_ARGUMENT, "page_token has expired"))
    got = read_lines(fetch()[0].path)
    assert sorted(entry["insertId"] for entry in got) == sorted(
        entry["insertId"] for entry in entries(23) + same
    )


def test_tokens_that_are_always_refused_end_with_an_error(fetch: Fetch, server: LoggingServer) -> None:
    server.add(
        entry | {"timestamp": "2025-09-16T00:30:00Z", "insertId": f"z{entry['insertId']}"}
        for entry in entries(12)
    )
    for page in range(2, 30):
        server.on_page(page, refuse(StatusCode.INVALID_ARGUMENT, "page_token has expired"), times=None)
    with pytest.raises(UsageError, match="page_token has expired"):
        fetch()


REFUSALS = {
    StatusCode.PERMISSION_DENIED: (NoPermissionError, 77, "roles/logging.viewer"),
    StatusCode.NOT_FOUND: (NoPermissionError, 77, "gcloud projects list"),
    StatusCode.INVALID_ARGUMENT: (UsageError, 2, "--print-query"),
    StatusCode.FAILED_PRECONDITION: (UsageError, 2, "--print-query"),
    StatusCode.UNIMPLEMENTED: (UsageError, 2, "--endpoint"),
    StatusCode.DATA_LOSS: (TryAgainError, 75, "--resume"),
}


@pytest.mark.parametrize("page", [1, 3])
@pytest.mark.parametrize("code", REFUSALS)
def test_permanent_errors_are_not_retried(
    fetch: Fetch, server: LoggingServer, code: StatusCode, page: int
) -> None:
    kind, status, advice = REFUSALS[code]
    server.on_page(page, refuse(code, "no such luck\nsecond line \x1b[2J"))
    with pytest.raises(kind) as failed:
        fetch()
    assert failed.value.status == status
    assert advice in failed.value.hint
    assert "no such luck" in failed.value.message
    assert "\n" not in str(failed.value)
    assert "\x1b" not in str(failed.value)
    assert len(server.requests) == page
    assert read_lines(fetch(resume=True)[0].path) == entries(23)


def test_a_disabled_api_is_reported(fetch: Fetch, server: LoggingServer) -> None:
    server.on_page(1, refuse(StatusCode.PERMISSION_DENIED, "not enabled", reason="SERVICE_DISABLED"))
    with pytest.raises(NoPermissionError) as failed:
        fetch()
    assert "gcloud services enable logging.googleapis.com --project=demo" in failed.value.hint


def test_an_unknown_project_is_reported(tmp_path: Path, fetch: Fetch) -> None:
    with LoggingServer(entries(3), projects={"other"}) as server, pytest.raises(NoPermissionError) as failed:
        fetch(endpoint=server.address)
    assert "there is no project demo" in failed.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_refused_filter_leaves_no_files(fetch: Fetch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not take the query"):
        fetch(everything=False, filter="severity>=")
    assert list(tmp_path.iterdir()) == []


def test_no_server_at_all_ends_with_75(fetch: Fetch, tmp_path: Path, plan: FetchPlan) -> None:
    with LoggingServer([]) as gone:
        address = gone.address
    with pytest.raises(TryAgainError, match="did not answer"):
        fetch(retry_policy=NO_RETRIES, endpoint=address)
    assert list(tmp_path.iterdir()) == []
    assert msgspec.structs.replace(plan, endpoint=address) != plan
