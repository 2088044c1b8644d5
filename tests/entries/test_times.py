"""Times as every exporter writes them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triage.entries.times import parse_nanoseconds, to_rfc3339
from triage.window import format_timestamp, parse_timestamp

NOON = 1_772_366_400_000_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01T12:00:00.5Z", NOON + 500_000_000),
        ("2026-03-01T12:00:00.123456789Z", NOON + 123_456_789),
        ("2026-03-01T13:30:00.000001+01:30", NOON + 1000),
        ("2026-03-01T04:00:00-0800", NOON),
        ("2026-03-01 12:00:00.000001 UTC", NOON + 1000),
        ("2026-03-01 13:00:00.000001+01", NOON + 1000),
        ("2026-03-01 12:00:00", NOON),
        ("2026-03-01T12:00:60.5Z", NOON + 59_999_999_999),
    ],
)
def test_a_time_is_nanoseconds_in_utc(text: str, expected: int) -> None:
    assert parse_nanoseconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30T12:00:00.1Z", "2026-03-01", "0001-01-01T00:00:00.1+23:00"]
)
def test_invalid_time_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|day"):
        parse_nanoseconds(text)


@given(st.integers(0, 4_102_444_800_000_000_000))
@example(0)
def test_cached_parsing_equals_full_parsing(moment: int) -> None:
    text = format_timestamp(moment)
    assert parse_nanoseconds(text) == parse_timestamp(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        1_772_366_400,
        1_772_366_400.0,
        "1772366400",
        "1.7723664E9",
        1_772_366_400_000,
        1_772_366_400_000_000,
        NOON,
        {"seconds": "1772366400"},
        {"seconds": 1_772_366_400, "nanos": 0},
    ],
)
def test_unit_of_a_number_depends_on_its_size(value: object) -> None:
    assert parse_nanoseconds(to_rfc3339(value) or "") == NOON


def test_bigquery_seconds_keep_their_microseconds() -> None:
    assert to_rfc3339("1.757983379910682E9") == "2025-09-16T00:42:59.910682Z"


@pytest.mark.parametrize("value", [None, "", True, [], float("nan"), 1e300, "NaN"])
def test_value_without_a_time_is_none(value: object) -> None:
    assert to_rfc3339(value) is None


@pytest.mark.parametrize(
    "value", [{"seconds": 1, "nanos": [5]}, {"seconds": [1]}, {"seconds": "soon"}, -99999999999]
)
def test_invalid_protobuf_time_is_none(value: object) -> None:
    assert to_rfc3339(value) is None
