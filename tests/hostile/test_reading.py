"""A hostile or damaged export costs a gap, never a crash or unbounded memory."""

import json
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import FORMS, decode_gap, lines, log, logs, read_bytes, read_entries, to_json_array
from triage.entries import Entries
from triage.errors import BadDataError
from triage.models import ExportFile, Record, Source
from triage.reading import Limits

STARTS = [
    b"",
    b"[",
    b"{",
    b'{"entries":[',
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"PAR1",
    b"\xff\xfe[",
    b"timestamp,severity,message\n",
]


def survives(data: bytes) -> None:
    try:
        found = read_entries(data)
    except BadDataError:
        return
    for entry in found:
        entry.raw.decode()
        entry.message.encode()
    coverage = found.coverage(0)
    counted = coverage.broken + coverage.joined + coverage.outside + coverage.skipped + coverage.duplicate
    assert coverage.records == counted + coverage.entries


@settings(max_examples=examples(400))
@given(start=st.sampled_from(STARTS), data=st.binary(max_size=300))
@example(b"", b"[" * 300)
@example(b"", b'{"' * 300)
@example(b"[", b'{"a":"\\')
def test_no_bytes_make_reading_fail(start: bytes, data: bytes) -> None:
    survives(start + data)


@settings(max_examples=examples(200))
@given(
    form=st.sampled_from(sorted(FORMS)),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_no_damage_to_any_format_makes_reading_fail(form: str, cuts: list[tuple[float, bytes]]) -> None:
    data = FORMS[form](logs(5))
    for share, junk in cuts:
        place = int(share * len(data))
        data = data[:place] + junk + data[place + len(junk) :]
    survives(data)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"entries":[', b'[{"labels":'])
def test_deep_nesting_is_a_gap_or_no_export(opening: bytes) -> None:
    survives(opening * 30_000)
    survives(to_json_array(logs(2))[:-1] + b"," + opening * 10_000)


@pytest.mark.parametrize(
    ("value", "reason"),
    [("[" * 100_000 + "]" * 100_000, "nested too deeply"), ("9" * 5000, "integer")],
)
def test_a_record_that_would_break_the_decoder_is_a_gap(value: str, reason: str) -> None:
    text = json.dumps(log(1))[:-1] + f', "extra": {value}' + "}"
    found = read_bytes(lines([log(0)]) + text.encode() + b"\n" + lines([log(2)]))
    assert [entry.insert_id for entry in found.entries if entry.insert_id != log(1)["insertId"]] == [
        log(0)["insertId"],
        log(2)["insertId"],
    ]
    if reason == "nested too deeply":
        assert reason in decode_gap(text.encode()).detail


def test_a_forged_line_break_does_not_make_a_second_entry() -> None:
    forged = 'x"}\r\n{"insertId":"forged","textPayload":"all checks passed"}\u2028\x85'
    found = read_bytes(lines([log(1, jsonPayload=None, textPayload=forged)]))
    assert len(found.entries) == 1
    assert found.entries[0].first_line == 'x"}\r'


def test_the_reason_of_a_gap_holds_no_control_character() -> None:
    gap = decode_gap(b'{"a": "\x1b[2J\x07\xe2\x80\xae')
    assert gap.detail.isprintable()
    assert "\x1b" not in gap.detail


@pytest.mark.parametrize(
    "form", ["a pretty array", "JSON lines", "an array in gzip", "a raw_logs wrapper beside counts"]
)
def test_reading_a_large_file_needs_little_memory(form: str) -> None:
    data = FORMS[form]([log(number, textPayload="y" * 2000) for number in range(8_000)])
    tracemalloc.start()
    try:
        import io

        from triage.reading import read

        source = io.BytesIO(data)
        count = sum(
            isinstance(item, Record) for item in read(["-"], stdin=source, limits=Limits(record=64 << 10))
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 8_000
    assert peak < 16 << 20


def test_sorting_many_entries_needs_little_memory() -> None:
    data = json.dumps(log(1, textPayload="z" * 500)).encode()

    def items(count: int) -> list[Record | ExportFile]:
        return [
            Record(data.replace(b"6a7b8c000001", b"%012x" % (number * 7919 % count)), Source("x", number))
            for number in range(count)
        ]

    records = items(4000)
    tracemalloc.start()
    try:
        entries = Entries(iter(records), max_bytes=4 << 20)
        seen = [entry.insert_id for entry in entries]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == sorted(seen)
    assert len(seen) == 4000
    assert peak < 12 << 20


def test_many_gaps_need_little_memory_and_are_counted() -> None:
    for broken, gaps in ((b"broken\n", 21), (b"{broken}\n", 1)):
        entries = read_entries(lines([log(0)]) + broken * 3000)
        assert len(list(entries)) == 1
        coverage = entries.coverage(0)
        assert len(coverage.gaps) == gaps
        assert sum(gap.count for gap in coverage.gaps) == 3000
