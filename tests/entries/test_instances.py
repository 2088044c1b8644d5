"""Entries by instance are yielded at once, with the same coverage as sorted ones."""

import json
import random
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import Log, log, without_source
from triage.entries import Entries, EntriesByInstance, decode
from triage.errors import OutOfOrderError
from triage.models import Entry, ExportFile, Gap, Record, Source


def record(log: Log, position: int = 1) -> Record:
    return Record(json.dumps(log).encode(), Source("table", position))


def records(logs: Iterable[Log]) -> list[Record]:
    return [record(log, position) for position, log in enumerate(logs, 1)]


def line(at: int, instance: str = "i1", **fields: Any) -> Log:
    """Return a line logged so many microseconds after eight."""
    labels = {"instanceId": instance} if instance else {}
    return log(at, timestamp=f"2026-03-01T08:00:00.{at:06d}Z", labels=labels, **fields)


def part(index: int, total: int = 2, at: int = 5, instance: str = "i1", uid: str = "u1") -> Log:
    split = {"uid": uid, "index": index, "totalSplits": total}
    return line(
        at, instance, insertId=f"{uid}-{index}", split=split, textPayload=f"part {index} ", jsonPayload=None
    )


@st.composite
def tables(draw: st.DrawFn) -> list[Log]:
    """Return lines with and without instance, with duplicates, ties and parts."""
    instance = st.sampled_from(["i1", "i2", "i3", ""])
    logs: list[Log] = []
    for number in range(draw(st.integers(0, 25))):
        said = line(
            draw(st.integers(0, 9)),
            draw(instance),
            textPayload=draw(st.sampled_from("abc")),
            jsonPayload=None,
        )
        said["insertId"] = draw(st.sampled_from([f"id{number}", f"id{number}", None]))
        service = {"service_name": draw(st.sampled_from(["shop", "cart"])), "project_id": "demo"}
        logs.append(said | {"resource": {"type": "cloud_run_revision", "labels": service}})
    for uid in draw(st.lists(st.sampled_from(["u1", "u2"]), unique=True)):
        total, where = draw(st.integers(2, 4)), draw(instance)
        at = draw(st.integers(0, 9))
        logs += [
            part(index, total, at + draw(st.sampled_from([0, 0, index])), where, uid)
            for index in range(total)
        ]
    logs += [said for said in logs if draw(st.integers(0, 5)) == 0]
    return logs


def sort_key(record: Record) -> tuple[tuple[str, str], int]:
    entry = decode(record)
    assert isinstance(entry, Entry)
    return entry.partition_key, entry.timestamp // 1000


def is_kept(entry: Entry) -> bool:
    return "b" not in entry.message


@given(tables(), st.randoms(use_true_random=False), st.sampled_from([None, is_kept]))
@settings(max_examples=examples(200), deadline=None)
def test_entries_and_coverage_equal_those_of_sorted_entries(
    logs: list[Log], chance: random.Random, keep: Callable[[Entry], bool] | None
) -> None:
    rows = records(logs)
    chance.shuffle(rows)
    others: list[Record | ExportFile] = [
        Record(b"{}", Source("table", 99)),
        ExportFile("table", "BigQuery", len(logs)),
    ]
    in_place = sorted(rows, key=sort_key)
    ordered = EntriesByInstance(chain(in_place, others), keep=keep)
    whole = Entries(chain(others, rows), keep=keep)
    told = [without_source(entry) for entry in ordered]
    expected = [without_source(entry) for entry in sorted(whole, key=lambda entry: entry.partition_key)]

    assert told == expected
    assert ordered.coverage(0) == whole.coverage(0)


def table(instances: int, each: int) -> Iterator[Record]:
    """Yield the lines of many instances, a hundred to a millisecond, as they are read."""
    for number in range(instances):
        for at in range(each):
            yield record(
                line(
                    at, f"i{number:05d}", insertId=f"{number}-{at}", textPayload="x" * 1000, jsonPayload=None
                )
            )


def test_few_entries_are_held_and_no_file_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    read: list[int] = []

    def counted() -> Iterator[Record]:
        for item in table(300, 20):
            read.append(item.source.position)
            yield item

    given = 0
    tracemalloc.start()
    try:
        for given, _ in enumerate(EntriesByInstance(counted(), max_bytes=100_000), 1):
            assert len(read) - given <= 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert given == 6000
    assert peak < 300_000


def test_entries_are_held_while_parts_are_missing() -> None:
    logs = [part(0, at=5), line(6), line(7), part(1, at=8), line(9)]
    entries = list(EntriesByInstance(records(logs)))

    assert entries[0].message.strip() == "part 0 part 1"
    assert [entry.timestamp for entry in entries] == sorted(entry.timestamp for entry in entries)


@pytest.mark.parametrize(
    "logs",
    [
        [line(5), line(4)],
        [line(5, "i1"), line(5, "i2"), line(6, "i1")],
        [line(5, "i1"), line(5, "")],
        [line(5, textPayload="not wanted: b", jsonPayload=None), line(4, textPayload="b", jsonPayload=None)],
        [part(0), line(6, "i2")],
        [part(0)],
        [part(0, instance="i1"), part(1, instance="i2")],
        [part(0), part(1), line(6), part(1, at=7)],
    ],
    ids=[
        "an older entry", "an instance that comes back", "no instance after one", "older ones that do not matter",
        "a part that is missing", "a part that is missing at the end", "a part of another instance", "a part that comes back",
    ],
)  # fmt: skip
def test_records_in_another_order_raise_out_of_order(logs: list[Log]) -> None:
    with pytest.raises(OutOfOrderError):
        list(EntriesByInstance(records(logs), keep=is_kept))


def test_gaps_are_kept() -> None:
    entries = EntriesByInstance([Gap("cut_file", "table", "cut"), record(line(1))])

    assert len(list(entries)) == 1
    assert [gap.kind for gap in entries.coverage(0).gaps] == ["cut_file"]
