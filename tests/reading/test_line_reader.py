"""JSON lines: a broken line is a gap, and the others are read."""

from hypothesis import given
from hypothesis import strategies as st

from tests.reading.logs import lines, log, logs, read_bytes
from triage.reading import Limits


def test_a_broken_line_is_left_to_the_decoder_and_the_rest_is_read() -> None:
    good = lines(logs(3)).splitlines(keepends=True)
    found = read_bytes(b"".join([good[0], b'{"insertId": "cut he', b"\n", good[1], good[2]]))
    assert len(found.records) == 4
    assert len(found.entries) == 3


def test_line_without_its_beginning_is_a_broken_record() -> None:
    data = lines(logs(3))
    found = read_bytes(data[20:])
    assert [(gap.kind, gap.position) for gap in found.gaps] == [("broken_record", 1)]
    assert len(found.records) == 2


def test_text_around_the_lines_is_not_a_record() -> None:
    found = read_bytes(b"WARNING: The following filter was used\n" + lines(logs(2)) + b"Listed 2 items.\n")
    assert [(gap.kind, gap.position) for gap in found.gaps] == [("not_entries", 1), ("not_entries", 4)]
    assert len(found.records) == 2


def test_the_last_line_is_cut_when_it_does_not_end() -> None:
    data = lines(logs(4))
    found = read_bytes(data[:-30])
    assert (len(found.records), found.kinds) == (3, ["cut_file"])
    assert found.gaps[0].position == 4


def test_too_long_line_is_skipped() -> None:
    data = lines([log(0), log(1, textPayload="x" * 5_000_000), log(2)])
    found = read_bytes(data, Limits(record=10_000))
    assert [(gap.kind, gap.position) for gap in found.gaps] == [("too_large", 2)]
    assert [record.source.position for record in found.records] == [1, 3]


def test_too_long_last_line_is_reported() -> None:
    found = read_bytes(lines([log(0), log(1, textPayload="x" * 50_000)])[:-1], Limits(record=10_000))
    assert [(gap.kind, gap.position) for gap in found.gaps] == [("too_large", 2)]


def test_line_separators_of_unicode_do_not_end_a_line() -> None:
    forged = "one\u2028two\x85three\x0bfour\x1cfive"
    found = read_bytes(lines([log(1, jsonPayload=None, textPayload=forged)]))
    assert [entry.message for entry in found.entries] == [forged]


def test_byte_order_mark_between_merged_files_is_ignored() -> None:
    found = read_bytes(lines(logs(2)) + b"\xef\xbb\xbf" + lines([log(5)]))
    assert (len(found.entries), found.gaps) == (3, [])


@given(
    junk=st.lists(
        st.tuples(st.integers(0, 5), st.binary(max_size=40).map(lambda data: data.replace(b"\n", b" ")))
    ),
)
def test_junk_between_lines_loses_no_entry(junk: list[tuple[int, bytes]]) -> None:
    rows = lines(logs(6)).splitlines(keepends=True)
    for place, text in sorted(junk, reverse=True):
        rows.insert(place + 1, text + b"\n")
    assert {entry.insert_id for entry in read_bytes(b"".join(rows)).entries} >= {
        log(n)["insertId"] for n in range(6)
    }
