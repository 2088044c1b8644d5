"""Filters as SQL. That no row is lost is tested in tests/engines."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.lql import FilterError
from triage.lql.sql import to_sql
from triage.lql.strings import quote_string


def column(keys: tuple[str, ...], key: str) -> str:
    """Return the SQL of a field as these tests expect it."""
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
def test_untranslatable_filters_give_no_sql(text: str) -> None:
    assert to_sql(text, column) is None


def test_untranslatable_parts_become_null() -> None:
    found = to_sql('severity=ERROR AND NOT (SEARCH("x") OR textPayload:"y")', column)

    assert found is not None
    assert found.sql.startswith(
        "(CASE WHEN UPPER(IFNULL(JSON_VALUE(severity), 'DEFAULT')) IN UNNEST(@f0) THEN TRUE"
    )
    assert " AND NOT ((NULL OR CASE IFNULL(JSON_TYPE(textPayload), 'null')" in found.sql


def test_a_severity_comparison_lists_severity_names() -> None:
    found = to_sql("severity>=ERROR", column)

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
def test_nanosecond_bounds_select_the_same_rows_as_entries(text: str, sql: str, microsecond: int) -> None:
    found = to_sql(text, column)

    assert found is not None
    assert found.sql == sql
    assert found.parameters == {"f0": datetime(2026, 1, 1, microsecond=microsecond, tzinfo=UTC)}


@given(st.text(min_size=1, max_size=20), st.sampled_from(["=", "!=", ":", "<", ">="]))
def test_values_and_keys_are_bound_as_parameters(word: str, operator: str) -> None:
    found = to_sql(f"jsonPayload.{quote_string(word)}{operator}{quote_string(word)}", column)
    plain = to_sql(f'jsonPayload.a{operator}"a"', column)

    assert plain is not None
    assert found is None or found.sql == plain.sql


@pytest.mark.parametrize("text", ["a = (", "thud=1", "sample(insertId, 0.5)", 'textPayload=~"("'])
def test_an_invalid_filter_is_rejected(text: str) -> None:
    with pytest.raises(FilterError):
        to_sql(text, column)
