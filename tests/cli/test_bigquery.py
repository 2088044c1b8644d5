"""Commands on BigQuery tables: notes, errors and results."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Golden
from tests.fakes.bigquery_server import BigQueryServer
from triage.reading.bigquery.client import HOST

Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"
TABLE = "bigquery://demo-project.logs._AllLogs"
BOUNDS = ("--service", "netra-backend-staging", "--since", "2026-03-17")


def example(_sql: str, _parameters: object) -> list[tuple[Any, ...]]:
    """Return the rows of the example, and a count of 9 more that do not match."""
    return answered(sorted(json.loads(EXAMPLE.read_bytes()), key=sort_key))


def sort_key(log: dict[str, Any]) -> tuple[str, str, str]:
    """Return the sort key of an entry in the order of the statement."""
    instance = log.get("labels", {}).get("instanceId", "")
    return log["resource"]["labels"]["service_name"] if instance else "", instance, log["timestamp"]


def answered(logs: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    rows = [("entry", json.dumps(log), None, 1, 0, 0, None) for log in logs]
    times = (1_773_752_400_000_000, 1_773_756_000_000_000)
    return [
        *rows,
        ("outside", None, "INFO", 4, *times, '{"service": "other"}'),
        ("skipped", None, "DEBUG", 5, *times, '{"type": "cloud_run_revision"}'),
    ]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BigQueryServer]:
    with BigQueryServer(example, size=12_345_678_901) as serving:
        monkeypatch.setenv(HOST, serving.url)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "billed-project")
        yield serving


#: What is said of a table, of which only the relevant rows are read.
PREFILTERED = "around 3 failures only errors and known lines were read, not all that was printed"


@pytest.mark.parametrize("command", ["diagnose", "timeline"])
def test_table_gives_the_same_documents_as_a_file(call: Call, server: BigQueryServer, command: str) -> None:
    of_table = json.loads(call(command, TABLE, *BOUNDS, "--format", "json").out)
    of_file = json.loads(call(command, EXAMPLE, *BOUNDS, "--format", "json").out)

    coverage, of_small_file = of_table.pop("coverage"), of_file.pop("coverage")
    if command == "diagnose":
        assert [limit for limit in of_table["limits"] if limit not in of_file["limits"]] == [PREFILTERED]
        of_table["limits"].remove(PREFILTERED)
        of_table["answer_limits"].remove(PREFILTERED)
    assert of_table == of_file
    # A table is always prefiltered; a small file is read completely. The table counted 5 more.
    assert (of_small_file["entries"], of_small_file["skipped"]) == (431, 0)
    assert coverage["entries"] + coverage["skipped"] == 431 + 5
    assert coverage["matched"] == of_small_file["matched"]
    assert (coverage["files"], coverage["forms"]) == ([TABLE], ["BigQuery"])
    counted = [coverage[name] for name in ("broken", "joined", "outside", "skipped", "duplicate", "entries")]
    assert coverage["records"] == sum(counted) == 431 + 9


@pytest.mark.parametrize("words", [
    ["gate"],
    ["compare", "--revision", "*-00041-*", "--with", "*-00042-*"],
])  # fmt: skip
def test_gate_and_compare_read_tables(call: Call, server: BigQueryServer, words: list[str]) -> None:
    command, *options = words
    of_table = call(command, TABLE, *options, *BOUNDS, "--format", "json")
    of_file = call(command, EXAMPLE, *options, *BOUNDS, "--format", "json")

    assert of_table.status == of_file.status
    from_table, known = json.loads(of_table.out), json.loads(of_file.out)
    for document in (from_table, known):
        document.pop("coverage", None)
        # The number of records is reported too, and the table counted 9 more.
        document["criteria"] = [
            found for found in document.get("criteria", []) if found["id"] != "whole_logs"
        ]
        if command == "gate":
            document["limits"] = [limit for limit in document["limits"] if limit != PREFILTERED]
    assert from_table == known
    assert of_table.err == f"{TABLE}: BigQuery reads 12.3 GB\n"


def test_unordered_rows_are_read_again(call: Call, server: BigQueryServer) -> None:
    ordered = call("diagnose", TABLE, *BOUNDS, "--format", "json")
    server.answer = lambda _sql, _parameters: answered(json.loads(EXAMPLE.read_bytes()))
    sorted_here = call("diagnose", TABLE, *BOUNDS, "--format", "json")

    assert sorted_here.out == ordered.out
    asked = f"{TABLE}: BigQuery reads 12.3 GB\n"
    assert sorted_here.err == (
        f"{asked}entry 2 of {TABLE} is out of order: all are read once more, and sorted\n{asked}"
    )


def test_bytes_are_reported_before_reading_unless_quiet(call: Call, server: BigQueryServer) -> None:
    notes = call("diagnose", TABLE, *BOUNDS)

    assert notes.err == f"{TABLE}: BigQuery reads 12.3 GB\n"
    assert [asked.dry_run for asked in server.query_jobs] == [True, False]
    assert call("-q", "diagnose", TABLE, *BOUNDS).err == ""


def test_exceeding_max_bytes_is_rejected_before_reading(call: Call, server: BigQueryServer) -> None:
    called = call("diagnose", TABLE, *BOUNDS, "--max-bytes", "5 GB")

    assert called.status == 2
    assert called.err.endswith(
        "triage: BigQuery would read 12.3 GB, more than --max-bytes, 5.0 GB; "
        "narrow it with --since and --until, or raise --max-bytes\n"
    )
    assert [asked.dry_run for asked in server.query_jobs] == [True]


def test_max_bytes_limits_billed_bytes(call: Call, server: BigQueryServer) -> None:
    call("diagnose", TABLE, *BOUNDS, "--max-bytes", "20GB")

    assert server.query_jobs[-1].max_bytes == 20_000_000_000


def test_max_bytes_limits_the_sum_of_tables(call: Call, server: BigQueryServer) -> None:
    called = call("diagnose", TABLE, "bigquery://demo-project.logs.stderr", *BOUNDS, "--max-bytes", "20GB")

    assert called.status == 2
    assert "would read 24.7 GB" in called.err


@pytest.mark.parametrize("bounds", [(), BOUNDS[:2], BOUNDS[2:]])
def test_table_without_bounds_is_rejected(
    call: Call, server: BigQueryServer, bounds: tuple[str, ...]
) -> None:
    called = call("timeline", TABLE, *bounds)

    assert called.status == 2
    assert called.err == (
        f"triage: {TABLE}: a table is read with --service and --since, so that it is not read whole; "
        "give both, or --max-bytes, which says how much may be read\n"
    )
    assert server.query_jobs == []


def test_max_bytes_allows_a_table_without_bounds(call: Call, server: BigQueryServer) -> None:
    assert call("diagnose", TABLE, "--max-bytes", "1TB").status == 0


@pytest.mark.parametrize("size", ["", "much", "5XB", "-1", "1.5GB"])
def test_invalid_size_is_rejected(call: Call, size: str) -> None:
    called = call("diagnose", TABLE, "--max-bytes", size)

    assert called.status == 2
    assert called.err == f"triage: --max-bytes: {size!r} is no size; write it like 500MB or 20GB\n"


def test_entries_reads_every_row(call: Call, server: BigQueryServer) -> None:
    called = call("entries", TABLE, *BOUNDS, "--format", "jsonl")

    assert len(called.out.splitlines()) == 431
    assert "@wanted" not in server.query_jobs[-1].sql


def test_sink_table_name_variants_are_reported(call: Call, server: BigQueryServer) -> None:
    sink = "bigquery://demo-project.logs.run_googleapis_com_stderr"

    notes = call("diagnose", sink, *BOUNDS, "--filter", 'jsonPayload.userId="7" AND labels."a/b"="c"').err

    assert f"{sink}: a sink's table has userId as userid; the filter has to name it so\n" in notes
    assert f"{sink}: a sink's table has a/b as a_b; the filter has to name it so\n" in notes
    assert "userid" not in call("diagnose", TABLE, *BOUNDS, "--filter", 'jsonPayload.userId="7"').err


@pytest.mark.parametrize("command", [("redact",), ("query", "match", "severity=ERROR")])
def test_file_only_command_names_the_commands_that_read_tables(
    call: Call, server: BigQueryServer, command: tuple[str, ...]
) -> None:
    called = call(*command, TABLE)

    assert called.status == 2
    assert called.err.startswith(f"triage: {TABLE}: ")


def test_query_sql_prints_the_statement_for_the_console(call: Call, golden: Golden) -> None:
    words = (*BOUNDS, "--until", "2026-03-18T00:00:00Z", "--filter", 'severity>=ERROR AND NOT "probe"')

    called = call("query", "sql", "--engine", "bigquery", *words, "demo-project.logs._AllLogs")

    assert called.status == 0
    statement, _, values = called.out.partition('"""\nUSING\n')
    values = "\n".join(line for line in values.splitlines() if not line.endswith(" AS wanted,"))
    golden(Path(__file__).parent / "golden" / "query-sql.txt", f"{statement}\n{values}\n")


def test_query_sql_needs_no_table(call: Call) -> None:
    called = call("query", "sql", "--service", "shop", "--since", "1h")

    assert "FROM `PROJECT.DATASET._AllLogs` AS t\n" in called.out
    assert 'CAST(["shop"] AS ARRAY<STRING>) AS services;\n' in called.out


def test_query_sql_rejects_an_invalid_filter(call: Call) -> None:
    assert call("query", "sql", "--filter", "a = (").status == 2
