"""Resuming interrupted fetches, and never overwriting files."""

import os
import threading
import time
from pathlib import Path

import grpc
import msgspec
import pytest
from grpc import StatusCode

from tests.fakes.entries import SERVICE, WINDOW, entries
from tests.fakes.logging_server import LoggingServer, refuse
from tests.fetching.conftest import Fetch, read_lines
from triage.errors import BadDataError, TriageError, TryAgainError, UsageError
from triage.fetching.journal import TOKEN_LIFE
from triage.fetching.pages import RetryPolicy
from triage.models import FetchPlan
from triage.window import NANOSECONDS, Window

NO_RETRIES = RetryPolicy(budget=0.05, first_pause=0.001, max_pause=0.01)
NAME = f"{SERVICE}-20250916T000000Z-20250916T010000Z"
HOUR = 3600 * NANOSECONDS


@pytest.fixture
def broken(server: LoggingServer, fetch: Fetch, tmp_path: Path) -> Path:
    """Interrupt a fetch at its third page, and return its journal folder."""
    server.on_page(3, refuse(StatusCode.UNAVAILABLE), times=None)
    with pytest.raises(TryAgainError):
        fetch(retry_policy=NO_RETRIES)
    server.on_page(3, lambda _: False, times=None)
    del server.requests[:]
    return tmp_path / f"{NAME}.partial"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_finished_fetch_leaves_two_owner_only_files(fetch: Fetch, tmp_path: Path) -> None:
    fetch()
    assert names(tmp_path) == {f"{NAME}.jsonl.gz", f"{NAME}.meta.json"}
    if os.name == "posix":
        assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600, 0o600]


def test_the_meta_file_records_the_request_and_the_result(fetch: Fetch, tmp_path: Path) -> None:
    fetched = fetch()[0]
    meta = msgspec.json.decode((tmp_path / f"{NAME}.meta.json").read_bytes())
    assert meta["filter"] == fetched.filter
    assert meta["filter"].startswith('timestamp>="2025-09-16T00:00:00Z"\ntimestamp<"2025-09-16T01:00:00Z"\n')
    assert meta["window_asked"] == meta["window_fetched"]
    assert (meta["entries"], meta["pages"], meta["complete"], meta["cut"]) == (23, 5, True, None)


def test_a_partial_fetch_can_be_read(broken: Path) -> None:
    assert read_lines(str(broken / f"000-{SERVICE}.jsonl")) == entries(10)
    assert [path.name for path in broken.iterdir() if not path.name.startswith(".")] == [
        f"000-{SERVICE}.jsonl"
    ]


def test_resume_without_a_journal_starts_a_new_fetch(fetch: Fetch, messages: list[str]) -> None:
    assert fetch(resume=True)[0].entries == 23
    assert "nothing to resume: beginning" in messages


def test_resume_with_a_relative_window_keeps_the_interrupted_window(
    broken: Path, fetch: Fetch, server: LoggingServer
) -> None:
    later = Window(WINDOW.start + HOUR, WINDOW.end + HOUR, relative=True)
    assert read_lines(fetch(resume=True, window=later)[0].path) == entries(23)
    assert [page for _, page, _ in server.requests] == [3, 4, 5]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"filter": "severity>=ERROR", "everything": False}, "filter"),
        ({"window": Window(WINDOW.start, WINDOW.end + HOUR)}, "window"),
        ({"project": "other"}, "project"),
    ],
)
def test_resume_with_another_query_is_rejected(
    broken: Path, fetch: Fetch, change: dict[str, object], differs: str
) -> None:
    with pytest.raises(UsageError, match=f"has another {differs}"):
        fetch(resume=True, **change)
    assert broken.is_dir()


def test_an_interrupted_fetch_is_not_restarted_without_resume(broken: Path, fetch: Fetch) -> None:
    with pytest.raises(UsageError, match="an interrupted fetch of this window is kept") as refused:
        fetch()
    assert "--resume" in refused.value.hint


def test_a_token_older_than_a_day_is_not_used(broken: Path, fetch: Fetch, server: LoggingServer) -> None:
    checkpoint = broken / ".checkpoint.json"
    state = msgspec.json.decode(checkpoint.read_bytes())
    state["parts"][0]["token_at"] = time.time_ns() - TOKEN_LIFE - NANOSECONDS
    checkpoint.write_bytes(msgspec.json.encode(state))
    assert read_lines(fetch(resume=True)[0].path) == entries(23)
    assert [page for _, page, _ in server.requests] == [1, 2, 3]
    assert server.requests[0][0].startswith('timestamp>="2025-09-16T00:01:30.123456789Z"')


def test_a_modified_journal_is_rejected(broken: Path, fetch: Fetch) -> None:
    lines = broken / f"000-{SERVICE}.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b"line 3", b"line 4"))
    with pytest.raises(BadDataError, match="was changed"):
        fetch(resume=True)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version": 2}', b"\xff"])
def test_an_unreadable_checkpoint_is_reported(broken: Path, fetch: Fetch, content: bytes) -> None:
    (broken / ".checkpoint.json").write_bytes(content)
    with pytest.raises(BadDataError, match=r"checkpoint\.json"):
        fetch(resume=True)


def test_no_file_is_overwritten(fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.jsonl.gz").write_bytes(b"somebody else's")
    path = Path(fetch()[0].path)
    assert path.name == f"{NAME}-2.jsonl.gz"
    assert (tmp_path / f"{NAME}.jsonl.gz").read_bytes() == b"somebody else's"
    assert (tmp_path / f"{NAME}-2.meta.json").exists()


def test_the_same_fetch_again_gives_the_same_file(fetch: Fetch, tmp_path: Path) -> None:
    assert fetch()[0].path == fetch()[0].path
    assert len(names(tmp_path)) == 2


def test_a_named_output_is_used(fetch: Fetch, tmp_path: Path) -> None:
    path = str(tmp_path / "logs.jsonl")
    assert fetch(file=path)[0].path == path
    assert read_lines(path) == entries(23)
    assert (tmp_path / "logs.meta.json").exists()
    with pytest.raises(UsageError, match="nothing is written over"):
        fetch(file=path)


def test_one_output_file_for_two_services_is_rejected(fetch: Fetch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot hold several services"):
        fetch(file=str(tmp_path / "logs.jsonl"), services=[SERVICE, "parcels"])


def test_several_services_get_a_file_each(fetch: Fetch, server: LoggingServer) -> None:
    server.add(entries(4, service="parcels"))
    shop, parcels = fetch(services=[SERVICE, "parcels"])
    assert read_lines(shop.path) == entries(23)
    assert read_lines(parcels.path) == entries(4, service="parcels")


@pytest.mark.parametrize(("limit", "complete"), [(1, False), (5, False), (7, False), (23, True), (24, True)])
def test_a_limit_keeps_the_oldest_entries_and_reports_the_cut(
    fetch: Fetch, limit: int, *, complete: bool
) -> None:
    fetched = fetch(limit=limit)[0]
    assert read_lines(fetched.path) == entries(min(limit, 23))
    assert fetched.complete is complete
    assert ("--limit" in fetched.cut) is not complete


def test_a_fetch_may_return_no_entries(fetch: Fetch) -> None:
    fetched = fetch(services=["parcels"])[0]
    assert (fetched.entries, fetched.complete) == (0, True)
    assert read_lines(fetched.path) == []


def test_two_fetches_of_the_same_into_one_folder_do_not_mix(
    fetch: Fetch, server: LoggingServer, plan: FetchPlan
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def hold(_context: grpc.ServicerContext) -> bool:
        began.set()
        go_on.wait(30)
        return False

    server.on_page(2, hold)
    first: list[str] = []
    thread = threading.Thread(target=lambda: first.append(fetch()[0].path))
    thread.start()
    assert began.wait(30)
    with pytest.raises(TryAgainError, match=rf"another fetch \(process {os.getpid()} on .+\) is writing"):
        fetch()
    with pytest.raises(TryAgainError, match="another fetch"):
        fetch(resume=True)
    go_on.set()
    thread.join()
    assert read_lines(first[0]) == entries(23)
    assert fetch()[0].path == first[0]


def test_two_fetches_of_different_windows_into_one_folder_are_both_whole(
    fetch: Fetch, tmp_path: Path
) -> None:
    other = Window(WINDOW.start, WINDOW.end + HOUR)
    got: dict[str, list[str]] = {}
    threads = [
        threading.Thread(
            target=lambda window=window: got.update({str(window): [fetch(window=window)[0].path]})
        )
        for window in (WINDOW, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 2
    assert all(read_lines(path) == entries(23) for (path,) in got.values())
    assert len(names(tmp_path)) == 4


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_reported(fetch: Fetch, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(TriageError) as failed:
        fetch()
    tmp_path.chmod(0o700)
    assert failed.value.status == 74
