"""The example notebook runs and its stored output is current."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "examples" / "triage.ipynb"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Any:
    """Run the notebook in a kernel of this Python; with --renew, keep what it shows."""
    read = nbformat.read(NOTEBOOK, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        client = NotebookClient(
            read,
            kernel_name="python3",
            resources={"metadata": {"path": NOTEBOOK.parent}},
            record_timing=False,
        )
        done = client.execute()
    if request.config.getoption("--renew"):
        done.metadata.pop("language_info", None)
        nbformat.write(done, NOTEBOOK)
    return done


def shown(notebook: Any, kind: str) -> list[str]:
    return [
        text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if (text := output.get("data", {}).get(kind)) is not None
    ]


def test_ten_cells_have_output(notebook: Any) -> None:
    assert len(notebook.cells) == 10
    silent = [cell.source for cell in notebook.cells if cell.cell_type == "code" and not cell.outputs]
    assert silent == []


def test_nothing_is_printed_to_stderr(notebook: Any) -> None:
    streams = [output for cell in notebook.cells for output in cell.get("outputs", ()) if "text" in output]
    assert streams == []


def test_notebook_covers_logs_evidence_frames_and_report(notebook: Any) -> None:
    pages = shown(notebook, "text/html")
    assert "431 records" in pages[0]
    assert "READY, 1 open incident" in pages[1]
    assert "no check was made" in pages[1]
    assert "GET /ws/health 503" in pages[2]
    assert "gate rejected" in pages[3] or "gate_rejected" in pages[3]
    (report,) = shown(notebook, "text/markdown")[-1:]
    assert report.startswith("### Ready, 1 open incident: ")


def test_notebook_draws_the_runs(notebook: Any) -> None:
    (picture,) = shown(notebook, "image/png")
    assert len(picture) > 10_000


def test_stored_output_equals_actual_output(notebook: Any) -> None:
    kept = nbformat.read(NOTEBOOK, as_version=4)
    assert shown(kept, "text/plain") == shown(notebook, "text/plain")
