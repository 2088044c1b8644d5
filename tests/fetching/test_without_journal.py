"""A fetch without a journal leaves nothing when it fails."""

from pathlib import Path

import pytest
from grpc import StatusCode

from tests.fakes.logging_server import LoggingServer, refuse
from tests.fetching.conftest import Fetch
from triage.errors import TriageError


@pytest.mark.parametrize(
    "code",
    [
        StatusCode.RESOURCE_EXHAUSTED,
        StatusCode.UNAVAILABLE,
        StatusCode.PERMISSION_DENIED,
        StatusCode.UNAUTHENTICATED,
    ],
)
def test_a_failed_fetch_without_journal_leaves_nothing_and_offers_no_resume(
    fetch: Fetch, server: LoggingServer, tmp_path: Path, code: StatusCode
) -> None:
    from triage.fetching.pages import RetryPolicy

    server.on_page(3, refuse(code), times=None)
    hurried = RetryPolicy(page_timeout=1, budget=0.01, first_pause=0.001, max_pause=0.002)
    with pytest.raises(TriageError) as failure:
        fetch(keep=False, retry_policy=hurried)
    assert "--resume" not in str(failure.value)
    assert "kept" not in str(failure.value)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_without_journal_offers_no_resume(
    fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.fetching import writer

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr(writer, "write_lines", full)
    with pytest.raises(TriageError, match=r"make room or give the right to write, then the same command$"):
        fetch(keep=False)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_fetch_without_journal_leaves_nothing(
    fetch: Fetch, server: LoggingServer, tmp_path: Path, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.fetching.pages import PageReader

    read_page = PageReader.read_page

    def interrupted(reader: PageReader, *arguments: object) -> object:
        if len(server.requests) == 2:
            raise KeyboardInterrupt
        return read_page(reader, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(PageReader, "read_page", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(keep=False)
    assert not any("resume" in sentence for sentence in messages)
    assert list(tmp_path.iterdir()) == []


def test_a_successful_fetch_without_journal_writes_its_files(fetch: Fetch, tmp_path: Path) -> None:
    (fetched,) = fetch(keep=False)
    assert Path(fetched.path).is_file()
    assert len(list(tmp_path.iterdir())) == 2
