"""A worker yields the same items as reading in this process."""

import gzip
import json
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
import zstandard

from tests.reading.logs import Item, lines, logs
from triage.entries import Prefilter, decode_records
from triage.errors import BadDataError
from triage.reading import read
from triage.reading.record_counts import RecordCounts
from triage.reading.workers import background_reader, batch

#: Newer Pythons warn of forks with threads, which ``worker_count`` prevents; a test runner has threads.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
READS = sys.modules["triage.reading.reader"]
SIEVE = Prefilter(["kept"])
LOGS = logs(3000)
FORMS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(lines(LOGS), 1),
    "zstd": lambda: zstandard.compress(lines(LOGS)),
    "array": lambda: json.dumps(LOGS, indent=2).encode(),
    "compressed array": lambda: gzip.compress(json.dumps(LOGS).encode(), 1),
    "UTF-16": lambda: lines(LOGS).decode().encode("utf-16"),
    "damaged gzip": lambda: gzip.compress(lines(LOGS), 1)[:-40] + bytes(40),
    "cut array": lambda: json.dumps(LOGS, indent=2).encode()[:-500],
    "array with a broken record": lambda: json.dumps(LOGS).encode().replace(b"{", b"{{", 1000),
}


@pytest.fixture
def read_by_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every export with a worker."""
    monkeypatch.setattr(READS, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(READS, "BACKGROUND_BYTES", 0)
    monkeypatch.setattr(READS, "worker_count", lambda: 1)


def items(path: Path) -> list[Item]:
    """Return the items of a file."""
    return list(read([path], record_filter=SIEVE, decode=decode_records))


@pytest.mark.parametrize("form", FORMS)
def test_worker_yields_the_same_items(tmp_path: Path, form: str, request: pytest.FixtureRequest) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS[form]())
    here = items(path)
    request.getfixturevalue("read_by_worker")
    assert len(here) > 1
    assert items(path) == here


@pytest.mark.parametrize("batches", [0, 1, 3])
def test_reading_continues_when_the_worker_is_killed(
    tmp_path: Path, batches: int, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS["array"]())
    here = items(path)
    request.getfixturevalue("read_by_worker")
    monkeypatch.setattr(batch, "_ITEMS", 5)

    def some(items: Iterator[Item], counts: RecordCounts) -> Iterator[bytes]:
        for number, packed in enumerate(batch.pack_batches(items, counts)):
            if number == batches:
                os.kill(os.getpid(), signal.SIGKILL)
            yield packed

    monkeypatch.setattr(background_reader, "pack_batches", some)
    assert items(path) == here


@pytest.mark.usefixtures("read_by_worker")
def test_error_of_the_worker_is_raised_here(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(gzip.compress(b'[{"a": 1}, {"b": 2}]'))
    with pytest.raises(BadDataError, match="holds no log entry"):
        items(path)


@pytest.mark.usefixtures("read_by_worker")
def test_no_worker_remains_when_reading_is_abandoned(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS["array"]())
    found = read([path], record_filter=SIEVE, decode=decode_records)
    assert isinstance(found, Generator)
    next(found)
    found.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_only_large_files_that_are_decoded_are_read_in_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.gz"
    path.write_bytes(FORMS["gzip"]())
    asked: list[object] = []

    def read_in_background(found: Iterator[Item], rewind: object, _notes: object) -> Iterator[Item]:
        asked.append(rewind)
        return found

    monkeypatch.setattr(READS, "read_in_background", read_in_background)
    monkeypatch.setattr(READS, "worker_count", lambda: 1)
    items(path)
    monkeypatch.setattr(READS, "BACKGROUND_BYTES", 1000)
    list(read([path], record_filter=SIEVE))
    assert asked == []
    items(path)
    assert len(asked) == 1
