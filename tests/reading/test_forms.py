"""The format is detected from the bytes, and each gives the same entries."""

import pytest

from tests.reading.logs import FORMS, decode_entry, log, logs, read_bytes, without_source


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_form_gives_the_same_entries(form: object) -> None:
    entries = logs(7)
    found = read_bytes(form(entries))  # type: ignore[operator]
    assert found.entries == [without_source(decode_entry(entry)) for entry in entries]
    assert found.gaps == []
    assert [file.records for file in found.files] == [7]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_form_gives_the_same_entries_over_many_chunks(form: object) -> None:
    entries = [log(number, textPayload="x" * (number * 7919 % 90_000)) for number in range(60)]
    found = read_bytes(form(entries))  # type: ignore[operator]
    assert found.entries == [without_source(decode_entry(entry)) for entry in entries]
    assert found.gaps == []


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("a pretty array", "JSON array"),
        ("JSON lines", "JSON lines"),
        ("pretty objects one after another", "JSON objects"),
        ("an array in gzip", "JSON array, gzip"),
        ("lines in zstd of two frames", "JSON lines, zstd"),
        ("UTF-16 in gzip", "JSON array, gzip, UTF-16"),
        ("grouped by severity in snake_case", "object of logs_by_severity"),
        ("a raw_logs wrapper beside counts", "object of raw_logs"),
        ("a wrapper nobody has seen", "object of a"),
    ],
)
def test_the_form_is_named(form: str, name: str) -> None:
    assert [file.form for file in read_bytes(FORMS[form](logs(4))).files] == [name]


def test_positions_are_lines_of_lines_and_numbers_of_lists() -> None:
    entries = logs(3)
    in_lines = read_bytes(FORMS["JSON lines with blank lines"](entries))
    in_list = read_bytes(FORMS["a pretty array"](entries))
    assert [record.source.position for record in in_lines.records] == [3, 5, 7]
    assert [record.source.position for record in in_list.records] == [1, 2, 3]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"[ ]\n", b"  \n", b"{}", b"[\n]", b'{"entries": []}', b'{"raw_logs":[]}']
)
def test_an_empty_export_holds_no_records_and_is_no_error(data: bytes) -> None:
    found = read_bytes(data)
    assert (found.records, found.gaps) == ([], [])
    assert [file.records for file in found.files] == [0]


def test_a_wrapper_of_empty_groups_is_an_empty_export() -> None:
    for groups in ("{}", '{"ERROR": [], "INFO": []}'):
        assert read_bytes(b'{"total": 0, "logs_by_severity": ' + groups.encode() + b"}").records == []


def test_mojibake_is_unchanged() -> None:
    entry = log(1, jsonPayload=None, textPayload="ðŸš« Rejecting \x9d CafÃ©")
    assert read_bytes(FORMS["JSON lines"]([entry])).entries[0].message == "ðŸš« Rejecting \x9d CafÃ©"
