"""Refused records are decoded leniently, and encoded as valid JSON."""

import json

import pytest

from tests.reading.logs import decode_entry, log


def raw(text: str) -> bytes:
    return json.dumps(log(1, jsonPayload=None, textPayload="@")).replace('"@"', text).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (raw('"kept"').replace(b'"labels": {', b'"nan": NaN, "labels": {'), "kept"),
        (raw('"half \\ud83d pair"'), "half \\ud83d pair"),
        (raw('"caf@"').replace(b"@", b"\xe9"), "caf\\xe9"),
        (raw('"tab\there"'), "tab\there"),
        (
            raw('"first"').replace(
                b'"textPayload": "first"', b'"textPayload": "first", "textPayload": "last"'
            ),
            "last",
        ),
        (raw('"far"').replace(b'"labels": {', b'"huge": 1e999, "labels": {'), "far"),
        (raw('"long"').replace(b'"labels": {', b'"huge": %s, "labels": {' % (b"9" * 400)), "long"),
    ],
    ids=[
        "NaN",
        "lone surrogate",
        "no UTF-8",
        "control character",
        "duplicate key",
        "infinite number",
        "long number",
    ],
)
def test_record_refused_by_the_strict_decoder_is_decoded(data: bytes, message: str) -> None:
    entry = decode_entry(data)
    assert entry.message == message
    assert json.loads(entry.raw.decode())["insertId"] == log(1)["insertId"]


def test_invalid_utf8_is_found_in_skipped_fields() -> None:
    entry = decode_entry(raw('"kept"').replace(b'"labels": {', b'"unread": "\xff", "labels": {'))
    assert entry.message == "kept"
    assert json.loads(entry.raw.decode())["unread"] == "\\xff"
