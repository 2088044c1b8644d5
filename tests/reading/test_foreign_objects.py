"""Runs of small objects that are no LogEntries are skipped at once, and lose nothing beside them."""

import json
from collections.abc import Callable

import pytest

from tests.reading.logs import log, read_bytes
from triage.errors import BadDataError

#: Objects that are certainly no LogEntries.
FOREIGN = {"empty": b"{}", "flat": b'{"a": 1, "b": "x, y"}', "numbered": b'{"number":7}'}
FORMS: dict[str, Callable[[list[bytes]], bytes]] = {
    "list": lambda objects: b"[" + b",".join(objects) + b"]",
    "pretty list": lambda objects: b"[\n  " + b",\n  ".join(objects) + b"\n]",
    "lines": lambda objects: b"\n".join(objects) + b"\n",
    "one after another": b"".join,
    "wrapper": lambda objects: b'{"entries": [' + b",".join(objects) + b"]}",
}
COUNT = 5000


def entry(number: int) -> bytes:
    """Return the JSON of a LogEntry."""
    return json.dumps(log(number), separators=(",", ":")).encode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", FOREIGN)
def test_entries_around_a_run_are_read_with_their_positions(form: str, kind: str) -> None:
    found = read_bytes(FORMS[form]([entry(1), *[FOREIGN[kind]] * COUNT, entry(2)]))
    assert [record.data for record in found.records if b"insertId" in record.data] == [entry(1), entry(2)]
    positions = [record.source.position for record in found.records]
    assert (positions[0], positions[-1]) == (1, COUNT + 2)
    runs = [gap for gap in found.gaps if gap.kind == "broken_record"]
    assert sum(gap.count for gap in runs) + len(found.records) == COUNT + 2
    assert len(runs) + len(found.records) < COUNT / 10


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"wrapper"}))
def test_entry_inside_of_a_run_is_read(form: str) -> None:
    flat = b'{"timestamp": "2026-03-01T08:00:00Z", "message": "found"}'
    found = read_bytes(FORMS[form]([entry(1), *[b"{}"] * 500, flat, *[b'{"a": 1}'] * 500]))
    assert flat in [record.data for record in found.records]


def test_few_small_objects_are_read_one_by_one() -> None:
    found = read_bytes(FORMS["list"]([entry(1), *[b'{"a": 1}'] * 50]))
    assert len(found.records) == 51


@pytest.mark.parametrize("kind", sorted(FOREIGN.keys() - {"empty"}))
@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"wrapper"}))
def test_file_of_other_objects_holds_no_entry(form: str, kind: str) -> None:
    with pytest.raises(BadDataError, match="holds no log entry"):
        read_bytes(FORMS[form]([FOREIGN[kind]] * COUNT))


@pytest.mark.parametrize(
    "text",
    [b"{},", b"{}", b'{"a":1},', b'{"a":1}\n', b"[],", b"[", b"{", b"{,"],
    ids=repr,
)
@pytest.mark.parametrize("begin", [b"", b"[", entry(1) + b"\n", b"[" + entry(1) + b","])
def test_broken_input_gives_few_items(begin: bytes, text: bytes) -> None:
    try:
        found = read_bytes(begin + text * (300_000 // len(text)))
    except BadDataError:
        return
    assert len(found.records) + len(found.gaps) < 500
