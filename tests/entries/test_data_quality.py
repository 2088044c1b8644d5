"""Suspected losses of data, from the statistics of a file."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.reading.logs import Log, lines, log, read_entries
from triage.entries import Entries
from triage.entries.data_quality import is_usual_limit
from triage.models import Coverage, ExportFile, Record, Skipped, Source
from triage.window import parse_timestamp

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def spread(count: int, minutes: float, **fields: Any) -> list[Log]:
    """Return a number of entries, spread evenly over some minutes."""
    step = timedelta(minutes=minutes) / max(count - 1, 1)
    return [
        log(number, timestamp=(START + number * step).isoformat(), receiveTimestamp=None, **fields)
        for number in range(count)
    ]


def coverage_of(entries: list[Log], **options: Any) -> Coverage:
    found = read_entries(lines(entries), **options)
    list(found)
    return found.coverage(0)


def test_round_count_in_a_short_window_is_a_suspected_limit() -> None:
    coverage = coverage_of(spread(100, 3.3))
    assert coverage.limit_suspected
    (gap,) = coverage.gaps
    assert gap.kind == "limit_suspected"
    assert gap.detail == (
        "exactly 100 entries between 2026-03-01T08:00:00.000000Z and 2026-03-01T08:03:18.000000Z (3 min 18 "
        "s): "
        "a --limit is likely to have cut others"
    )


@pytest.mark.parametrize("count", [49, 60, 99, 101])
def test_another_count_is_not_suspected(count: int) -> None:
    assert not coverage_of(spread(count, 4)).limit_suspected


def test_round_count_over_days_is_not_suspected() -> None:
    assert not coverage_of(spread(100, 60 * 24 * 2)).limit_suspected


def test_file_that_covers_the_requested_window_is_not_suspected() -> None:
    window = (1_772_352_060_000_000_000, 1_772_352_120_000_000_000)
    assert not coverage_of(spread(100, 4), requested=window).limit_suspected
    assert coverage_of(spread(100, 4), requested=(window[0] - 3_600_000_000_000, window[1])).limit_suspected


def test_two_severities_of_the_same_round_count_are_suspected() -> None:
    mixed = [entry | {"severity": severity} for severity in ("ERROR", "INFO") for entry in spread(50, 4)]
    odd = [entry | {"insertId": f"{number}-{entry['insertId']}"} for number, entry in enumerate(mixed)]
    (gap,) = coverage_of([*odd, log(1, severity="NOTICE")]).gaps
    assert gap.detail.startswith("exactly 50 entries of 2 severities each")


def test_limit_is_not_suspected_for_a_queried_table() -> None:
    entries = Entries([
        *(Record(line, Source("table", place)) for place, line in enumerate(lines(spread(100, 3.3)).splitlines(), 1)),
        ExportFile("table", "BigQuery", 100, queried=True),
    ])  # fmt: skip
    list(entries)

    assert entries.coverage(0).gaps == []


def test_skipped_entries_are_counted_with_their_times() -> None:
    first, last = (parse_timestamp(f"2026-03-0{day}T00:00:00Z") for day in (1, 2))
    entries = Entries([
        Skipped("table", outside=1, severities={"INFO": 3}, first=first, last=last),
        Skipped("table", severities={"DEBUG": 4}, first=first - 1000, last=first),
        ExportFile("table", "BigQuery", 7, queried=True),
    ])  # fmt: skip
    list(entries)
    coverage = entries.coverage(0)

    assert (coverage.records, coverage.outside, coverage.skipped) == (7, 1, 6)
    assert (coverage.first, coverage.last) == ("2026-02-28T23:59:59.999999Z", "2026-03-02T00:00:00.000000Z")


def test_usual_limits_are_recognized() -> None:
    assert [count for count in range(3001) if is_usual_limit(count)] == [
        50, 100, 200, 250, 300, 500, 1000, 2000, 2500, 3000
    ]  # fmt: skip


def test_lost_payloads_are_reported_if_most_are_lost() -> None:
    lost = [entry | {"jsonPayload": None} for entry in spread(7, 1)]
    coverage = coverage_of([*lost, *[log(number) for number in range(20, 23)]])
    assert [(gap.kind, gap.count) for gap in coverage.gaps] == [("payload_lost", 7)]
    assert coverage.without_payload == 7
    assert coverage_of([*lost, *[log(number) for number in range(20, 30)]]).gaps == []


def test_empty_text_is_not_a_lost_payload() -> None:
    coverage = coverage_of(spread(7, 1, jsonPayload=None, textPayload=""))
    assert (coverage.gaps, coverage.without_payload) == ([], 7)


def test_uncertain_times_are_reported() -> None:
    coverage = coverage_of([log(1), log(2, timestamp=None), log(3, timestamp="2026-03-01T02:00:00.000001Z")])
    assert [(gap.kind, gap.count) for gap in coverage.gaps] == [("uncertain_time", 2)]
