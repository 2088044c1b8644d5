"""A fetch of which nothing is to be kept leaves nothing when it fails, and offers no --resume."""

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
def test_what_fails_leaves_nothing_and_says_nothing_of_resuming(
    fetch: Fetch, server: LoggingServer, tmp_path: Path, code: StatusCode
) -> None:
    from triage.fetching.pages import Patience

    server.on_page(3, refuse(code), times=None)
    hurried = Patience(page=1, budget=0.01, first=0.001, most=0.002)
    with pytest.raises(TriageError) as failure:
        fetch(keep=False, patience=hurried)
    assert "--resume" not in str(failure.value)
    assert "kept" not in str(failure.value)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_more_is_told_without_resuming(
    fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.fetching import write

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr(write, "write_lines", full)
    with pytest.raises(TriageError, match=r"make room or give the right to write, then the same command$"):
        fetch(keep=False)
    assert list(tmp_path.iterdir()) == []


def test_what_is_interrupted_leaves_nothing(
    fetch: Fetch, server: LoggingServer, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.fetching.pages import Reader

    page = Reader.page

    def interrupted(reader: Reader, *arguments: object) -> object:
        if len(server.requests) == 2:
            raise KeyboardInterrupt
        return page(reader, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Reader, "page", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(keep=False)
    assert not any("resume" in sentence for sentence in said)
    assert list(tmp_path.iterdir()) == []


def test_what_succeeds_is_written_as_ever(fetch: Fetch, tmp_path: Path) -> None:
    (fetched,) = fetch(keep=False)
    assert Path(fetched.path).is_file()
    assert len(list(tmp_path.iterdir())) == 2
