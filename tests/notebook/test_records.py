"""Records from BigQuery frames and client entries equal those of an export."""

import json
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from google.cloud.logging_v2 import types
from google.cloud.logging_v2._helpers import entry_from_resource
from google.protobuf.json_format import ParseDict

import triage
from triage.errors import UsageError
from triage.models import Run
from triage.notebook import Logs

EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    loaded: Rows = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return triage.timeline(EXAMPLE).runs


def test_bigquery_rows_with_json_strings_naive_times_and_nan_are_read(rows: Rows, runs: list[Run]) -> None:
    frame = pd.DataFrame(rows)
    for column in ("jsonPayload", "protoPayload", "httpRequest", "resource", "labels"):
        if column in frame:
            frame[column] = [json.dumps(cell) if isinstance(cell, dict) else np.nan for cell in frame[column]]
    for column in ("timestamp", "receiveTimestamp"):
        frame[column] = pd.to_datetime(frame[column], format="ISO8601").dt.tz_localize(None)
    frame.columns = [_snake(name) for name in frame.columns]
    assert triage.timeline(frame).runs == runs


def test_bigquery_rows_with_structs_arrays_and_float_numbers_are_read(rows: Rows, runs: list[Run]) -> None:
    rows = deepcopy(rows)
    for row in rows:
        row["labels"] = np.array(
            [{"key": key, "value": value} for key, value in row.get("labels", {}).items()]
        )
        if "httpRequest" in row:
            row["httpRequest"] |= {
                "status": float(row["httpRequest"]["status"]),
                "referer": None,
                "cacheHit": np.nan,
            }
        if "jsonPayload" in row:
            row["jsonPayload"] |= {"nothing": None, "not_a_number": float("nan"), "when": pd.NaT}
    assert triage.timeline(pd.DataFrame(rows)).runs == runs


def test_frame_with_a_time_index_is_read(rows: Rows, runs: list[Run]) -> None:
    frame = pd.DataFrame(rows)
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], format="ISO8601")
    assert triage.timeline(frame.set_index("timestamp")).runs == runs


def test_frame_nanoseconds_are_kept(rows: Rows) -> None:
    row = rows[0] | {"timestamp": pd.Timestamp("2026-03-17T14:27:25.123456789")}
    (entry,) = triage.load(pd.DataFrame([row]))
    assert entry.timestamp % 1_000_000_000 == 123_456_789


class Interchanged:
    """A table of which only the interchange protocol is known."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def __dataframe__(self, *args: Any, **options: Any) -> Any:
        return self._frame.__dataframe__(*args, **options)


@pytest.fixture
def table(rows: Rows) -> Rows:
    """Return the rows as Log Analytics gives them: snake case, JSON as text, times with a zone."""
    times = ("timestamp", "receiveTimestamp")
    return [
        {
            _snake(name): pd.Timestamp(cell)
            if name in times
            else json.dumps(cell)
            if isinstance(cell, dict)
            else cell
            for name, cell in row.items()
        }
        for row in rows
    ]


@pytest.mark.filterwarnings("ignore:The Dataframe Interchange Protocol")
@pytest.mark.parametrize(
    "convert",
    [
        pl.DataFrame,
        lambda table: pl.DataFrame(table).to_arrow(),
        lambda table: pl.DataFrame(table).to_arrow().to_reader(),
        lambda table: Interchanged(pd.DataFrame(table).astype("string")),
    ],
    ids=["polars", "pyarrow", "a stream of Arrow", "the interchange protocol"],
)
def test_table_of_another_package_is_read(
    table: Rows, runs: list[Run], convert: Callable[[Rows], Any]
) -> None:
    assert triage.timeline(convert(table)).runs == runs


def test_polars_frame_is_read_without_pyarrow(
    table: Rows, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pl.DataFrame(table)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert triage.timeline(frame).runs == runs


def test_arrow_table_keeps_nanoseconds_and_labels_as_pairs() -> None:
    schema = pa.schema(
        [
            ("timestamp", pa.timestamp("ns", "UTC")),
            ("text_payload", pa.string()),
            ("labels", pa.map_(pa.string(), pa.string())),
        ]
    )
    row = {
        "timestamp": pd.Timestamp("2026-03-17T14:27:25.123456789Z"),
        "text_payload": "hello",
        "labels": [("instanceId", "00aa")],
    }
    (entry,) = triage.load(pa.Table.from_pylist([row], schema))
    assert (entry.timestamp % 1_000_000_000, entry.instance) == (123_456_789, "00aa")


def test_column_of_arrow_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="the table cannot be read from a Series") as raised:
        triage.load(pl.Series([1, 2]))
    assert "\n" not in str(raised.value)


def _client_entries(rows: Rows) -> list[Any]:
    """Return entries as ``google.cloud.logging.Client.list_entries`` does."""
    loggers = {row["logName"]: object() for row in rows}
    return [entry_from_resource(deepcopy(row), None, loggers) for row in rows]


def _low_level_client_entries(rows: Rows) -> list[Any]:
    """Return entries as ``LoggingServiceV2Client.list_log_entries`` does."""
    return [types.LogEntry.wrap(message) for message in _messages(rows)]


def _messages(rows: Rows) -> list[Any]:
    message = types.LogEntry.pb(types.LogEntry()).__class__
    return [ParseDict(row, message(), ignore_unknown_fields=True) for row in rows]


class _Row:
    """A row of the BigQuery client: it has items and is not a Mapping."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def items(self) -> Any:
        return self._values.items()


def _bigquery_rows(rows: Rows) -> list[Any]:
    return [_Row(row) for row in rows]


@pytest.mark.parametrize("lists", [_client_entries, _low_level_client_entries, _messages, _bigquery_rows])
def test_client_entries_are_read(lists: Callable[[Rows], list[Any]], rows: Rows, runs: list[Run]) -> None:
    assert triage.timeline(lists(rows)).runs == runs


def test_client_entry_can_be_loaded_twice(rows: Rows, runs: list[Run]) -> None:
    entries = _low_level_client_entries(rows)
    assert triage.timeline(entries).runs == runs
    assert triage.timeline(entries).runs == runs


def test_generator_of_entries_is_read_once_and_cached(rows: Rows) -> None:
    logs: Logs = triage.load(row for row in rows)
    assert len(logs.to_frame()) == len(logs.to_frame()) == len(rows)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
