"""An emulator of BigQuery that we did not write takes the statement and its rows: bqemulator, on DuckDB.

It runs in an environment of its own, which uv makes, as it needs other versions of what triage needs. It differs from
BigQuery in two ways: TO_JSON takes no second argument, so the test leaves it out, and rows come in another order, so
they are read again and sorted.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.engines.processes import running
from tests.engines.tables import Kind, Relation, log_analytics
from tests.engines.test_bigquery import ALL, EXAMPLE, documents, entries, from_file, packs
from triage import pipeline
from triage.reading.bigquery import statement
from triage.reading.bigquery.client import HOST

pytestmark = pytest.mark.engines

#: DuckDB fetches its extensions from a site of its own; these packages hold the one that bqemulator cannot do without.
PACKAGES = [
    "bqemulator==1.4.0",
    "duckdb==1.5.5",
    "duckdb-extensions==1.5.5",
    "duckdb-extension-spatial==1.5.5",
]
PROGRAM = """
import os, sys
os.environ["HOME"] = sys.argv.pop(1)
from duckdb_extensions import import_extension
import_extension("spatial")
from bqemulator.cli import main
main()
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the emulator, and yield its address."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    packages = [word for package in PACKAGES for word in ("--with", package)]
    command = [sys.executable, "-m", "uv", "run", "--quiet", "--no-project", "--python", version, *packages]
    home = str(tmp_path_factory.mktemp("home"))
    options = ["start", "--rest-port", "0", "--grpc-port", "0", "--log-format", "json"]
    with running(*command, "python", "-c", PROGRAM, home, *options) as process:
        assert process.stderr is not None
        lines: list[str] = []
        for line in process.stderr:
            lines.append(line)
            if found := re.search(r'"port": (\d+), "event": "rest.listen"', line):
                break
        else:
            pytest.skip(f"bqemulator cannot be installed or started here: {''.join(lines[-3:])}")
        Thread(target=process.stderr.read, daemon=True).start()
        yield f"http://127.0.0.1:{found[1]}"


@pytest.fixture
def table(host: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Fill the view of Log Analytics with the example, and return its address."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    monkeypatch.setenv(HOST, host)
    monkeypatch.setattr(
        statement, "_STATEMENT", statement._STATEMENT.replace(", stringify_wide_numbers => TRUE", "")
    )
    relation = log_analytics(entries(EXAMPLE))
    fields = [schema_field(name, kind) for name, kind in relation.columns.items()]
    with bigquery.Client(project="demo-project", credentials=AnonymousCredentials()) as client:  # type: ignore[no-untyped-call]
        client.create_dataset("logs")
        view = client.create_table(bigquery.Table("demo-project.logs._AllLogs", schema=fields))
        assert client.insert_rows_json(view, rows_of(relation)) == []
    return "bigquery://demo-project.logs._AllLogs"


def schema_field(name: str, kind: Kind) -> Any:
    from google.cloud.bigquery import SchemaField

    if isinstance(kind, dict):
        return SchemaField(name, "RECORD", fields=[schema_field(*inner) for inner in kind.items()])
    return SchemaField(name, str(kind))


def rows_of(relation: Relation) -> list[dict[str, Any]]:
    """Return the rows as they are streamed: without nulls, JSON as text."""
    return [
        {name: cell(row[name], kind) for name, kind in relation.columns.items() if row.get(name) is not None}
        for row in relation.rows
    ]


def cell(value: Any, kind: Kind) -> Any:
    if isinstance(kind, dict):
        return {name: cell(value[name], inner) for name, inner in kind.items() if value.get(name) is not None}
    return value


def test_the_example_gives_the_same_documents(table: str, tmp_path: Path) -> None:
    notes: list[str] = []
    found = pipeline.analyze([table], packs=packs(), selection=ALL, notify=notes.append)
    assert documents(found) == documents(from_file(entries(EXAMPLE), tmp_path, ALL))
    assert notes[0] == f"{table}: BigQuery reads 0 B"
