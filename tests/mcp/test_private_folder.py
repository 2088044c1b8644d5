"""What was fetched is private, and removed whatever another thread does."""

import shutil
import stat
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from triage.mcp.private_folder import private_folder


def test_folder_is_private_and_removed_with_its_files() -> None:
    with private_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "below").mkdir()
        (folder / "below" / "log.jsonl").write_text("{}")
    assert not folder.exists()
    assert list(folder.parent.glob(f"{folder.name}*")) == []


def test_folder_is_removed_when_an_exception_passes() -> None:
    with pytest.raises(KeyboardInterrupt), private_folder() as folder:  # noqa: PT012
        (folder / "log.jsonl").write_text("{}")
        raise KeyboardInterrupt
    assert not folder.exists()


def test_file_that_is_written_while_the_folder_is_removed_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    remove, calls = shutil.rmtree, count()

    def write_and_remove(path: Path, **options: Any) -> None:
        if next(calls) == 0:
            remove(path, **options)
            path.mkdir()
            (path / "late.jsonl").write_text("{}")
        else:
            remove(path, **options)

    monkeypatch.setattr("triage.mcp.private_folder.shutil.rmtree", write_and_remove)
    with private_folder() as folder:
        pass
    assert list(folder.parent.glob(f"{folder.name}*")) == []


def test_folder_that_the_system_removed_is_no_failure() -> None:
    with private_folder() as folder:
        folder.rmdir()
    assert not folder.exists()


def test_folder_that_cannot_be_renamed_is_removed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "rename", refuse)
    with private_folder() as folder:
        (folder / "log.jsonl").write_text("{}")
    assert not folder.exists()
