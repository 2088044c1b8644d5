"""Entries of any input: deduplicated, sorted, every record counted."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import FORMS, Log, lines, log, logs, read_entries, to_snake_case, without_source
from triage.entries import Entries
from triage.models import Coverage, Entry, Gap

ALL = st.randoms(use_true_random=False)


def without_sources(entries: Entries) -> list[Entry]:
    return [without_source(entry) for entry in entries]


def coverage_of(entries: Entries) -> Coverage:
    list(entries)
    return entries.coverage(0)


def various() -> list[Log]:
    """Return entries with ties, without insertId, of other projects and with parts."""
    moment = "2026-03-01T08:00:00.001234"
    other = {"type": "cloud_run_revision", "labels": {"project_id": "other", "service_name": "shop-api"}}
    unnamed = {"insertId": None, "timestamp": f"{moment}Z"}
    parts = [
        log(30 + index, textPayload=text, split={"uid": "u1", "index": index, "totalSplits": 3})
        for index, text in enumerate(["one ", "two ", "three"])
    ]
    return [
        *logs(6),
        *(log(number, timestamp=f"{moment}{number:03d}Z") for number in range(10, 14)),
        *(log(20, textPayload=f"unnamed {text}", **unnamed) for text in "abc"),
        log(20, textPayload="unnamed a", labels={"instanceId": "other"}, **unnamed),
        log(3, resource=other, logName="projects/other/logs/run.googleapis.com%2Fstderr"),
        *parts,
    ]


def test_entries_come_in_order_of_time_log_and_insert_id() -> None:
    entries = list(read_entries(lines(various())))
    assert [entry.order_key for entry in entries] == sorted(entry.order_key for entry in entries)
    assert len(entries) == 6 + 4 + 4 + 1 + 1


@settings(max_examples=examples(80))
@given(
    rng=ALL,
    form=st.sampled_from(sorted(FORMS)),
    files=st.integers(1, 4),
    max_bytes=st.sampled_from([1, 9000, 1 << 20]),
)
def test_shuffle_splitting_duplication_and_encoding_change_nothing(
    rng: random.Random, form: str, files: int, max_bytes: int
) -> None:
    expected = without_sources(read_entries(lines(various())))
    # A form that groups or nests may not hold an entry without insertId twice: only those with one are
    # doubled.
    doubled = various() + [entry for entry in various() if "insertId" in entry and rng.random() < 0.5]
    rng.shuffle(doubled)
    parts = [doubled[number::files] for number in range(files)]
    assert (
        without_sources(read_entries(*(FORMS[form](part) for part in parts), max_bytes=max_bytes)) == expected
    )


@settings(max_examples=examples(50))
@given(rng=ALL, max_bytes=st.sampled_from([1, 1 << 20]))
def test_every_record_is_counted_once(rng: random.Random, max_bytes: int) -> None:
    rows = [json.dumps(entry) for entry in rng.choices(various(), k=40)] + ["{broken"] * rng.randrange(3)
    rng.shuffle(rows)
    data = "\n".join([json.dumps(log(99)), *rows]).encode() + b"\n"
    entries = read_entries(
        data,
        max_bytes=max_bytes,
        within=lambda entry: entry.project != "other",
        keep=lambda entry: entry.instance != "00aa0001",
    )
    given_out = len(list(entries))
    coverage = entries.coverage(matched=given_out // 2)
    assert coverage.records == 41 + coverage.broken
    assert coverage.records == (
        coverage.broken
        + coverage.joined
        + coverage.outside
        + coverage.skipped
        + coverage.duplicate
        + given_out
    )
    assert coverage.entries == given_out == coverage.matched + coverage.unmatched


def test_entries_are_the_same_when_time_to_the_microsecond_and_insert_id_are() -> None:
    same = [
        log(1),
        to_snake_case(log(1, timestamp="2026-03-01T09:00:01.001234+01:00")),
        log(1, timestamp="2026-03-01T08:00:01.001234999Z"),
    ]
    assert len(list(read_entries(lines(same)))) == 1
    assert len(list(read_entries(lines([log(1), log(1, timestamp="2026-03-01T08:00:01.001235Z")])))) == 2


def test_entries_of_two_projects_are_two_and_one_without_project_is_either() -> None:
    other = log(1, resource={"labels": {"project_id": "other"}, "type": "x"})
    without = log(1, resource=None, logName=None)
    assert len(list(read_entries(lines([log(1), other])))) == 2
    assert len(list(read_entries(lines([without, log(1), other, without])))) == 2
    assert len(list(read_entries(lines([without, without])))) == 1


def test_entries_without_insert_id_are_never_dropped() -> None:
    assert len(list(read_entries(lines([log(1, insertId=None)] * 3)))) == 3


def test_most_complete_duplicate_is_kept() -> None:
    poor = log(1, jsonPayload=None, receiveTimestamp=None, logName=None)
    for copies in ([poor, log(1)], [log(1), poor]):
        assert [without_source(entry) for entry in read_entries(lines(copies))] == without_sources(
            read_entries(lines([log(1)]))
        )


def test_outside_and_skipped_entries_are_counted_and_not_yielded() -> None:
    entries = read_entries(
        lines(logs(9)), within=lambda entry: entry.line != 103, keep=lambda entry: (entry.line or 0) < 106
    )
    assert [entry.line for entry in entries] == [100, 101, 102, 104, 105]
    coverage = entries.coverage(2)
    assert (coverage.outside, coverage.skipped, coverage.entries, coverage.unmatched) == (1, 3, 5, 3)


def test_coverage_has_the_files_and_the_requested_window() -> None:
    requested = (1_772_348_400_000_000_000, None)
    entries = read_entries(
        lines([log(2, severity=None), log(1)]), FORMS["an array in gzip"]([log(7)]), requested=requested
    )
    coverage = coverage_of(entries)
    assert coverage.files == ["file-0", "file-1"]
    assert coverage.forms == ["JSON lines", "JSON array, gzip"]
    assert coverage.window_asked == ("2026-03-01T07:00:00.000000Z", None)
    assert (coverage.first, coverage.last) == ("2026-03-01T08:00:01.001234Z", "2026-03-01T08:00:07.001234Z")
    assert (coverage.records, coverage.without_severity) == (3, 1)
    assert coverage.services == {"shop-api": 3}


def test_empty_export_has_empty_coverage() -> None:
    coverage = coverage_of(read_entries(b"[]"))
    assert (coverage.records, coverage.first, coverage.last, coverage.gaps) == (0, None, None, [])


def test_gaps_of_reading_and_decoding_are_in_the_coverage() -> None:
    coverage = coverage_of(
        read_entries(lines([log(1), log(2, timestamp=None, receiveTimestamp=None)]) + b'{"insertId": "cut')
    )
    assert [(gap.kind, gap.path, gap.position) for gap in coverage.gaps] == [
        ("broken_record", "file-0", 2),
        ("cut_file", "file-0", 3),
    ]
    assert (coverage.records, coverage.broken) == (2, 1)


def test_a_gap_of_parts_is_no_record() -> None:
    part = log(1, split={"uid": "u", "index": 0, "totalSplits": 2})
    coverage = coverage_of(read_entries(lines([part])))
    assert [gap.kind for gap in coverage.gaps if isinstance(gap, Gap)] == ["missing_part"]
    assert (coverage.records, coverage.entries) == (1, 1)
