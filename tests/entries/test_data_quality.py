"""What a file's numbers give reason to doubt."""

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
    """Return so many entries, evenly over so many minutes."""
    step = timedelta(minutes=minutes) / max(count - 1, 1)
    return [
        log(number, timestamp=(START + number * step).isoformat(), receiveTimestamp=None, **fields)
        for number in range(count)
    ]


def account(entries: list[Log], **options: Any) -> Coverage:
    found = read_entries(lines(entries), **options)
    list(found)
    return found.coverage(0)


def test_a_round_count_over_a_short_window_is_suspected_to_be_a_limit() -> None:
    coverage = account(spread(100, 3.3))
    assert coverage.limit_suspected
    (gap,) = coverage.gaps
    assert gap.kind == "limit_suspected"
    assert gap.detail == (
        "exactly 100 entries between 2026-03-01T08:00:00.000000Z and 2026-03-01T08:03:18.000000Z (3 min 18 s): "
        "a --limit is likely to have cut others"
    )


@pytest.mark.parametrize("count", [49, 60, 99, 101])
def test_another_count_is_not_suspected(count: int) -> None:
    assert not account(spread(count, 4)).limit_suspected


def test_a_round_count_over_days_is_chance() -> None:
    assert not account(spread(100, 60 * 24 * 2)).limit_suspected


def test_a_file_that_reaches_over_the_window_asked_for_lacks_nothing_in_it() -> None:
    window = (1_772_352_060_000_000_000, 1_772_352_120_000_000_000)
    assert not account(spread(100, 4), requested=window).limit_suspected
    assert account(spread(100, 4), requested=(window[0] - 3_600_000_000_000, window[1])).limit_suspected


def test_two_severities_of_the_same_round_count_are_suspected() -> None:
    mixed = [entry | {"severity": severity} for severity in ("ERROR", "INFO") for entry in spread(50, 4)]
    odd = [entry | {"insertId": f"{number}-{entry['insertId']}"} for number, entry in enumerate(mixed)]
    (gap,) = account([*odd, log(1, severity="NOTICE")]).gaps
    assert gap.detail.startswith("exactly 50 entries of 2 severities each")


def test_no_limit_is_suspected_of_a_table_that_was_asked_for_all() -> None:
    entries = Entries([
        *(Record(line, Source("table", place)) for place, line in enumerate(lines(spread(100, 3.3)).splitlines(), 1)),
        ExportFile("table", "BigQuery", 100, queried=True),
    ])  # fmt: skip
    list(entries)

    assert entries.coverage(0).gaps == []


def test_what_was_only_counted_is_counted_and_timed() -> None:
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


def test_usual_limits_are_told_from_other_numbers() -> None:
    assert [count for count in range(3001) if is_usual_limit(count)] == [
        50, 100, 200, 250, 300, 500, 1000, 2000, 2500, 3000
    ]  # fmt: skip


def test_payloads_that_the_exporter_lost_are_told_when_most_are() -> None:
    lost = [entry | {"jsonPayload": None} for entry in spread(7, 1)]
    coverage = account([*lost, *[log(number) for number in range(20, 23)]])
    assert [(gap.kind, gap.count) for gap in coverage.gaps] == [("payload_lost", 7)]
    assert coverage.without_payload == 7
    assert account([*lost, *[log(number) for number in range(20, 30)]]).gaps == []


def test_empty_texts_that_the_service_logged_are_no_loss_of_the_exporter() -> None:
    coverage = account(spread(7, 1, jsonPayload=None, textPayload=""))
    assert (coverage.gaps, coverage.without_payload) == ([], 7)


def test_uncertain_times_are_told() -> None:
    coverage = account([log(1), log(2, timestamp=None), log(3, timestamp="2026-03-01T02:00:00.000001Z")])
    assert [(gap.kind, gap.count) for gap in coverage.gaps] == [("uncertain_time", 2)]
