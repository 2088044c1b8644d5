"""The statement that reads a table."""

import re
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Golden
from triage.models import Condition
from triage.reading.bigquery import TableQuery, build_statement, parse_address
from triage.reading.bigquery.script import to_script

GOLDEN = Path(__file__).parent / "golden"
ALL_LOGS = parse_address("bigquery://demo-project.logs._AllLogs")
BY_DAY = parse_address("bigquery://demo-project.logs.stderr_*")
SECOND = 10**9
NOON = 1_774_958_400 * SECOND


def test_statement_matches_the_golden_file(golden: Golden) -> None:
    query = TableQuery(
        services=("shop",),
        revisions=("shop-0*",),
        instances=("007",),
        since=NOON,
        until=NOON + SECOND,
        within=Condition("log.a = @f0", {"f0": "b"}),
        literals=["Failed (non-critical)", 'a "quoted" line'],
    )

    golden(GOLDEN / "statement.sql", to_script(build_statement(ALL_LOGS, query)))


@given(st.text(min_size=1), st.lists(st.text(min_size=1), min_size=1))
def test_statement_text_holds_no_value(name: str, words: list[str]) -> None:
    within = Condition("log.a = @f0", {"f0": name})

    asked = build_statement(
        ALL_LOGS, TableQuery(services=(name,), revisions=(name,), since=1, within=within, literals=words)
    )
    plain = build_statement(
        ALL_LOGS, TableQuery(services=("x",), revisions=("x",), since=1, within=Condition("log.a = @f0", {}), literals=["x"])
    )  # fmt: skip

    glob = any(mark in name for mark in "*?[")
    assert glob or asked.sql == plain.sql


@given(st.text(alphabet="ab*?[]!-.\n", max_size=8), st.text(alphabet="ab.-]![\n", max_size=8))
def test_regex_of_a_glob_matches_at_least_its_names(pattern: str, name: str) -> None:
    asked = build_statement(ALL_LOGS, TableQuery(services=(pattern,)))
    values = asked.parameters["services"]

    taken = (
        name in values
        if isinstance(values, list)
        else re.search(str(values).replace("$", r"\Z"), name) is not None
    )
    assert taken or not fnmatchcase(name, pattern)


def test_times_are_widened_to_microseconds() -> None:
    asked = build_statement(ALL_LOGS, TableQuery(since=NOON + 1999, until=NOON + 2001))

    assert asked.parameters == {
        "since": datetime(2026, 3, 31, 12, 0, 0, 1, tzinfo=UTC),
        "until": datetime(2026, 3, 31, 12, 0, 0, 3, tzinfo=UTC),
    }


def test_daily_tables_outside_the_window_are_not_read() -> None:
    midnight = NOON + 12 * 3600 * SECOND

    asked = build_statement(BY_DAY, TableQuery(since=NOON, until=midnight))

    assert "_TABLE_SUFFIX >= @first_day AND t.timestamp < @until AND _TABLE_SUFFIX <= @last_day" in asked.sql
    assert (asked.parameters["first_day"], asked.parameters["last_day"]) == ("20260331", "20260331")


def test_every_entry_is_queried_without_literals() -> None:
    asked = build_statement(ALL_LOGS, TableQuery())

    assert "WHEN TRUE THEN 'entry'" in asked.sql
    assert asked.parameters == {}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('a"b\\c\nd', r'"a\"b\\c\nd"'),
        ("\x1b\u2028", '"\\U0000001b\\U00002028"'),
        ("ü 🔴", '"ü 🔴"'),
        ([], "CAST([] AS ARRAY<STRING>)"),
        (["a", "b"], 'CAST(["a", "b"] AS ARRAY<STRING>)'),
        (-3, "-3"),
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), 'TIMESTAMP "2026-01-02T03:04:05.000006+00:00"'),
    ],
)
def test_a_script_writes_each_value_as_googlesql_does(
    value: str | int | list[str] | datetime, written: str
) -> None:
    assert f"{written} AS f0;" in to_script(Condition("SELECT @f0", {"f0": value}))
