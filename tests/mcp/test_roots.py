"""Files are read below the server's folders only, wherever links lead."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mcp.conftest import EXAMPLES
from triage import pipeline
from triage.errors import IOFailureError, TriageError
from triage.mcp.arguments import DiagnoseArguments
from triage.mcp.toolbox import Toolbox
from triage.pipeline import Selection, analysis_runner, load_packs, resolve_exports
from triage.reading.reader import read

Diagnose = Callable[..., dict[str, Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with one export, beside a folder that must not be read."""
    root = tmp_path / "readable"
    root.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.copy(EXAMPLES / "storefront.json", root / "own.json")
    shutil.copy(EXAMPLES / "export.json", outside / "other.json")
    return root


@pytest.fixture
def diagnose(root: Path) -> Diagnose:
    toolbox = Toolbox(load_packs(), (root,))
    return lambda *exports: toolbox.diagnose(DiagnoseArguments(exports=list(exports)))


@pytest.mark.parametrize(
    "name", ["own.json", "./own.json", "../readable/own.json", "*.json", ".", "**/own.json"]
)
def test_name_below_a_folder_is_read(diagnose: Diagnose, name: str) -> None:
    assert diagnose(name)["service"] == "storefront"


def test_link_that_stays_below_a_folder_is_read(diagnose: Diagnose, root: Path) -> None:
    (root / "link.json").symlink_to("own.json")
    assert diagnose("link.json")["service"] == "storefront"
    assert diagnose("own.json", "link.json") == diagnose("own.json")


@pytest.mark.parametrize(
    "name", ["../outside/other.json", "../outside", "link.json", "folder/other.json", "folder"]
)
def test_name_that_leads_out_of_the_folders_is_refused(diagnose: Diagnose, root: Path, name: str) -> None:
    (root / "link.json").symlink_to("../outside/other.json")
    (root / "folder").symlink_to("../outside")
    with pytest.raises(TriageError, match="outside of the folders that may be read"):
        diagnose(name)
    with pytest.raises(TriageError, match="outside of the folders that may be read"):
        diagnose(str(root / name))


def test_refusal_does_not_say_whether_a_file_exists(diagnose: Diagnose) -> None:
    with pytest.raises(TriageError) as existing:
        diagnose("../outside/other.json")
    with pytest.raises(TriageError) as absent:
        diagnose("../outside/absent.json")
    assert str(existing.value).replace("other", "absent") == str(absent.value)


@pytest.mark.parametrize("pattern", ["../outside/*.json", "folder/*.json", "../*/other.json"])
def test_pattern_finds_nothing_outside_of_the_folders(diagnose: Diagnose, root: Path, pattern: str) -> None:
    (root / "folder").symlink_to("../outside")
    with pytest.raises(TriageError, match=r"(no such file|outside of the folders)"):
        diagnose(pattern)


def test_link_in_a_folder_that_leads_out_is_a_gap(diagnose: Diagnose, root: Path) -> None:
    (root / "link.json").symlink_to("../outside/other.json")
    data = diagnose(".")
    assert data["service"] == "storefront"
    assert data["records"] == 128
    assert any("outside of the folders that may be read" in limit for limit in data["limits"])


def test_pipe_is_not_opened(diagnose: Diagnose, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(IOFailureError, match="a pipe, a socket or a device"):
        diagnose("pipe")


def test_link_that_is_put_in_place_after_the_check_is_not_read(root: Path) -> None:
    paths = resolve_exports(["own.json"], (root,))
    (root / "own.json").unlink()
    (root / "own.json").symlink_to("../outside/other.json")
    with pytest.raises(IOFailureError, match="outside of the folders that may be read"):
        pipeline.analyze(paths, packs=load_packs(), selection=Selection(roots=(root,)))
    with pytest.raises(IOFailureError, match="outside of the folders that may be read"):
        list(pipeline.read_entries(paths, Selection(roots=(root,))))


def test_folder_that_is_replaced_after_the_check_is_not_read(root: Path, tmp_path: Path) -> None:
    (root / "logs").mkdir()
    shutil.copy(EXAMPLES / "storefront.json", root / "logs" / "other.json")
    paths = resolve_exports(["logs/other.json"], (root,))
    shutil.rmtree(root / "logs")
    (root / "logs").symlink_to(tmp_path / "outside")
    with pytest.raises(IOFailureError, match="outside of the folders that may be read"):
        list(read(paths, roots=(root,)))


def test_second_pass_over_a_large_file_is_checked_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.pipeline.record_sources._SMALL", 0)
    paths = resolve_exports(["own.json"], (root,))
    whole = pipeline.analyze(paths, packs=load_packs(), selection=Selection(roots=(root,)))
    assert whole.diagnosis.incidents[0].cause == "environment-missing"
    read_evidence = analysis_runner._read_evidence

    def replace_and_read(*arguments: Any, in_order: bool) -> None:
        (root / "own.json").unlink()
        (root / "own.json").symlink_to("../outside/other.json")
        read_evidence(*arguments, in_order=in_order)

    monkeypatch.setattr("triage.pipeline.analysis_runner._read_evidence", replace_and_read)
    with pytest.raises(IOFailureError, match="outside of the folders that may be read"):
        pipeline.analyze(paths, packs=load_packs(), selection=Selection(roots=(root,)))
