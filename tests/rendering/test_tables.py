import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.models import Audit, Coverage, Entry, ErrorInfo, Http, Run, Source, Timeline
from triage.rendering.parquet_table import write_parquet
from triage.rendering.tables import (
    COLUMNS,
    runs_to_csv,
    to_csv,
    to_json_lines,
)

ENTRY = Entry(
    timestamp=1_757_980_800_123_456_789,
    receive_timestamp=1_757_980_801_000_000_000,
    severity="ERROR",
    message="first\nsecond",
    log_name="run.googleapis.com/stderr",
    service="orders",
    revision="orders-00041-abc",
    line=7,
    http=Http(method="GET", url="https://orders.example/health", status=503, latency=0.0028),
    error=ErrorInfo(type="ValueError", message="no", traceback="Traceback"),
    audit=Audit(method="ReplaceService", resource="services/orders", status="done"),
    labels={"instanceId": "00aa"},
    insert_id="1a",
    source=Source("a.json", 1),
)


def entry_with_message(message: str) -> Entry:
    return Entry(timestamp=0, message=message, source=Source("a.json", 1))


def rows(parts: Iterable[bytes]) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(b"".join(parts).decode(), newline="")))


def test_json_line_has_only_the_fields_of_the_entry() -> None:
    (line,) = to_json_lines([ENTRY])
    assert json.loads(line) == {
        "timestamp": "2025-09-16T00:00:00.123456789Z",
        "receive_timestamp": "2025-09-16T00:00:01.000000Z",
        "severity": "ERROR",
        "service": "orders",
        "revision": "orders-00041-abc",
        "log_name": "run.googleapis.com/stderr",
        "line": 7,
        "message": "first\nsecond",
        "http_method": "GET",
        "http_url": "https://orders.example/health",
        "http_status": 503,
        "http_latency": 0.0028,
        "error_type": "ValueError",
        "error_message": "no",
        "error_traceback": "Traceback",
        "proto_payload": {
            "methodName": "ReplaceService",
            "resourceName": "services/orders",
            "status": {"message": "done"},
        },
        "labels": {"instanceId": "00aa"},
        "insert_id": "1a",
    }


def test_csv_has_every_column_and_every_entry() -> None:
    (row,) = rows(to_csv([ENTRY]))
    assert list(row) == list(COLUMNS)
    assert (row["message"], row["http_status"], row["labels"]) == (
        "first\nsecond",
        "503",
        '{"instanceId": "00aa"}',
    )


def test_csv_without_entries_is_the_header() -> None:
    assert b"".join(to_csv([])) == ",".join(COLUMNS).encode() + b"\r\n"


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%0", "\t=1", "\r=1", "\n=1", "\uff1d1"]
)
def test_csv_cell_is_never_a_formula(formula: str) -> None:
    (row,) = rows(to_csv([entry_with_message(formula)]))
    assert row["message"] == f"'{formula}"


@given(st.text())
def test_any_text_is_one_cell_and_no_formula(text: str) -> None:
    (row,) = rows(to_csv([entry_with_message(text)]))
    assert row["message"].removeprefix("'").encode() == text.removeprefix("'").encode(
        "utf-8", "backslashreplace"
    )
    assert row["message"][:1] not in tuple("=+-@|%\t\r\n")


@given(st.text(st.characters()))
def test_any_text_round_trips_through_a_json_line(text: str) -> None:
    (line,) = to_json_lines([entry_with_message(text)])
    assert json.loads(line).get("message", "") == text


def test_parquet_has_types_and_nanoseconds(tmp_path: Path) -> None:
    path = tmp_path / "entries.parquet"
    with path.open("wb") as stream:
        write_parquet([ENTRY, entry_with_message("half a \ud800 pair")], stream)
    table = duckdb.read_parquet(str(path))
    assert dict(zip(table.columns, map(str, table.types), strict=True)) == COLUMNS
    found = table.project("epoch_ns(timestamp), line, http_latency, message").fetchall()
    assert found == [
        (1_757_980_800_123_456_789, 7, 0.0028, "first\nsecond"),
        (0, None, None, "half a ? pair"),
    ]


def test_parquet_times_are_in_utc_for_every_reader(tmp_path: Path) -> None:
    path = tmp_path / "entries.parquet"
    with path.open("wb") as stream:
        write_parquet([ENTRY], stream)
    time = pa.timestamp("ns", "UTC")
    assert [pq.read_schema(path).field(name).type for name in ("timestamp", "receive_timestamp")] == [
        time
    ] * 2
    assert str(pd.read_parquet(path)["timestamp"].dtype) == "datetime64[ns, UTC]"
    assert pl.read_parquet_schema(path)["timestamp"] == pl.Datetime("ns", "UTC")


def test_parquet_without_entries_has_columns(tmp_path: Path) -> None:
    path = tmp_path / "entries.parquet"
    with path.open("wb") as stream:
        write_parquet([], stream)
    assert duckdb.read_parquet(str(path)).columns == list(COLUMNS)


def test_run_is_a_row_with_its_checks_in_one_cell() -> None:
    run = Run(
        id="v-1",
        kind="validation",
        service="=orders",
        revision="orders-00041-abc",
        instance="i-1",
        started="2025-09-16T00:00:00.000000Z",
        ended="2025-09-16T00:00:02.000000Z",
        elapsed=2.0,
        complete=True,
        verdict="not_ready",
        failed_checks=["database", "redis"],
        first_failed="database",
    )
    (row,) = rows(runs_to_csv(Timeline(coverage=Coverage(), runs=[run])))
    assert (row["service"], row["failed_checks"], row["elapsed"], row["condition"]) == (
        "'=orders",
        "database redis",
        "2.0",
        "",
    )
