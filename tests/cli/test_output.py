import resource
import stat
from pathlib import Path

import pytest

from triage.cli.output import write_atomically
from triage.errors import IOFailureError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_only_when_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")
    with write_atomically(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_failure_in_between_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")

    def fail() -> None:
        with write_atomically(path) as stream:
            stream.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("report.md", b"old")]


def test_without_room_the_old_file_stands_and_the_message_names_it(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def overfill() -> None:
        with write_atomically(path) as stream:
            stream.write(b"x" * 100_000)

    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(IOFailureError, match=r"report\.md: File too large; nothing was changed"):
            overfill()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("report.md", b"old")]


def test_a_device_without_room_is_told_and_stays_a_device() -> None:
    def overfill() -> None:
        with write_atomically(Path("/dev/full")) as stream:
            stream.write(b"x")

    with pytest.raises(IOFailureError, match="/dev/full: No space left on device"):
        overfill()
    assert Path("/dev/full").is_char_device()


def test_a_folder_in_the_place_is_told(tmp_path: Path) -> None:
    def write() -> None:
        with write_atomically(tmp_path) as stream:
            stream.write(b"x")

    with pytest.raises(IOFailureError, match="Is a directory"):
        write()


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    with write_atomically(tmp_path / "out" / "today" / "report.md") as stream:
        stream.write(b"new")
    assert (tmp_path / "out" / "today" / "report.md").read_bytes() == b"new"


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")

    def write() -> None:
        with write_atomically(tmp_path / "out" / "report.md") as stream:
            stream.write(b"x")

    with pytest.raises(IOFailureError, match=r"out/report\.md"):
        write()


def test_raw_logs_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "entries.jsonl"
    path.write_bytes(b"")
    path.chmod(0o644)
    with write_atomically(path, private=True) as stream:
        stream.write(b"{}\n")
    assert mode(path) == 0o600


def test_a_report_keeps_the_mode_of_the_one_that_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"")
    path.chmod(0o640)
    with write_atomically(path) as stream:
        stream.write(b"new")
    assert mode(path) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(b"old")
    (tmp_path / "link.md").symlink_to("real.md")
    with write_atomically(tmp_path / "link.md") as stream:
        stream.write(b"new")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_bytes() == b"new"
