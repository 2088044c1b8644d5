"""CSV as the console and the BigQuery tools write it."""

import csv
import io
import json

import pytest

from tests.reading.logs import decode_entry, log, read_bytes, without_source


def table(rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


HEADER = [
    "insertId",
    "jsonPayload.labels.function",
    "jsonPayload.labels.line",
    "jsonPayload.labels.module",
    "jsonPayload.message",
    "labels.instanceId",
    "labels.team",
    "logName",
    "receiveTimestamp",
    "resource.labels.configuration_name",
    "resource.labels.location",
    "resource.labels.project_id",
    "resource.labels.revision_name",
    "resource.labels.service_name",
    "resource.type",
    "severity",
    "timestamp",
]


def row(number: int) -> list[str]:
    cells = []
    for column in HEADER:
        value: object = log(number)
        for name in column.split("."):
            assert isinstance(value, dict)
            value = value[name]
        cells.append(str(value))
    return cells


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_download_of_the_console_gives_the_same_entries(delimiter: str) -> None:
    found = read_bytes(table([HEADER, row(1), row(2)], delimiter))
    assert found.entries == [without_source(decode_entry(log(number))) for number in (1, 2)]
    assert [file.form for file in found.files] == ["CSV"]


def test_byte_order_mark_before_the_header_is_ignored() -> None:
    assert len(read_bytes(b"\xef\xbb\xbf" + table([HEADER, row(1)])).entries) == 1


def test_rows_name_the_line_where_they_begin() -> None:
    cells = row(1)
    cells[4] = "first\nsecond\nthird"
    found = read_bytes(table([HEADER, row(0), cells, row(2)]))
    assert [record.source.position for record in found.records] == [2, 3, 6]
    assert found.entries[1].message == "first\nsecond\nthird"


def test_log_analytics_columns_hold_json_as_text() -> None:
    header = [
        "log_name",
        "timestamp",
        "receive_timestamp",
        "severity",
        "insert_id",
        "json_payload",
        "resource",
        "labels",
    ]
    entry = log(3)
    cells = [
        entry["logName"],
        "2026-03-01 08:00:03.001234 UTC",
        "2026-03-01 08:00:03.250000125 UTC",
        "INFO",
        entry["insertId"],
        json.dumps(entry["jsonPayload"]),
        json.dumps(entry["resource"]),
        json.dumps(entry["labels"]),
    ]
    assert read_bytes(table([header, cells])).entries == [without_source(decode_entry(entry))]


def test_a_row_that_does_not_fit_the_header_is_a_broken_record() -> None:
    found = read_bytes(table([HEADER, row(0), ["only", "three", "cells"], row(2)]))
    assert [(gap.kind, gap.position) for gap in found.gaps] == [("broken_record", 3)]
    assert len(found.entries) == 2


def test_stray_quote_loses_only_its_row() -> None:
    lines = table([HEADER, row(0), row(1), row(2)]).split(b"\r\n")
    lines[2] = b'"broken" quote,' + lines[2]
    found = read_bytes(b"\r\n".join(lines))
    assert found.kinds == ["broken_record"]
    assert len(found.entries) == 2


def test_a_table_that_is_cut_keeps_what_came_before_the_cut() -> None:
    data = table([HEADER, row(0), row(1)])
    second = data.index(b"\n", data.index(b"\n") + 1) + 1
    for size in range(second + 1, len(data) - 30):
        found = read_bytes(data[:size])
        assert (len(found.entries), found.kinds) == (1, ["cut_file"]), size


def test_invalid_utf8_becomes_visible() -> None:
    data = table([["timestamp", "severity", "textPayload"], ["2026-03-01T08:00:00Z", "INFO", "caf@ late"]])
    assert [entry.message for entry in read_bytes(data.replace(b"@", b"\xe9")).entries] == ["caf\\xe9 late"]


def test_table_without_log_entry_columns_is_not_an_export() -> None:
    from triage.errors import BadDataError

    with pytest.raises(BadDataError):
        read_bytes(b"name,price\nchair,20\n")
