"""A filter as SQL: what is asked of a table, and what is left to the matcher. That it loses no row: tests/engines."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.lql import FilterError
from triage.lql.sql import condition
from triage.lql.strings import written


def column(keys: tuple[str, ...], key: str) -> str:
    """Return the place of a field as these tests read it."""
    return ".".join(keys) + (f"[{key}]" if key else "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        'SEARCH("timeout")',
        'ip_in_net(httpRequest.remoteIp, "10.0.0.0/8")',
        'cast(timestamp, STRING) =~ "2026"',
        'httpRequest.latency>"1s"',
        'protoPayload.methodName="m"',
        'jsonPayload.user.name="demo"',
        'errorGroups.id="x"',
        "textPayload:*",
        '"500"',
        '"two words"',
        'jsonPayload.a=NULL_VALUE OR NOT SEARCH("b")',
    ],
)
def test_what_sql_cannot_tell_of_any_row_is_left_to_the_matcher(text: str) -> None:
    assert condition(text, column) is None


def test_parts_that_sql_cannot_tell_stay_unknown_among_the_others() -> None:
    found = condition('severity=ERROR AND NOT (SEARCH("x") OR textPayload:"y")', column)

    assert found is not None
    assert found.sql.startswith(
        "(CASE WHEN UPPER(IFNULL(JSON_VALUE(severity), 'DEFAULT')) IN UNNEST(@f0) THEN TRUE"
    )
    assert " AND NOT ((NULL OR CASE IFNULL(JSON_TYPE(textPayload), 'null')" in found.sql


def test_a_severity_is_asked_for_by_its_names() -> None:
    found = condition("severity>=ERROR", column)

    assert found is not None
    assert found.parameters == {
        "f0": ["ERROR", "CRITICAL", "ALERT", "EMERGENCY"],
        "f1": ["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING"],
    }


@pytest.mark.parametrize(
    ("text", "sql", "microsecond"),
    [
        ('timestamp>="2026-01-01T00:00:00.0000015Z"', "logged >= @f0", 2),
        ('timestamp>"2026-01-01T00:00:00.0000015Z"', "logged > @f0", 1),
        ('timestamp<"2026-01-01T00:00:00.0000015Z"', "logged < @f0", 2),
        ('timestamp<="2026-01-01T00:00:00.0000015Z"', "logged <= @f0", 1),
        ('timestamp="2026-01-01T00:00:00.000001Z"', "logged = @f0", 1),
    ],
)  # fmt: skip
def test_a_time_between_two_microseconds_divides_rows_as_it_divides_entries(
    text: str, sql: str, microsecond: int
) -> None:
    found = condition(text, column)

    assert found is not None
    assert found.sql == sql
    assert found.parameters == {"f0": datetime(2026, 1, 1, microsecond=microsecond, tzinfo=UTC)}


@given(st.text(min_size=1, max_size=20), st.sampled_from(["=", "!=", ":", "<", ">="]))
def test_no_value_and_no_key_of_a_filter_stands_in_its_sql(word: str, operator: str) -> None:
    found = condition(f"jsonPayload.{written(word)}{operator}{written(word)}", column)
    plain = condition(f'jsonPayload.a{operator}"a"', column)

    assert plain is not None
    assert found is None or found.sql == plain.sql


@pytest.mark.parametrize("text", ["a = (", "thud=1", "sample(insertId, 0.5)", 'textPayload=~"("'])
def test_a_filter_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        condition(text, column)
