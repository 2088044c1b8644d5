"""Times as people write them."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.window import NANOSECONDS, format_timestamp, parse_duration, parse_time

NOW = datetime(2025, 9, 16, 0, 43, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")


def read(text: str, zone: tzinfo = UTC, now: datetime = NOW) -> str:
    return format_timestamp(parse_time(text, now=now, zone=zone)).replace(".000000Z", "Z")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("90m", "2025-09-15T23:13:00Z"),
        ("2h", "2025-09-15T22:43:00Z"),
        ("2h ago", "2025-09-15T22:43:00Z"),
        ("now", "2025-09-16T00:43:00Z"),
        ("2025-09-13", "2025-09-13T00:00:00Z"),
        ("2025-09-13 PDT", "2025-09-13T07:00:00Z"),
        ("2025-09-13 17:43 PDT", "2025-09-14T00:43:00Z"),
        ("2025-09-13 17:43 pdt", "2025-09-14T00:43:00Z"),
        ("2025-09-13 5:43 PM PDT", "2025-09-14T00:43:00Z"),
        ("2025-09-13 12:05am UTC", "2025-09-13T00:05:00Z"),
        ("2025-09-13T17:43Z", "2025-09-13T17:43:00Z"),
        ("2025-09-13T17:43:01.123456789Z", "2025-09-13T17:43:01.123456789Z"),
        ("2025-09-13T17:43:00-07:00", "2025-09-14T00:43:00Z"),
        ("2025-09-13 17:43 +0530", "2025-09-13T12:13:00Z"),
        ("2025-09-13 17:43 UTC+2", "2025-09-13T15:43:00Z"),
        ("2025-09-13 17:43 PT", "2025-09-14T00:43:00Z"),
        ("2025-12-13 17:43 PT", "2025-12-14T01:43:00Z"),
        ("2025-09-13 17:43 Europe/Zurich", "2025-09-13T15:43:00Z"),
        ("2025-11-02 01:30 PDT", "2025-11-02T08:30:00Z"),
        ("2025-11-02 01:30 PST", "2025-11-02T09:30:00Z"),
    ],
)
def test_time_is_parsed(text: str, meant: str) -> None:
    assert read(text) == meant
    assert read(text, PACIFIC) == meant


def test_time_without_a_zone_is_accepted_where_local_time_is_utc() -> None:
    assert read("2025-09-13 17:43") == "2025-09-13T17:43:00Z"


def test_local_time_can_be_requested() -> None:
    assert read("2025-09-13 17:43 local", PACIFIC) == "2025-09-14T00:43:00Z"


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("2025-09-13 17:43", "2025-09-13T17:43:00Z", "2025-09-13T17:43:00-07:00"),
        ("17:43", "2025-09-16 17:43 UTC", "2025-09-15 17:43 local"),
        ("03/04/2025", "2025-03-04", "2025-04-03"),
        ("3/4/2025 17:43 PDT", "2025-03-04 17:43 PDT", "2025-04-03 17:43 PDT"),
        ("2025-11-02 01:30 PT", "2025-11-02T01:30:00-07:00", "2025-11-02T01:30:00-08:00"),
        ("2025-11-02 01:30 local", "2025-11-02T01:30:00-07:00", "2025-11-02T01:30:00-08:00"),
        ("2025-12-13 17:43 PDT", "2025-12-13T17:43:00-07:00", "2025-12-13T17:43:00-08:00"),
        ("2025-09-13 17:43 CST", "2025-09-13T17:43:00-06:00", "2025-09-13T17:43:00+08:00"),
        ("2025-09-13 17:43 IST", "2025-09-13T17:43:00+05:30", "2025-09-13T17:43:00+02:00"),
        ("1M", "1m", "30d"),
        ("90", "90m", "90s"),
    ],
)
def test_ambiguous_time_is_refused_with_both_readings(text: str, first: str, second: str) -> None:
    with pytest.raises(UsageError, match="could mean two things") as refused:
        read(text, PACIFIC)
    assert first in refused.value.message
    assert second in refused.value.message


@pytest.mark.parametrize("text", ["03/04/2025", "2025-09-13 17:43", "90"])
def test_each_suggested_reading_is_accepted(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text, PACIFIC)
    readings = refused.value.message.partition("things: ")[2].split(" or ")
    assert all(read(reading.removesuffix(" (local time)"), PACIFIC) for reading in readings)


def test_time_skipped_by_a_clock_change_is_refused() -> None:
    with pytest.raises(UsageError, match="does not exist") as refused:
        read("2025-03-09 02:30 PT")
    assert refused.value.hint == "write 2025-03-09T01:30:00-08:00 or 2025-03-09T03:30:00-07:00"


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2025-02-30", "2025-13-01", "2025-09-13 25:00 UTC", "2025-09-13 13:00 pm UTC",
     "2025-09-13 17:43 Nowhere/Land", "2025-09-13 17:43 ../../etc/passwd", "2025-09-13 17:43 +99:00",
     "0001-01-01 PDT", "9999-12-31 23:59 PST", "13/09/2025", "1 fortnight", "2025-9-13"],
)  # fmt: skip
def test_invalid_time_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("now", "meant"),
    [
        ("2025-09-16T00:20:00Z", "2025-09-15T23:50:00Z"),
        ("2025-11-02T09:10:00Z", "2025-11-02T08:40:00Z"),
        ("2025-03-09T10:10:00Z", "2025-03-09T09:40:00Z"),
        ("2026-01-01T00:10:00+02:00", "2025-12-31T21:40:00Z"),
    ],
)
def test_duration_is_elapsed_time_across_clock_changes(now: str, meant: str) -> None:
    with freeze_time(now):
        assert read("30m", PACIFIC, datetime.now(UTC)) == meant


@settings(deadline=None)
@given(st.integers(1, 999), st.sampled_from(["s", "m", "h", "d", "w", " minutes", "hrs"]))
def test_duration_parts_add_up(amount: int, unit: str) -> None:
    one = parse_duration(f"1{unit}")
    assert parse_duration(f"{amount}{unit}") == amount * one
    assert parse_duration(f"{amount}{unit}1s") == amount * one + NANOSECONDS


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with suppress(UsageError):
        parse_time(text, now=NOW, zone=PACIFIC)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no TZ")
@pytest.mark.parametrize(
    ("zone", "meant"),
    [("America/Los_Angeles", 1757810580), ("Asia/Kolkata", 1757765580), ("UTC", 1757785380)],
)
def test_default_local_time_is_the_systems(zone: str, meant: int) -> None:
    program = (
        "from datetime import UTC, datetime; from triage.window import parse_time;"
        "print(parse_time('2025-09-13 17:43 local', now=datetime.now(UTC)) // 10**9)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"TZ": zone}, capture_output=True, check=True
    )
    assert int(run.stdout) == meant
