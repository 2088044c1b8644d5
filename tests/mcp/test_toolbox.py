"""The last analysis is kept, so that the lines behind an answer come at once."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.mcp.conftest import EXAMPLES
from triage import pipeline
from triage.mcp.arguments import DiagnoseArguments, TimelineArguments
from triage.mcp.toolbox import Toolbox
from triage.pipeline import load_packs


@pytest.fixture
def analyzed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the exports that were analyzed, call by call."""
    calls: list[Any] = []
    analyze = pipeline.analyze

    def count(exports: Any, **options: Any) -> Any:
        calls.append(exports)
        return analyze(exports, **options)

    monkeypatch.setattr(pipeline, "analyze", count)
    return calls


@pytest.fixture
def toolbox(tmp_path: Path) -> Toolbox:
    shutil.copy(EXAMPLES / "storefront.json", tmp_path / "log.json")
    return Toolbox(load_packs(), (tmp_path,))


def test_file_is_analyzed_once_for_several_questions(toolbox: Toolbox, analyzed: list[Any]) -> None:
    toolbox.diagnose(DiagnoseArguments(exports=["log.json"]))
    toolbox.diagnose(DiagnoseArguments(exports=["log.json"], evidence=["E1"]))
    toolbox.timeline(TimelineArguments(exports=["log.json"]))
    assert len(analyzed) == 1
    toolbox.diagnose(DiagnoseArguments(exports=["log.json"], service="storefront"))
    assert len(analyzed) == 2


def test_file_that_changed_is_analyzed_again(toolbox: Toolbox, analyzed: list[Any], tmp_path: Path) -> None:
    toolbox.diagnose(DiagnoseArguments(exports=["log.json"]))
    shutil.copy(EXAMPLES / "export.json", tmp_path / "log.json")
    data = toolbox.diagnose(DiagnoseArguments(exports=["log.json"]))
    assert data["service"] == "netra-backend-staging"
    assert len(analyzed) == 2


def test_folder_is_analyzed_each_time(toolbox: Toolbox, analyzed: list[Any], tmp_path: Path) -> None:
    toolbox.diagnose(DiagnoseArguments(exports=["."]))
    shutil.copy(EXAMPLES / "export.json", tmp_path / "other.json")
    assert toolbox.diagnose(DiagnoseArguments(exports=["."]))["records"] > 431
    assert len(analyzed) == 2
