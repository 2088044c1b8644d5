"""Parquet as DuckDB writes it for users of BigQuery and Log Analytics."""

import gzip
import sys
from pathlib import Path

import duckdb
import pytest

from tests.reading.logs import lines, logs, read_bytes
from triage.errors import BadDataError, UsageError

COLUMNS = """{
    timestamp: 'VARCHAR', receiveTimestamp: 'VARCHAR', insertId: 'VARCHAR', logName: 'VARCHAR', severity: 'VARCHAR',
    labels: 'MAP(VARCHAR, VARCHAR)', jsonPayload: 'JSON',
    resource: 'STRUCT(
        type VARCHAR,
        labels STRUCT(service_name VARCHAR, revision_name VARCHAR, location VARCHAR, project_id VARCHAR)
    )'
}"""


def parquet(tmp_path: Path, query: str) -> bytes:
    path = tmp_path / "out.parquet"
    duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


@pytest.fixture
def nested(tmp_path: Path) -> bytes:
    source = tmp_path / "in.jsonl"
    source.write_bytes(lines(logs(40)))
    return parquet(tmp_path, f"FROM read_json('{source}', columns = {COLUMNS})")


def test_rows_give_the_same_entries_as_lines(nested: bytes) -> None:
    found = read_bytes(nested)
    assert found.entries == read_bytes(lines(logs(40))).entries
    assert [file.form for file in found.files] == ["Parquet"]
    assert [record.source.position for record in found.records][:3] == [1, 2, 3]


def test_parquet_in_gzip_is_read_too(nested: bytes) -> None:
    assert len(read_bytes(gzip.compress(nested)).entries) == 40


def test_times_keep_their_digits_and_their_zone(tmp_path: Path) -> None:
    data = parquet(
        tmp_path,
        "SELECT make_timestamp_ns(1772352000001234567) AS timestamp, "
        "timestamptz '2026-03-01 10:00:00.5+02' AS receive_timestamp, 'x' AS insert_id, 'late' AS "
        "text_payload",
    )
    (entry,) = read_bytes(data).entries
    assert entry.timestamp == 1_772_352_000_001_234_567
    assert entry.receive_timestamp == 1_772_352_000_500_000_000


def test_other_table_is_not_an_export(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="none of its columns"):
        read_bytes(parquet(tmp_path, "SELECT 1 AS price"))


def test_cut_parquet_is_not_an_export(nested: bytes) -> None:
    with pytest.raises(BadDataError, match="not a readable Parquet file"):
        read_bytes(nested[:-100])


def test_an_empty_table_holds_no_records(tmp_path: Path) -> None:
    found = read_bytes(parquet(tmp_path, "SELECT 'x' AS insertId WHERE false"))
    assert (found.records, found.gaps) == ([], [])


def test_missing_extra_is_named_in_one_line(nested: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError) as raised:
        read_bytes(nested)
    assert str(raised.value) == "Parquet needs the extra 'parquet'; pip install 'cloudrun-triage[parquet]'"
