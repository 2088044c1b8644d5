"""Files, folders, globs and standard input: each file once and in order."""

import gzip
import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.reading.logs import lines, log, logs, to_json_array
from triage.errors import BadDataError, IOFailureError
from triage.models import ExportFile, Gap, Record
from triage.reading import read


def files(*sources: str | Path) -> list[str]:
    return [item.path for item in read(sources) if isinstance(item, ExportFile)]


@pytest.fixture
def sink(tmp_path: Path) -> Path:
    """Lay out a folder as a Cloud Storage sink does."""
    names = [
        "run.googleapis.com/stderr/2026/03/01/08:00:00_08:59:59_S0.json",
        "run.googleapis.com/stderr/2026/03/01/08:00:00_08:59:59_S1.json",
        "run.googleapis.com/requests/2026/03/01/08:00:00_08:59:59_S0.json",
        ".cache/other.json",
        "run.googleapis.com/stderr/2026/03/01/fetched.meta.json",
    ]
    for number, name in enumerate(names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(lines([log(number)]))
    return tmp_path


def test_folder_is_read_recursively_in_order_of_paths(sink: Path) -> None:
    assert [Path(path).relative_to(sink).parts[1::4] for path in files(sink)] == [
        ("requests", "08:00:00_08:59:59_S0.json"),
        ("stderr", "08:00:00_08:59:59_S0.json"),
        ("stderr", "08:00:00_08:59:59_S1.json"),
    ]


def test_a_glob_is_read_in_order(sink: Path) -> None:
    assert len(files(str(sink / "**" / "*_S0.json"))) == 2


def test_file_named_twice_is_read_once(sink: Path) -> None:
    one = sink / "run.googleapis.com/requests/2026/03/01/08:00:00_08:59:59_S0.json"
    assert len(files(one, sink, str(sink / "**"), os.path.relpath(one))) == 3


def test_file_name_with_glob_characters_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "logs [copy] *.json"
    path.write_bytes(to_json_array(logs(2)))
    assert files(path) == [str(path)]


def test_records_name_the_file_as_the_user_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "export.json").write_bytes(to_json_array(logs(1)))
    monkeypatch.chdir(tmp_path)
    assert [item.source.path for item in read(["./export.json"]) if isinstance(item, Record)] == [
        "./export.json"
    ]


def test_standard_input_is_read_for_a_dash() -> None:
    assert (
        sum(
            isinstance(item, Record)
            for item in read(["-"], stdin=io.BytesIO(gzip.compress(to_json_array(logs(3)))))
        )
        == 3
    )


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, lines(logs(3)))
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        assert sum(isinstance(item, Record) for item in read(["-"], stdin=pipe)) == 3


@pytest.mark.parametrize("name", ["missing.json", "*.json"])
def test_missing_file_is_reported(tmp_path: Path, name: str) -> None:
    with pytest.raises(IOFailureError, match="no such file"):
        files(tmp_path / name)


def test_empty_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match="no file in this folder"):
        files(tmp_path)


def test_unreadable_file_is_reported(tmp_path: Path) -> None:
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    with pytest.raises(IOFailureError, match=r"loop\.json"):
        files(loop)


def test_a_link_to_a_folder_is_not_followed(sink: Path) -> None:
    (sink / "again").symlink_to(sink, target_is_directory=True)
    assert len(files(sink)) == 3


def test_named_file_without_entries_is_an_error(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Orders\n\nSee [the wiki](https://example.com) {soon}.\n", encoding="utf-8")
    with pytest.raises(BadDataError, match=r"README\.md:1 holds no log entry"):
        files(readme)


def test_file_of_a_folder_without_entries_is_a_gap(sink: Path) -> None:
    (sink / "README.md").write_text("# Orders\n", encoding="utf-8")
    gaps = [item for item in read([sink]) if isinstance(item, Gap)]
    assert [gap.path for gap in gaps if "holds no log entry" in gap.detail] == [str(sink / "README.md")]
    assert {gap.kind for gap in gaps} == {"not_entries"}


def test_what_cannot_be_read_in_a_folder_is_a_gap_each(sink: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sink / "broken.json").symlink_to(sink / "nowhere.json")
    (sink / "loop.json").symlink_to(sink / "loop.json")
    (sink / "device.json").symlink_to("/dev/zero")
    os.mkfifo(sink / "pipe.json")
    locked, open_file, list_folder = sink / "locked", Path.open, Path.iterdir
    locked.mkdir()
    (sink / "secret.json").write_bytes(lines(logs(1)))

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name in ("secret.json", "locked"):
            raise PermissionError(13, "Permission denied")
        return (list_folder if path == locked else open_file)(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "iterdir", lambda path: refuse(path) if path == locked else list_folder(path))
    items = list(read([sink]))
    gaps = [item for item in items if isinstance(item, Gap)]
    names = ["broken.json", "device.json", "locked", "loop.json", "pipe.json", "secret.json"]
    assert [(Path(gap.path).name, gap.kind) for gap in gaps] == [(name, "unreadable_file") for name in names]
    assert [gap.count for gap in gaps] == [0] * len(gaps)
    assert sum(isinstance(item, Record) for item in items) == 3
    assert [gap.path for gap in read([str(sink / "*.json")]) if isinstance(gap, Gap)] == [
        str(sink / name) for name in names if name != "locked"
    ]


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(lines(logs(2))))
    writer.start()
    assert sum(isinstance(item, Record) for item in read([path])) == 2
    writer.join()
