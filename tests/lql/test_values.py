"""Conversion of text to the type of a field."""

import unicodedata

import pytest

from triage.lql.case_folding import fold_case
from triage.lql.values import to_bool, to_double, to_duration, to_int, to_severity, to_timestamp

DAY = 86_400_000_000_000


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-02", DAY),
        ("1970-01-02T00:00Z", DAY),
        ("1970-01-02T00:00", DAY),
        ("1970-01-02T00:00:00Z", DAY),
        ("1970-01-02T00:00:00.000000001Z", DAY + 1),
        ("1970-01-02T02:00:00+02:00", DAY),
        ("1970-01-01T16:00:00.5-0800", DAY + 500_000_000),
        ("1970-13-01T00:00:00Z", None),
        ("1970-01-01T25:00:00Z", None),
        ("2025-W01-1T10:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("now", None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_times_are_rfc_3339_or_dates(text: object, nanoseconds: int | None) -> None:
    assert to_timestamp(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [("1.5s", 1_500_000_000), ("-2ms", -2_000_000), ("0.000000001s", 1), ("2h", 7_200_000_000_000), ("3us", 3000),
     (".5m", 30_000_000_000), ("1", None), ("1 s", None), ("1d", None), ("s", None), ("1h30m", None), (1, None),
     ("9" * 500 + "s", None)],
)  # fmt: skip
def test_durations_are_a_number_and_a_unit(text: object, nanoseconds: int | None) -> None:
    assert to_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("-5", -5), ("+5", 5), (5.0, 5), ("5.0", None), (5.5, None), (True, None), ("٣", None), ("", None),
     (2**63, None), (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), ("9" * 5000, None), (float("inf"), None), ([], None)],
)  # fmt: skip
def test_integers_have_at_most_64_bits(text: object, number: int | None) -> None:
    assert to_int(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1e3", 1000.0), ("-.5", -0.5), ("1.", 1.0), ("INFINITY", float("inf")), ("1_000", None), ("0x1", None), ("inf", None),
     (10**400, float("inf")), (-(10**400), float("-inf")), (False, None), ("1e999", float("inf"))],
)  # fmt: skip
def test_doubles_are_numbers_nan_or_infinity(text: object, number: float | None) -> None:
    assert to_double(text) == number


def test_nan_equals_nothing() -> None:
    assert str(to_double("NaN")) == "nan"


def test_booleans_and_severities_ignore_case() -> None:
    assert [to_bool(word) for word in ("TRUE", "false", True, "yes", 1)] == [True, False, True, None, None]
    assert [to_severity(word) for word in ("critical", "500", 300, "LOUD")] == [600, 500, 300, None]


def test_case_folding_is_idempotent_and_ignores_case_width_and_invisible_characters() -> None:
    texts = ["ABC", "Straße", "ＡＢＣ", "ﬁ", "so\u00adft", "İ", "Å", "ΑΣ", "\u0345\u0300", "ﬀ\u200d"]
    for text in texts:
        assert fold_case(fold_case(text)) == fold_case(text)
        assert unicodedata.is_normalized("NFKC", fold_case(text))
    assert [fold_case(text) for text in texts[:5]] == ["abc", "strasse", "abc", "fi", "soft"]
