"""Filtering records where they are read changes no entry and no count."""

import random
from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.entries.test_stream import various
from tests.examples import examples
from tests.reading.logs import Log, lines, log, read_bytes
from triage.entries import Entries, prefilter_records
from triage.models import Entry, ExportFile, Gap, Record, Skipped, Source

Test = Callable[[Entry], bool]
TESTS: dict[str, Test | None] = {
    "all": None,
    "none": lambda _entry: False,
    "some": lambda entry: entry.insert_id.endswith(("1", "3", "a")) or "b" in entry.message,
    "early": lambda entry: entry.timestamp % 7 < 4,
}


def items(entries: list[Log], path: str) -> list[Record | Gap | ExportFile]:
    """Return the items of a file, some of them broken."""
    found = read_bytes(lines(entries) + b'{"insertId": "no time"}\n{"textPayload"\n')
    records = [Record(record.data, Source(path, record.source.position)) for record in found.records]
    return [*records, *found.gaps, ExportFile(path, "JSON lines", len(records))]


def read_all(entries: Entries) -> tuple[object, ...]:
    return list(entries), entries.coverage(0)


@settings(max_examples=examples(60))
@given(
    rng=st.randoms(use_true_random=False),
    keep=st.sampled_from(sorted(TESTS)),
    within=st.sampled_from(sorted(TESTS)),
    parts=st.integers(1, 4),
)
def test_prefiltered_records_give_the_same_entries_and_coverage(
    rng: random.Random, keep: str, within: str, parts: int
) -> None:
    kept, requested = TESTS[keep], TESTS[within]
    read = [*items(rng.sample(various(), 14), "a"), *items(rng.sample(various(), 14), "b")]
    instance_sort_key = {id(item): rng.randrange(parts) for item in read}
    narrowed: list[Any] = [
        item
        for _, part in groupby(read, key=lambda item: (_path(item), instance_sort_key[id(item)]))
        for item in prefilter_records(part, keep=kept, within=requested)
    ]
    expected = read_all(Entries(read, keep=kept, within=requested))
    assert read_all(Entries(narrowed, keep=kept, within=requested)) == expected


def _path(item: Record | Gap | ExportFile) -> str:
    return item.source.path if isinstance(item, Record) else item.path


def test_dropped_records_become_one_skipped_item() -> None:
    read = items([log(n, severity="INFO" if n % 3 else "DEBUG") for n in range(60)], "a")
    skipped = [
        item for item in prefilter_records(read, keep=lambda _entry: False) if isinstance(item, Skipped)
    ]
    assert [(one.outside, one.count, one.severities) for one in skipped] == [
        (0, 60, {"INFO": 40, "DEBUG": 20})
    ]
    assert skipped[0].last - skipped[0].first == 59_000_000_000


@pytest.mark.parametrize("order", [1, -1])
def test_suspected_limit_does_not_depend_on_the_order_of_severities(order: int) -> None:
    counts = {"INFO": 100, "DEBUG": 100, "ERROR": 50, "NOTICE": 50, "WARNING": 7}
    named = [name for name, count in list(counts.items())[::order] for _ in range(count)]
    read = items([log(n, severity=severity) for n, severity in enumerate(named)], "a")
    entries = Entries(read)
    list(entries)
    (doubt,) = [gap for gap in entries.coverage(0).gaps if gap.kind == "limit_suspected"]
    assert doubt.detail.startswith("exactly 100 entries of 2 severities each")
