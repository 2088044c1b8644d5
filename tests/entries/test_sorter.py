"""Sorting on disk gives what sorting in memory gives."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.entries.sorter import Sorter
from triage.errors import IOFailureError
from triage.models import Entry, Source


def entry(time: int) -> Entry:
    return Entry(timestamp=time, source=Source("x", 1), raw=b'{"a": 1}', labels={"a": "b"})


@given(times=st.lists(st.integers(0, 50)), max_bytes=st.sampled_from([1, 5000, 1 << 20]))
def test_entries_are_sorted_with_any_memory_limit(times: list[int], max_bytes: int) -> None:
    sorter = Sorter(lambda one: one.timestamp, max_bytes)
    for time in times:
        sorter.add(entry(time))
    assert list(sorter) == [entry(time) for time in sorted(times)]


@given(
    times=st.lists(st.integers(0, 50)),
    limit=st.integers(0, 50),
    max_bytes=st.sampled_from([1, 5000, 1 << 20]),
)
def test_entries_below_a_limit_leave_the_others(times: list[int], limit: int, max_bytes: int) -> None:
    sorter = Sorter(lambda one: one.timestamp, max_bytes)
    sorter.add_all([entry(time) for time in times])
    below = sorter.take_below(limit)
    sorter.add(entry(51))
    assert [one.timestamp for one in below] == sorted(time for time in times if time < limit)
    assert [one.timestamp for one in sorter] == [*sorted(time for time in times if time >= limit), 51]


def test_number_of_temporary_files_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.entries.sorter._MERGE_WIDTH", 3)
    sorter = Sorter(lambda one: one.timestamp, 1)
    for time in range(50, 0, -1):
        sorter.add(entry(time))
    assert sum(len(level) for level in sorter._levels) <= 3 * 4
    assert [one.timestamp for one in sorter] == list(range(1, 51))


def test_unwritable_disk_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    sorter = Sorter(lambda one: one.timestamp, 1)
    with pytest.raises(IOFailureError, match="while sorting; make room there"):
        sorter.add(entry(1))
