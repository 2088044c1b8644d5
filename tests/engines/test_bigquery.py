"""The BigQuery statement, run by zetasql, gives the same documents as files.

Everything else is real: the client, the connection, the rows and the decoder.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.engines.read_once import read_once
from tests.engines.serving import inline_parameters, serve_tables
from tests.engines.tables import Log, Relation, log_analytics, sink
from triage import pipeline
from triage.models import Pack
from triage.pipeline import Analysis, Selection
from triage.window import parse_timestamp

pytestmark = pytest.mark.engines


@pytest.fixture(autouse=True)
def installed() -> None:
    pytest.importorskip("zetasql", reason="the extra 'engines' is not installed: make test-engines")


ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
EXAMPLE = ROOT / "examples" / "export.json"
CASES = sorted((ROOT / "tests" / "cases").glob("*/entries.jsonl"))
#: The entries of every service, from the first on: a table is not read without such bounds.
ALL = Selection(service=("*",), since=0)

each_form = pytest.mark.parametrize("form", ["_AllLogs", "sink"])


@cache
def packs() -> list[Pack]:
    return pipeline.load_packs()


def entries(path: Path) -> list[Log]:
    """Return the LogEntries of a file with times in microseconds, as BigQuery stores."""
    text = path.read_text(encoding="utf-8-sig")
    value = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    return [in_microseconds(log) for log in walk(value) if "timestamp" in log and "logName" in log]


def walk(value: Any) -> Iterator[Log]:
    if isinstance(value, dict) and "insertId" in value:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from walk(inner)


def in_microseconds(log: Log) -> Log:
    return log | {name: cut(log[name]) for name in ("timestamp", "receiveTimestamp") if name in log}


def cut(time: str) -> str:
    nanoseconds = parse_timestamp(time)
    moment = datetime.fromtimestamp(nanoseconds // 10**9, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds % 10**9 // 1000:06d}Z"


def from_file(logs: list[Log], folder: Path, selection: Selection) -> Analysis:
    file = folder / "entries.jsonl"
    file.write_text("\n".join(map(json.dumps, logs)), encoding="utf-8")
    with read_once():
        return pipeline.analyze([file], packs=packs(), selection=selection)


def documents(analysis: Analysis) -> list[Any]:
    """Return an analysis without names and formats; gaps are per table."""
    timeline, diagnosis, *others = msgspec.structs.astuple(analysis)
    told: list[Any] = [json.loads(pipeline.to_json(timeline)), json.loads(pipeline.to_json(diagnosis))]
    for document in told:
        coverage = document["coverage"]
        del coverage["files"], coverage["forms"]
        gaps: Counter[str] = Counter()
        for gap in coverage["gaps"]:
            gaps[gap["kind"]] += gap["count"]
        coverage["gaps"] = gaps
    return [*told, *map(repr, others)]


def assert_same(logs: list[Log], form: str, folder: Path, selection: Selection = ALL) -> int:
    """Check that table and file give the same; return the number of fetched rows."""
    told: list[str] = []
    with serve_tables(form, logs) as (server, addresses):
        found = pipeline.analyze(addresses, packs=packs(), selection=selection, notify=told.append)
        assert documents(found) == documents(from_file(logs, folder, selection))
        assert len(told) == len(addresses), "it was not read once"
        return sum(len(job.rows) for job in server.jobs.values())


@each_form
def test_the_example_gives_the_same_documents(form: str, tmp_path: Path) -> None:
    assert_same(entries(EXAMPLE), form, tmp_path)


@each_form
@pytest.mark.parametrize("path", CASES[::6], ids=lambda path: path.parent.name)
def test_the_cases_give_the_same_documents(path: Path, form: str, tmp_path: Path) -> None:
    assert_same(entries(path), form, tmp_path)


@each_form
def test_the_recorded_runs_and_incidents_give_the_same_documents(form: str, tmp_path: Path) -> None:
    files = sorted(SHARED.glob("scenarios/logs/*")) + sorted(SHARED.glob("incidents/logs/*"))
    if not files:
        pytest.skip("the recorded runs do not lie beside the project")
    for path in files[::8]:
        if logs := entries(path):
            assert_same(logs, form, tmp_path)


@each_form
def test_all_cases_recorded_runs_and_incidents_in_one_table_give_the_same_documents(
    form: str, tmp_path: Path
) -> None:
    recorded = sorted(SHARED.glob("scenarios/logs/*")) + sorted(SHARED.glob("incidents/logs/*"))
    assert_same([log for path in (*CASES, *recorded) for log in entries(path)], form, tmp_path)


def test_each_table_of_a_sink_gives_the_same_alone(tmp_path: Path) -> None:
    logs = [log for path in CASES[::3] for log in entries(path)]
    for name in {log["logName"] for log in logs}:
        assert_same([log for log in logs if log["logName"] == name], "sink", tmp_path)


@each_form
def test_entries_with_other_instance_labels_or_none_are_sorted(form: str, tmp_path: Path) -> None:
    logs = corpus(random.Random(14), 290)
    for number, log in enumerate(logs):
        log["logName"] = "projects/demo-project/logs/run.googleapis.com%2Fstderr"
        instance = log.pop("labels")["instanceId"]
        if number % 3:
            log["labels"] = {("instanceId", "instance_id", "instanceid")[number % 5 % 3]: instance}
        if number % 7 == 0 and "instance_id" in log.get("labels", {}):
            log["labels"]["instanceId"] = ""
        if number % 11 == 0:
            log["resource"]["labels"]["service_name"] = ""

    assert_same(logs, form, tmp_path)


@each_form
def test_irrelevant_rows_are_counted_and_not_fetched(form: str, tmp_path: Path) -> None:
    logs = corpus(random.Random(6), 600)

    assert assert_same(logs, form, tmp_path) < len(logs) * 2 / 3


@each_form
@pytest.mark.parametrize(
    "filter_text",
    [
        "severity>=WARNING",
        'NOT textPayload:"checkout" AND severity!=DEBUG',
        'jsonPayload.message:"order" OR httpRequest.status>=500',
        'resource.labels.revision_name="shop-00001-abc" -resource.labels.location:"asia"',
        'log_id("run.googleapis.com/stderr") timestamp>="2026-04-01T08:05:00.0000005Z"',
        "httpRequest.latency>0.2s",
        "timeout",
    ],
)
def test_a_filter_leaves_the_same_entries(filter_text: str, form: str, tmp_path: Path) -> None:
    logs = corpus(random.Random(7), 200)

    whole = from_file(logs, tmp_path, ALL).timeline.coverage
    narrowed = Selection(service=("*",), since=0, filter=filter_text)
    of_file = from_file(logs, tmp_path, narrowed).timeline.coverage
    with serve_tables(form, logs) as (_, addresses):
        of_table = pipeline.analyze(addresses, packs=packs(), selection=narrowed).timeline.coverage

    assert of_table.entries == of_file.entries
    assert of_table.outside + of_table.skipped == of_file.outside + of_file.skipped
    assert of_table.records == whole.records
    assert (of_table.first, of_table.last) == (whole.first, whole.last)


@each_form
def test_service_revision_instance_and_window_select_the_same_entries(form: str, tmp_path: Path) -> None:
    logs = corpus(random.Random(8), 300)
    since, until = parse_timestamp("2026-04-01T08:03:00Z"), parse_timestamp("2026-04-01T08:09:00.000001Z")
    selection = Selection(service=("sh?p",), revision=("shop-*",), since=since, until=until)
    asked = [
        log for log in logs
        if log["resource"]["labels"]["service_name"] == "shop" and since <= parse_timestamp(log["timestamp"]) < until
    ]  # fmt: skip

    assert asked
    assert_same(asked, form, tmp_path, selection)
    with serve_tables(form, logs) as (_, addresses):
        found = pipeline.analyze(addresses, packs=packs(), selection=selection)
    assert documents(found) == documents(from_file(asked, tmp_path, selection))


@each_form
def test_every_entry_is_fetched_without_literals(form: str) -> None:
    logs = corpus(random.Random(9), 100)
    with serve_tables(form, logs) as (_, addresses):
        read = list(pipeline.read_entries(addresses, ALL))

    assert sorted(entry.insert_id for entry in read) == sorted(log["insertId"] for log in logs)


def test_rows_come_in_order_of_service_instance_time_and_insert_id() -> None:
    logs = corpus(random.Random(10), 200)
    with serve_tables("_AllLogs", logs) as (server, addresses):
        pipeline.analyze(addresses, packs=packs(), selection=ALL)
        (job,) = [job for job in server.jobs.values() if job.rows]
    rows = [json.loads(row[1]) for row in job.rows if row[0] == "entry"]
    places = [
        (row["resource"]["labels"]["service_name"], row["labels"]["instanceId"], row["timestamp"], row["insert_id"])
        for row in rows
    ]  # fmt: skip

    assert places == sorted(places)


def test_the_statement_runs_with_its_values_bound_to_parameters() -> None:
    from tests.engines import zeta
    from triage.lql.sql import to_sql
    from triage.reading.bigquery import TableQuery, build_statement, column, parse_address

    logs = corpus(random.Random(11), 30)
    within = to_sql('jsonPayload.message:"order" OR labels.instanceId!="007" OR NOT severity=ERROR', column)
    query = TableQuery(
        services=("shop",), since=0, until=2 * 10**18, within=within, literals=["order", "x' OR 'a'='a"]
    )
    asked = build_statement(parse_address("bigquery://demo-project.logs._AllLogs"), query)
    kinds: dict[type, Any] = {str: "STRING", list: ["STRING"], datetime: "TIMESTAMP"}
    bound = {name: (kinds[type(value)], value) for name, value in asked.parameters.items()}

    rows = zeta.execute(asked.sql, bound, {"demo-project.logs._AllLogs": log_analytics(logs)})

    assert sum(row[3] for row in rows) == sum(
        log["resource"]["labels"]["service_name"] == "shop" for log in logs
    )


def test_daily_tables_of_other_days_are_left_out() -> None:
    from tests.engines import zeta
    from triage.reading.bigquery import TableQuery, build_statement, parse_address

    logs = corpus(random.Random(12), 40)
    ((columns, rows), *_) = [sink([log for log in logs if "textPayload" in log])["run_googleapis_com_stderr"]]
    days = [
        row | {"_TABLE_SUFFIX": day} for row, day in zip(rows, ("20260331", "20260401") * 40, strict=False)
    ]
    relation = Relation({**columns, "_TABLE_SUFFIX": "STRING"}, days)
    query = TableQuery(
        since=parse_timestamp("2026-04-01T00:00:00Z"), until=parse_timestamp("2026-04-02T00:00:00Z")
    )
    asked = build_statement(parse_address("bigquery://demo-project.logs.stderr_*"), query)

    found = zeta.execute(
        inline_parameters(asked.sql, asked.parameters), {}, {"demo-project.logs.stderr_*": relation}
    )

    assert sum(row[3] for row in found) == sum(row["_TABLE_SUFFIX"] == "20260401" for row in days)
    assert "_TABLE_SUFFIX" not in found[0][1]


def corpus(chance: random.Random, count: int) -> list[Log]:
    """Return mixed entries of two services: text, payloads, requests, audit, parts."""
    return [one_of_them(chance, place) for place in range(count)]


def one_of_them(chance: random.Random, place: int) -> Log:
    service = chance.choice(["shop", "cart"])
    log: Log = {
        "insertId": f"id{place:05d}",
        "timestamp": f"2026-04-01T08:{place % 12:02d}:{place % 60:02d}.{chance.randrange(10**6):06d}Z",
        "logName": "projects/demo-project/logs/run.googleapis.com%2Fstderr",
        "resource": {
            "type": "cloud_run_revision",
            "labels": {
                "project_id": "demo-project",
                "service_name": service,
                "revision_name": f"{service}-0000{chance.randrange(1, 3)}-abc",
                "location": "europe-west1",
            },
        },
        "labels": {"instanceId": f"00{chance.randrange(3)}7"},
        "severity": chance.choice(["DEBUG", "INFO", "INFO", "INFO", "NOTICE", "WARNING", "ERROR"]),
    }
    match chance.randrange(10):
        case 0 | 1 | 2 | 3:
            log["textPayload"] = chance.choice([
                f"checkout of order {place} done", 'INFO:     127.0.0.1:0 - "GET /ready HTTP/1.1" 200 OK',
                "\x1b[32mcart emptied\x1b[0m", "connection timeout ⚠️", "WARNING:  ", "ModuleNotFoundError: No module named 'demo'",
            ])  # fmt: skip
        case 4 | 5 | 6:
            log["jsonPayload"] = {
                "message": f"order {place} packed",
                "count": place,
                "user": {"name": "demo"},
            }
        case 7:
            del log["severity"]
            log["textPayload"] = chance.choice(
                ["[2026-04-01 08:00:00 +0000] [7] [ERROR] boom", "a line of no severity"]
            )
        case 8:
            log["logName"] = log["logName"].replace("stderr", "requests")
            log["httpRequest"] = {
                "requestMethod": "GET",
                "requestUrl": chance.choice(
                    ["https://demo.example/ws/chat?token=1", "https://demo.example/a?b=://c"]
                ),
                "status": chance.choice([200, 404, 503]),
                "latency": f"0.{chance.randrange(10**9):09d}s",
            }
        case _:
            log["logName"] = log["logName"].replace(
                "run.googleapis.com%2Fstderr", "cloudaudit.googleapis.com%2Factivity"
            )
            log["protoPayload"] = {
                "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
                "methodName": "google.cloud.run.v1.Services.ReplaceService",
                "resourceName": f"namespaces/demo-project/services/{service}",
                "status": {"code": 3, "message": "demo"},
            }  # fmt: skip
    return log
