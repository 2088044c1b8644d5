"""Fetching in a notebook: files, diagnosis and progress below the cell."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from grpc import StatusCode
from nbclient import NotebookClient

import triage
from tests.fakes.logging_server import LoggingServer, read_export, refuse
from triage.errors import NoPermissionError, UsageError

EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"
SERVICE = "netra-backend-staging"
FILE = f"{SERVICE}-20260317T000000Z-20260318T000000Z.jsonl.gz"


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use no gcloud, no project and no waiting for quota."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    for variable in ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer(read_export(EXAMPLE)) as server:
        yield server


@pytest.fixture
def window(server: LoggingServer, tmp_path: Path) -> dict[str, Any]:
    return {
        "start": "2026-03-17T00:00Z",
        "until": "2026-03-18T00:00Z",
        "project": "demo",
        "endpoint": server.address,
        "folder": str(tmp_path),
    }


def test_fetched_logs_give_the_same_answer_as_the_export(window: dict[str, Any], tmp_path: Path) -> None:
    logs = triage.fetch(SERVICE, **window)
    assert repr(logs) == f"<Logs of {tmp_path / FILE}>"
    assert logs.diagnosis.incidents[0].cause == triage.diagnose(EXAMPLE).incidents[0].cause
    assert len(logs.to_frame()) == logs.coverage.records


def test_default_window_is_the_last_hour(window: dict[str, Any]) -> None:
    del window["start"], window["until"]
    assert triage.fetch(SERVICE, **window).diagnosis.verdict == "no_data"


def test_messages_are_logged_outside_of_notebooks(
    window: dict[str, Any],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.INFO, logger="triage"):
        triage.fetch(service=[SERVICE], **window)
    assert caplog.messages[0] == "project demo, named by --project"
    assert caplog.messages[-1].startswith(f"wrote {tmp_path / FILE}: ")
    assert capsys.readouterr() == ("", "")


def test_permission_error_names_what_is_missing(window: dict[str, Any], server: LoggingServer) -> None:
    server.on_page(1, refuse(StatusCode.PERMISSION_DENIED), times=None)
    with pytest.raises(NoPermissionError):
        triage.fetch(SERVICE, **window)


def test_invalid_window_is_rejected(window: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="given twice"):
        triage.fetch(SERVICE, since="1h", **window)


def test_notebook_shows_progress_and_then_the_files(window: dict[str, Any], tmp_path: Path) -> None:
    source = f"import triage\nlogs = triage.fetch({SERVICE!r}, **{window!r})"
    cell = nbformat.v4.new_code_cell(source)
    seen: list[str] = []

    class WatchCallbacks(NotebookClient):
        def process_message(self, message: Any, *arguments: Any) -> Any:
            if message["msg_type"] in ("display_data", "update_display_data"):
                seen.append(message["content"]["data"]["text/html"])
            return super().process_message(message, *arguments)

    notebook = nbformat.v4.new_notebook(cells=[cell])
    WatchCallbacks(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert any("<progress" in page and " entries" in page for page in seen)
    (output,) = cell.outputs
    assert f"wrote {tmp_path / FILE}: " in output["data"]["text/plain"]
    assert "<progress" not in output["data"]["text/html"]


def test_failure_is_one_line_below_the_cell(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("import triage\ntriage.load('nowhere.json').to_frame()")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    (output,) = cell.outputs
    (line,) = output["traceback"]
    assert line.startswith("IOFailureError: nowhere.json")
