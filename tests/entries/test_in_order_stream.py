"""Ordered files are yielded while they are read; others raise or are sorted."""

import json
import random
import sys
from collections.abc import Iterator
from functools import partial
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import Log, log
from triage.entries import Entries, stream_in_order, to_batches
from triage.errors import OutOfOrderError
from triage.models import Record, Source

in_order_stream = sys.modules[stream_in_order.__module__]
#: About four megabytes of entries are held back, 1.5 kB and more for each.
MANY = 8000


def at(number: int, **more: object) -> Log:
    return log(
        number,
        timestamp=f"2026-03-01T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}.5Z",
        **more,
    )


def records(logs: list[Log]) -> list[Record]:
    return [Record(json.dumps(entry).encode(), Source("f", place)) for place, entry in enumerate(logs, 1)]


def hold_few(patch: pytest.MonkeyPatch) -> None:
    """Hold about five entries back, and add two at once."""
    patch.setattr(in_order_stream, "_HELD_BYTES", 8000)
    patch.setattr(in_order_stream, "to_batches", partial(to_batches, size=2))


def timestamps(items: Iterator[Record] | list[Record]) -> list[int]:
    return [entry.timestamp for entry in stream_in_order(Entries(()), items)]


def test_most_entries_are_yielded_before_the_last_is_read() -> None:
    taken = []

    def read() -> Iterator[Record]:
        for record in records([at(number) for number in range(MANY)]):
            taken.append(record)
            yield record

    entries = stream_in_order(Entries(()), read())
    given = list(islice(entries, 1000))
    assert 1000 < len(taken) < MANY / 2
    given += entries
    assert [entry.timestamp for entry in given] == sorted(entry.timestamp for entry in given)
    assert len(given) == MANY


def test_few_entries_are_read_before_others_are_yielded() -> None:
    """A pipe holds a megabyte of what workers read ahead."""
    taken = 0

    def read() -> Iterator[Record]:
        nonlocal taken
        for record in records([at(number) for number in range(MANY)]):
            taken += 1
            yield record

    read_before = [taken for _ in stream_in_order(Entries(()), read())]
    steps = [after - before for before, after in pairwise(read_before)]
    assert max(steps) < 500


def test_what_is_older_than_a_minute_is_yielded_though_little_is_held() -> None:
    taken = 0

    def read() -> Iterator[Record]:
        nonlocal taken
        for record in records([at(number) for number in range(1000)]):
            taken += 1
            yield record

    read_before = [taken for _ in stream_in_order(Entries(()), read())]
    assert read_before[0] < 200
    assert read_before[800] < 1000


def test_entry_that_is_half_a_minute_late_is_sorted() -> None:
    numbers = [start + place for start in range(0, 600, 30) for place in reversed(range(30))]
    assert timestamps(records([at(number) for number in numbers])) == timestamps(
        records([at(number) for number in range(600)])
    )


def test_slightly_late_entry_is_sorted() -> None:
    numbers = [pair for number in range(0, MANY, 2) for pair in (number + 1, number)]
    assert timestamps(records([at(number) for number in numbers])) == timestamps(
        records([at(n) for n in range(MANY)])
    )


def test_entry_that_is_too_late_raises_out_of_order() -> None:
    with pytest.raises(OutOfOrderError):
        timestamps(records([at(number) for number in [*range(1, MANY), 0]]))


def test_late_part_of_a_split_entry_raises_out_of_order() -> None:
    part = at(MANY, split={"uid": "u", "index": 0, "totalSplits": 2})
    with pytest.raises(OutOfOrderError):
        timestamps(records([*(at(number) for number in range(MANY)), part]))


def test_entries_that_come_newest_first_are_sorted_at_the_end() -> None:
    backwards = records([at(number) for number in reversed(range(MANY))])
    assert timestamps(backwards) == timestamps(records([at(number) for number in range(MANY)]))


def test_many_entries_of_one_time_are_not_sorted_repeatedly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settled = []
    settle = Entries.flush

    def counting(entries: Entries, before: int | None) -> Iterator[object]:
        settled.append(before)
        return settle(entries, before)

    monkeypatch.setattr(Entries, "flush", counting)
    flood = [at(0), *(log(number, timestamp="2026-03-01T01:00:00.5Z") for number in range(MANY)), at(7200)]
    assert len(timestamps(records(flood))) == MANY + 2
    assert len(settled) < 10


@settings(max_examples=examples(300))
@given(
    numbers=st.lists(st.integers(0, 40), min_size=1, max_size=120),
    window=st.integers(1, 12),
    rng=st.randoms(use_true_random=False),
)
def test_entries_are_in_order_or_raise_out_of_order(
    numbers: list[int], window: int, rng: random.Random
) -> None:
    """Entries nearly in order, many of one time, and some far too late."""
    ordered = sorted(numbers)
    batches = [ordered[begin : begin + window] for begin in range(0, len(ordered), window)]
    near = [number for batch in batches for number in rng.sample(batch, len(batch))]
    if rng.random() < 0.5:
        near.append(rng.choice(numbers))
    with pytest.MonkeyPatch.context() as patch:
        hold_few(patch)
        logs = [at(number, insertId=f"i{place:04d}") for place, number in enumerate(near)]
        try:
            given_out = timestamps(records(logs))
        except OutOfOrderError:
            return
    assert given_out == sorted(given_out)
    assert len(given_out) == len(near)


def test_too_late_entry_after_many_of_one_time_raises_out_of_order(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_few(monkeypatch)
    numbers = [*range(20), *([19] * 20), 1]
    logs = [at(number, insertId=f"i{place:04d}") for place, number in enumerate(numbers)]
    with pytest.raises(OutOfOrderError):
        timestamps(records(logs))
