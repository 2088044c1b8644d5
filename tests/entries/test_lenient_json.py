"""Refused records are decoded leniently, and encoded as valid JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading.logs import decode_entry, log
from triage.entries.lenient_json import limit_depth, loads


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


nested = st.recursive(
    st.integers(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner)
)


@given(nested)
def test_json_of_ordinary_depth_is_unchanged(value: object) -> None:
    data = json.dumps(value).encode()
    assert limit_depth(data) == data


@pytest.mark.parametrize("opening", ["[", '{"a\\"[{":'])
def test_deep_values_become_null(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    data = f'[1, {opening * 500}2{closing * 500}, {{"after": 3}}]'
    found = loads(limit_depth(data.encode()))
    assert (found[0], found[2]) == (1, {"after": 3})
    depth, inner = 0, found[1]
    while inner:
        depth, inner = depth + 1, inner[0] if opening == "[" else next(iter(inner.values()))
    assert depth == 99
