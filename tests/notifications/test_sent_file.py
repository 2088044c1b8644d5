"""What was sent is remembered, in a file that several runs share."""

import stat
from pathlib import Path

import msgspec
import pytest

from tests.notifications.notices import AT
from triage.errors import BadDataError, IOFailureError, TryAgainError
from triage.models import SentNotice
from triage.notifications import SentFile
from triage.window import NANOSECONDS, parse_timestamp

NOW = parse_timestamp(AT)
DAY = 24 * 3600 * NANOSECONDS
OPEN = SentNotice(at=AT, service="kiosk", severity="P1", title="It fails", revisions=["r1"], is_open=True)
OVER = msgspec.structs.replace(OPEN, is_open=False)


def open_file(path: Path | None, now: int = NOW) -> SentFile:
    return SentFile(path, lambda: now)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sent.json"


def test_later_run_knows_what_was_sent_to_each_channel(path: Path) -> None:
    open_file(path).add("chat", "aaaaaa", OPEN)
    later = open_file(path)
    assert later.of("chat") == {"aaaaaa": OPEN}
    assert later.of("pager") == {}


def test_file_is_private_and_names_its_version(path: Path) -> None:
    open_file(path).add("chat", "aaaaaa", OPEN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert msgspec.json.decode(path.read_bytes())["schema"] == "triage.notifications/1"


def test_two_runs_at_once_keep_what_both_sent(path: Path) -> None:
    one, other = open_file(path), open_file(path)
    one.add("chat", "aaaaaa", OPEN)
    other.add("chat", "bbbbbb", OPEN)
    assert one.of("chat").keys() == other.of("chat").keys() == {"aaaaaa", "bbbbbb"}


def test_channel_that_reads_while_another_writes_loses_nothing(path: Path) -> None:
    def now() -> int:
        assert sent.of("pager") == {}
        return NOW

    sent = SentFile(path, now)
    sent.add("chat", "aaaaaa", OPEN)
    assert open_file(path).of("chat") == {"aaaaaa": OPEN}


def test_without_a_file_only_this_run_remembers() -> None:
    sent = open_file(None)
    sent.add("chat", "aaaaaa", OPEN)
    assert sent.of("chat") == {"aaaaaa": OPEN}
    assert open_file(None).of("chat") == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema": "triage.notifications/2"}',
        b'{"schema": "triage.gate/1"}',
        b'{"channels": 3}',
        b"\xff",
    ],
)
def test_damaged_file_is_one_line_that_says_what_next(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BadDataError) as failed:
        open_file(path)
    assert str(failed.value).startswith(f"--notify-state {path}: not a file of notifications, or damaged: ")
    assert str(failed.value).endswith("; remove it, and every open incident is sent once more")
    assert path.read_bytes() == content


def test_file_in_a_missing_folder_is_reported_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match=r"No such file or directory; name a file in a folder"):
        open_file(tmp_path / "nowhere" / "sent.json")


def test_failed_write_keeps_the_old_file_and_this_run_remembers(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = open_file(path)
    sent.add("chat", "aaaaaa", OPEN)
    before = path.read_bytes()

    def fail(_handle: int, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("triage.files.durable.write_all", fail)
    with pytest.raises(IOFailureError, match="No space left on device"):
        sent.add("chat", "bbbbbb", OPEN)
    assert path.read_bytes() == before
    assert sent.of("chat").keys() == {"aaaaaa", "bbbbbb"}


def test_run_that_holds_the_lock_for_long_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from triage.files.lock import Lock

    monkeypatch.setattr("triage.notifications.sent_file._LOCK_PAUSE", 0)
    sent = open_file(path)
    held = Lock(path.with_name("sent.json.lock"), path, holder="a test", hint="")
    with pytest.raises(TryAgainError, match=r"another run \(process \d+ on .*\) is writing .*sent.json"):
        sent.add("chat", "aaaaaa", OPEN)
    held.release()
    sent.add("chat", "aaaaaa", OPEN)
    assert sent.of("chat") == {"aaaaaa": OPEN}


def test_what_was_over_a_month_ago_is_forgotten_and_what_is_open_stays(path: Path) -> None:
    first = open_file(path)
    first.add("chat", "aaaaaa", OVER)
    first.add("chat", "bbbbbb", OPEN)
    later = open_file(path, NOW + 31 * DAY)
    later.add("chat", "cccccc", msgspec.structs.replace(OPEN, at="2026-04-01T08:00:00Z"))
    assert open_file(path).of("chat").keys() == {"bbbbbb", "cccccc"}


def test_number_of_remembered_incidents_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.notifications.sent_file._MOST_KEPT", 3)
    sent = open_file(path)
    for number in range(5):
        sent.add("chat", f"{number}", OPEN)
    assert open_file(path).of("chat").keys() == {"2", "3", "4"}
