"""Severities by name and by number."""

import pytest

from triage.entries.severity import parse_severity


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ERROR", "ERROR"),
        ("error", "ERROR"),
        (" Warn ", "WARNING"),
        ("FATAL", "CRITICAL"),
        ("SUCCESS", "NOTICE"),
        (500, "ERROR"),
        ("500", "ERROR"),
        (550, "ERROR"),
        (30, "WARNING"),
        ("DEFAULT", ""),
        (0, ""),
        ("", ""),
        (None, ""),
        ("LOUD", ""),
        (-5, ""),
        (10**30, ""),
    ],
)
def test_a_severity_is_its_name(value: str | int | None, expected: str) -> None:
    assert parse_severity(value) == expected
