"""A filter as SQL, run by zetasql, matches every row that the matcher matches."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines.serving import inline_parameters
from tests.engines.tables import Log, log_analytics, sink
from triage.entries import api_form, decode
from triage.lql import LOG_ENTRY, matcher
from triage.lql.sql import to_sql
from triage.models import Entry, Record
from triage.reading.bigquery import column
from triage.reading.bigquery.rows import records

pytestmark = pytest.mark.engines


@pytest.fixture(autouse=True)
def installed() -> None:
    pytest.importorskip("zetasql", reason="the extra 'engines' is not installed: make test-engines")


_AT_ONCE = 25
#: Fields, and values that stand in the entries below, nearly stand there, or cannot be compared.
FIELDS = {
    "textPayload": ['"timeout"', '"TIMEOUT"', '"ｔｉｍｅｏｕｔ"', '"Straße"', '"a"', '""', "b"],
    "severity": ["ERROR", "warning", "DEFAULT", "300", '"none"'],
    "timestamp": ['"2026-04-01T08:00:02Z"', '"2026-04-01T08:00:02.0000005Z"', '"2026-04-01"', '"no time"'],
    "httpRequest.status": ["500", "503", "0", '"5e2"', "99999999999999999999"],
    "httpRequest.requestMethod": ["get", "POST", '""'],
    "httpRequest.latency": ['"0.5s"'],
    "resource.type": ["cloud_run_revision", '"CLOUD"'],
    "resource.labels.service_name": ["shop", '"SHOP"', '"sh"'],
    "labels.instanceid": ['"007"', "7", '"b"'],
    "jsonPayload.message": ['"order"', '"Order 1"', '"ö"', "5", "true", "NULL_VALUE", '"{"'],
    "jsonPayload.count": ["1", "1.0", '"1"', "true", "-3"],
    "jsonPayload.user.name": ["demo"],
    "jsonPayload.list": ["2", '"x"'],
    "insertId": ['"id01"', '"ID01"'],
    "logName": ['"stderr"', '"projects/demo/logs/run.googleapis.com%2Fstderr"'],
    "trace": ['""', '"t"'],
    "protoPayload.methodName": ['"m"'],
    "sourceLocation.line": ["12", "0"],
}
OTHERS = [
    'log_id("run.googleapis.com/stderr")', 'log_id("stdout")', "timeout", "Order", "500", '"googleapis"', '"a b"',
    'SEARCH("timeout")', 'ip_in_net(httpRequest.remoteIp, "10.0.0.0/8")', "jsonPayload.count:*", "labels.instanceid:*",
    "textPayload:*", "jsonPayload.none:*", "jsonPayload.list:*", 'textPayload=~"^time|out$"', 'textPayload!~"[^a-z]"',
    'jsonPayload.message=~"(?i)ORDER"', "severity=(ERROR OR INFO)", 'textPayload:("timeout" AND NOT "x")',
]  # fmt: skip


def entries(form: str) -> list[Log]:
    """Return entries with many values per field, or none."""
    texts = [
        "timeout",
        "a Timeout b",
        "ｔｉｍｅｏｕｔ",
        "STRASSE",
        "Straße",
        "",
        "b",
        "a\nb",
        None,
        None,
        None,
        None,
    ]
    payloads: list[Any] = [
        {"message": "Order 1", "count": 1}, {"message": "order ö", "count": "1"}, {"message": 5, "count": -3.0},
        {"message": {"x": 1}, "list": [1, 2], "user": {"name": "Demo"}}, {"message": "{", "count": True}, {"list": ["x"]},
    ]  # fmt: skip
    if form == "sink":
        payloads = [
            {"message": "Order 1", "count": 1},
            {"message": "order ö", "user": {"name": "Demo"}},
            {"list": [1, 2]},
        ] * 2
    severities = ["ERROR", "INFO", None, "WARNING", "DEBUG", "CRITICAL"]
    made = []
    for place, text in enumerate(texts * 2):
        log: Log = {
            "insertId": f"id{place:02d}",
            "timestamp": f"2026-04-01T08:00:0{place % 4}.{'000001' if place % 3 else '000000'}Z",
            "logName": f"projects/demo/logs/{['run.googleapis.com%2Fstderr', 'stdout'][place % 2]}",
            "resource": {"type": "cloud_run_revision", "labels": {"service_name": ["shop", "cart"][place % 2]}},
            "severity": severities[place % 6],
            "textPayload": text,
            "jsonPayload": payloads[place % 6] if text is None else None,
            "labels": {"instanceid": "007"} if place % 3 else None,
            "trace": "t1" if place % 4 == 0 else None,
            "httpRequest": {"requestMethod": "GET", "status": [500, 503, 200][place % 3], "latency": "0.5s"} if place % 5 == 0 else None,
            "sourceLocation": {"line": "12", "file": "a.py"} if place % 7 == 0 else None,
        }  # fmt: skip
        made.append({name: value for name, value in log.items() if value is not None})
    return made


def filters(count: int) -> Iterator[str]:
    """Yield each comparison alone, and a number of trees of them."""
    chance = random.Random(13)
    simple = [
        f"{name}{operator}{value}"
        for name, values in FIELDS.items()
        for value in values
        for operator in ("=", "!=", ":", "<", ">=")
    ] + OTHERS
    yield from simple
    for _ in range(count):
        parts = [chance.choice(["", "NOT "]) + chance.choice(simple) for _ in range(chance.randrange(2, 5))]
        tree = parts[0]
        for part in parts[1:]:
            tree = f"{chance.choice(['', 'NOT ', '-'])}({tree} {chance.choice(['AND', 'OR'])} {part})"
        yield tree


def matching_ids(conditions: list[str], relation: Any, name: str) -> list[set[str]]:
    """Return for each condition the insertIds of the matching rows."""
    from tests.engines import zeta

    columns = ", ".join(f"({sql}) IS NOT FALSE" for sql in conditions)
    rows = zeta.execute(
        f"""WITH logs AS (
          SELECT t.timestamp AS logged, TO_JSON(t, stringify_wide_numbers => TRUE) AS log FROM `{name}` AS t
        )
        SELECT JSON_VALUE({column(("insertId",))}), {columns} FROM logs""",  # noqa: S608 (conditions of ours)
        {},
        {name: relation},
    )
    return [{row[0] for row in rows if row[place + 1]} for place in range(len(conditions))]


def decode_rows(relation: Any, name: str) -> list[Entry]:
    """Return the entries of the rows of a table."""
    from tests.engines import zeta

    rows = zeta.execute(f"SELECT TO_JSON_STRING(t) FROM `{name}` AS t", {}, {name: relation})  # noqa: S608 (a name of ours)
    made = [
        decode(record)
        for record in records([("entry", *row, None, 1, 0, 0, None) for row in rows], name)
        if isinstance(record, Record)
    ]
    return [entry for entry in made if isinstance(entry, Entry)]


@pytest.mark.parametrize("form", ["_AllLogs", "sink"])
def test_condition_matches_every_row_that_the_filter_matches(form: str) -> None:
    logs = entries(form)
    relations = {"_AllLogs": log_analytics(logs)} if form == "_AllLogs" else sink(logs)
    asked = {text: found for text in filters(150) if (found := to_sql(text, column))}
    texts = list(asked)
    kept = exact = 0
    for name, relation in relations.items():
        rows = {entry.insert_id: api_form(entry, LOG_ENTRY) for entry in decode_rows(relation, name)}
        for start in range(0, len(texts), _AT_ONCE):
            batch = texts[start : start + _AT_ONCE]
            passes = matching_ids(
                [inline_parameters(asked[text].sql, asked[text].parameters) for text in batch], relation, name
            )
            for text, names in zip(batch, passes, strict=True):
                matches = matcher(text)
                matched = {name for name, row in rows.items() if matches(row)}
                assert matched <= names, (text, sorted(matched - names))
                kept += len(names) < len(rows)
                exact += names == matched

    assert len(asked) > 300
    assert kept > len(asked) / 3, "hardly a condition leaves a row out"
    assert exact > len(asked) / 3
