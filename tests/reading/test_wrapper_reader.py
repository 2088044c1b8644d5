"""Wrapper objects: every list of LogEntries is read once, and no other list."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.reading.logs import (
    decode_entry,
    log,
    logs,
    read_bytes,
    read_entries,
    to_snake_case,
    without_source,
)
from triage.errors import BadDataError
from triage.reading import Limits


def test_counts_beside_the_entries_are_not_read_twice() -> None:
    wrapper = {
        "total_logs": 3,
        "logs_by_severity": {"INFO": 3},
        "raw_logs": logs(3),
        "summary": {"counts": [3]},
    }
    assert len(read_bytes(json.dumps(wrapper).encode()).records) == 3


def test_other_lists_are_not_records() -> None:
    wrapper = {
        "findings": [{"pattern": "timeout", "count": 4}],
        "hours": [1, 2, 3],
        "nested": {"services": [{"name": "shop-api"}]},
        "entries": logs(2),
    }
    found = read_bytes(json.dumps(wrapper, indent=2).encode())
    assert (len(found.records), found.gaps) == (2, [])


def test_a_list_of_logs_that_begins_with_a_broken_one_is_read_whole() -> None:
    wrapper = {"found": [{"error": "no access"}, log(1), log(2)]}
    found = read_bytes(json.dumps(wrapper).encode())
    assert (len(found.records), len(found.entries)) == (3, 2)


@pytest.mark.parametrize(
    "wrapper",
    [
        {"a": 1},
        {"timestamp": "2026-03-01T08:00:00Z"},
        {
            "total_logs": 5000,
            "logs_by_severity": {"ERROR": 5000},
            "patterns": [{"pattern": "x", "count": 5000}],
        },
        {"errors": [], "total": 0},
        [{"a": 1}, {"b": 2}],
        [1, 2, 3],
        "text",
        17,
    ],
)
def test_json_without_entries_is_not_an_export(wrapper: object) -> None:
    for indent in (None, 2):
        with pytest.raises(BadDataError, match=r"-:1 holds no log entry; .*--format=json"):
            read_bytes(json.dumps(wrapper, indent=indent).encode())


def test_wrapper_larger_than_the_record_limit_is_read() -> None:
    wrapper = {
        "about": {"x": ["}", "{"]},
        "groups": {"ERROR": [to_snake_case(entry) for entry in logs(200)], "INFO": logs(3)},
    }
    found = read_bytes(json.dumps(wrapper, indent=1).encode(), Limits(record=5000))
    assert len(found.entries) == 203
    assert found.gaps == []
    assert [file.form for file in found.files] == ["object of groups"]


@pytest.mark.parametrize("limit", [5000, 1 << 20])
def test_a_wrapper_that_is_cut_keeps_what_came_before_the_cut(limit: int) -> None:
    data = json.dumps({"about": "orders", "raw_logs": logs(40)}, indent=2).encode()
    found = read_bytes(data[: len(data) // 2], Limits(record=limit))
    assert found.entries == [without_source(decode_entry(entry)) for entry in logs(len(found.entries))]
    assert 17 <= len(found.entries) <= 20
    assert "cut_file" in found.kinds


def test_a_wrapper_with_a_broken_entry_gives_the_others() -> None:
    data = json.dumps({"raw_logs": logs(6)}, indent=2).replace(
        '"insertId": "6a7b8c000002"', '"insertId": "6a7'
    )
    found = read_bytes(data.encode())
    assert len(found.entries) >= 5


def test_lists_by_service_give_their_entries_the_service() -> None:
    line = {
        "type": "connection",
        "message": "no route",
        "timestamp": "2026-03-01T08:00:00Z",
        "severity": "ERROR",
    }
    own = {**line, "service": "till"}
    wrapper = {"total_logs": 3, "service_issues": {"shop-api": [line, own], "shop-auth": [line]}}
    found = read_bytes(json.dumps(wrapper).encode())
    assert [decode_entry(record.data).service for record in found.records] == [
        "shop-api",
        "till",
        "shop-auth",
    ]


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(st.characters(codec="ascii", exclude_characters='"\\'), max_size=5),
    st.dictionaries(st.sampled_from("abc"), st.integers(), max_size=2),
)
items = st.lists(st.one_of(st.builds(log, st.integers(0, 999)), junk), max_size=6)


@given(
    st.sampled_from(["entries", "logs", "raw_logs", "logs_by_severity"]),
    st.lists(items, min_size=1, max_size=3),
    st.sampled_from([None, 2]),
)
@example("logs_by_severity", [[True], [log(1)]], None)
@example("entries", [[{"a": 1}], [log(1)]], None)
@example("logs_by_severity", [[log(1)], [{"a": 1}] * 150], None)
@example("logs_by_severity", [[{"a": 1}] * 150 + [log(1)]], None)
def test_each_item_of_a_list_of_logs_is_counted(
    key: str, lists: list[list[object]], indent: int | None
) -> None:
    grouped = {f"G{number}": found for number, found in enumerate(lists)}
    wrapper = {
        "collected": "x",
        key: grouped if key == "logs_by_severity" else [item for found in lists for item in found],
    }
    data = json.dumps(wrapper, indent=indent).encode()
    given = sum(map(len, lists))
    try:
        entries = read_entries(data)
    except BadDataError:
        assert not any(isinstance(item, dict) and "insertId" in item for found in lists for item in found)
        return
    list(entries)
    assert entries.coverage(0).records == given


def test_a_nested_record_in_a_wrapper_is_counted() -> None:
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    text = json.dumps({"logs_by_severity": {"INFO": [log(1, jsonPayload={"x": "deep"})]}, "total": 1})
    entries = read_entries(text.replace('"deep"', deep).encode(), json.dumps([log(2)]).encode())
    assert len(list(entries)) == 2 - entries.coverage(0).broken
    assert entries.coverage(0).records == 2
