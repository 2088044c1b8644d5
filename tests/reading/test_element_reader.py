"""Arrays and objects: after a broken or cut one, the others are read."""

import json
from unittest.mock import create_autospec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import Log, log, logs, read_bytes, to_json_array
from triage.reading import Limits
from triage.reading.json_buffer import JsonBuffer

COMPACT = {"separators": (",", ":")}


def ids(entries: list[Log]) -> list[str]:
    return [entry["insertId"] for entry in entries]


def test_text_of_gcloud_around_the_array_is_skipped_and_reported() -> None:
    before = b"Updates are available for some Google Cloud CLI components.  To install them,\nplease run:\n  $ gcloud components update\n\n"
    after = b"\nWARNING: [1] entries {were} left out\n"
    found = read_bytes(before + to_json_array(logs(3)) + after)
    assert [entry.insert_id for entry in found.entries] == ids(logs(3))
    assert set(found.kinds) == {"not_entries"}


def test_warning_between_elements_loses_no_entry() -> None:
    data = to_json_array(logs(3)).replace(b"\n  },\n", b"\n  },\nWARNING: a line of stderr\n", 1)
    found = read_bytes(data)
    assert len(found.entries) == 3
    assert found.kinds == ["not_entries"]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_cut_at_any_byte_keeps_what_came_before_the_cut(indent: int | None) -> None:
    entries = [log(n, resource=None, labels=None) for n in range(3)]
    data = json.dumps(entries, indent=indent).encode()
    ends = [
        place for place in range(len(data)) if data[place : place + 1] == b"}" and _whole(data[: place + 1])
    ]
    for size in range(1, len(data)):
        found = read_bytes(data[:size])
        assert len(found.entries) == sum(end < size for end in ends), size
        assert found.kinds == ["cut_file"], size


def _whole(head: bytes) -> bool:
    try:
        json.loads(head + b"]")
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("indent", [None, 2])
def test_the_tail_of_an_array_gives_its_whole_entries(indent: int | None) -> None:
    data = json.dumps(logs(4), indent=indent).encode()
    for start in (5, 60, 300, 650):
        found = read_bytes(data[start:])
        assert [entry.insert_id for entry in found.entries] == ids(logs(4))[1:], start


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text.replace('"severity"', '"severity', 1),
        lambda text: text.replace('"severity": ', "", 1),
        lambda text: text.replace("},", ",", 1),
        lambda text: text.replace(": {", ":", 1),
        lambda text: text.replace(":", "", 1),
        lambda text: text.replace(",", "", 1),
        lambda text: text[: len(text) // 2],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_one_broken_element_loses_only_itself(harm: object, indent: int | None) -> None:
    entries = logs(6)
    parts = [json.dumps(entry, indent=indent) for entry in entries]
    parts[2] = harm(parts[2])  # type: ignore[operator]
    found = read_bytes(("[\n" + ",\n".join(parts) + "\n]").encode())
    others = {entry["insertId"] for entry in entries} - {entries[2]["insertId"]}
    assert {entry.insert_id for entry in found.entries} >= others
    assert (
        len(found.records) - len(found.entries) + sum(gap.kind == "broken_record" for gap in found.gaps) >= 1
    )


def test_elements_that_are_not_objects_are_broken_records() -> None:
    found = read_bytes(json.dumps([log(0), 5, "text", None, [log(1)], log(2)]).encode())
    assert found.kinds.count("broken_record") == 3
    assert [entry.insert_id for entry in found.entries] == ids(logs(3))


def test_what_only_the_lenient_decoder_reads_does_not_end_the_array() -> None:
    text = json.dumps([log(0), log(1, labels={"a": float("nan")}), log(2)], indent=2)
    assert len(read_bytes(text.encode()).entries) == 3


def test_entry_after_a_failed_block_is_not_lost() -> None:
    entries = [log(n, textPayload="{[\\" * 3000) for n in range(300)]
    text = json.dumps(entries, indent=2).replace('"insertId": "6a7b8c000063"', '"insertId": NaN')
    found = read_bytes(text.encode())
    assert len(found.entries) == 300
    assert found.gaps == []


@pytest.mark.parametrize("text", [b"{},", b"{}\n", b"["])
def test_brackets_without_content_are_skipped_at_once(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = create_autospec(JsonBuffer.skip_to_value, side_effect=JsonBuffer.skip_to_value)
    monkeypatch.setattr(JsonBuffer, "skip_to_value", steps)
    entry = json.dumps(log(1)).encode()
    found = read_bytes(b"[" + text * 5_000 + entry)
    assert [record.source.position for record in found.records] == [1]
    assert steps.call_count < 100


def test_too_large_element_is_skipped() -> None:
    entries = [log(0), log(1, textPayload="},{" * 1_500_000), log(2)]
    found = read_bytes(json.dumps(entries).encode(), Limits(record=100_000))
    assert [entry.insert_id for entry in found.entries if entry.insert_id != ids(entries)[1]] == ids(
        [log(0), log(2)]
    )
    assert "too_large" in found.kinds


@settings(max_examples=examples(60))
@given(
    entries=st.lists(
        st.dictionaries(
            st.text(max_size=4), st.text(max_size=8) | st.integers() | st.lists(st.text(max_size=3))
        ),
        min_size=1,
        max_size=6,
    ),
    indent=st.sampled_from([None, 0, 2, "\t"]),
    size=st.integers(1, 64),
)
def test_elements_are_cut_where_the_parser_would(
    entries: list[Log], indent: int | str | None, size: int
) -> None:
    from triage.reading.element_reader import ElementReader
    from triage.reading.json_buffer import JsonBuffer

    data = json.dumps(entries, indent=indent, ensure_ascii=False).encode()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    elements = ElementReader(JsonBuffer(chunks), "-", Limits())
    elements.buffer.skip_to_value()
    elements.buffer.at += 1
    found = [item for item in elements.read_list() if isinstance(item, bytes)]
    assert [json.loads(item) for item in found] == entries
