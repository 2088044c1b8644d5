import resource
import stat
from pathlib import Path

import pytest

from triage.cli.output import write_atomically
from triage.errors import IOFailureError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_file_is_replaced_after_all_bytes_are_written(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")
    with write_atomically(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_failure_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")

    def fail() -> None:
        with write_atomically(path) as stream:
            stream.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("report.md", b"old")]


def test_full_disk_keeps_the_old_file_and_is_reported(tmp_path: Path) -> None:
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


def test_full_device_is_reported_and_stays_a_device() -> None:
    def overfill() -> None:
        with write_atomically(Path("/dev/full")) as stream:
            stream.write(b"x")

    with pytest.raises(IOFailureError, match="/dev/full: No space left on device"):
        overfill()
    assert Path("/dev/full").is_char_device()


def test_folder_at_the_path_is_reported(tmp_path: Path) -> None:
    def write() -> None:
        with write_atomically(tmp_path) as stream:
            stream.write(b"x")

    with pytest.raises(IOFailureError, match="Is a directory"):
        write()


def test_missing_folder_is_not_created(tmp_path: Path) -> None:
    with (
        pytest.raises(IOFailureError, match=r"there is no folder .*out/today; create it first"),
        write_atomically(tmp_path / "out" / "today" / "report.md"),
    ):
        pass
    assert not (tmp_path / "out").exists()


def test_file_instead_of_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")

    def write() -> None:
        with write_atomically(tmp_path / "out" / "report.md") as stream:
            stream.write(b"x")

    with pytest.raises(IOFailureError, match=r"out/report\.md"):
        write()


def test_raw_logs_are_private(tmp_path: Path) -> None:
    path = tmp_path / "entries.jsonl"
    path.write_bytes(b"")
    path.chmod(0o644)
    with write_atomically(path, private=True) as stream:
        stream.write(b"{}\n")
    assert mode(path) == 0o600


def test_replaced_report_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"")
    path.chmod(0o640)
    with write_atomically(path) as stream:
        stream.write(b"new")
    assert mode(path) == 0o640


def test_symbolic_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(b"old")
    (tmp_path / "link.md").symlink_to("real.md")
    with write_atomically(tmp_path / "link.md") as stream:
        stream.write(b"new")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_bytes() == b"new"
