"""Notebook API: the same results from paths, mappings and DataFrames."""

import json
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

import triage
from triage.errors import UsageError

EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    loaded: list[dict[str, object]] = json.loads(EXAMPLE.read_text())
    return loaded


def test_path_gives_timeline_diagnosis_and_report() -> None:
    logs = triage.load(EXAMPLE)
    assert triage.timeline(logs).runs
    assert triage.diagnose(logs).incidents[0].cause == "gate-header-check"
    assert triage.report(logs).startswith("#")


def test_mappings_and_paths_give_the_same_runs(rows: list[dict[str, object]]) -> None:
    assert triage.timeline(rows).runs == triage.timeline([EXAMPLE]).runs


def test_frame_of_bigquery_rows_gives_the_same_runs(
    rows: list[dict[str, object]],
) -> None:
    frame = pd.DataFrame(rows)
    frame["jsonPayload"] = [
        json.dumps(value) if isinstance(value, dict) else np.nan for value in frame["jsonPayload"]
    ]
    frame["timestamp"] = [
        datetime.fromisoformat(str(value)).replace(tzinfo=None) for value in frame["timestamp"]
    ]
    assert triage.timeline(frame).runs == triage.timeline(EXAMPLE).runs


def test_entries_frame_has_typed_columns() -> None:
    frame = triage.load(EXAMPLE).to_frame()
    assert str(frame["timestamp"].dtype) == "datetime64[ns, UTC]"
    assert frame["severity"].cat.ordered
    assert frame["timestamp"].is_monotonic_increasing
    assert "object" not in {str(dtype) for dtype in frame.dtypes}


def test_document_frames_have_typed_columns() -> None:
    logs = triage.load(EXAMPLE)
    frames = [
        logs.timeline.to_frame(),
        logs.timeline.steps_frame(),
        logs.events_frame(),
        logs.requests_frame(),
        logs.diagnosis.to_frame(),
    ]
    for frame in frames:
        assert not frame.empty
        assert "object" not in {str(dtype) for dtype in frame.dtypes}


def test_no_entries_give_empty_frames() -> None:
    logs = triage.load([])
    assert logs.to_frame().empty
    assert logs.timeline.to_frame().empty
    assert logs.diagnosis.verdict == "no_data"


def test_documents_convert_to_builtin_types() -> None:
    document = triage.diagnose(EXAMPLE).to_dict()
    assert document["schema"] == "triage.diagnosis/1"
    assert msgspec.json.decode(msgspec.json.encode(document)) == document


@pytest.mark.parametrize("source", [7, b"bytes", [1, 2]])
def test_unsupported_source_is_rejected_with_a_hint(source: object) -> None:
    with pytest.raises(UsageError, match="cannot be loaded from"):
        triage.load(source)  # type: ignore[arg-type]


def test_missing_name_raises_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = triage.nothing


def test_completion_offers_the_api() -> None:
    assert dir(triage) == sorted(triage.__all__)


def test_printed_diagnosis_is_the_answer() -> None:
    printed = str(triage.diagnose(EXAMPLE))
    assert printed.startswith("READY, 1 open incident  netra-backend-staging\n")
    assert "Do now: " in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_frame_without_log_columns_is_rejected() -> None:
    with pytest.raises(UsageError, match="the table has no columns of log entries: price, day"):
        triage.diagnose(pd.DataFrame({"price": [1], "day": ["Monday"]}))
