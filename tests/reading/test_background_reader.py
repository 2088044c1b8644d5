"""An export that another process reads says the same, item by item, as one that is read here."""

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
from triage.entries import Prefilter
from triage.errors import BadDataError
from triage.reading import background_reader, read

#: Newer Pythons warn of what ``helpers`` guards against; a test runner has threads of its own.
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
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every export by another process."""
    monkeypatch.setattr(READS, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(READS, "BACKGROUND_BYTES", 0)
    monkeypatch.setattr(READS, "worker_count", lambda: 1)


def items(path: Path) -> list[Item]:
    """Return what there is to say of a file."""
    return list(read([path], record_filter=SIEVE))


@pytest.mark.parametrize("form", FORMS)
def test_another_process_says_what_this_one_says(
    tmp_path: Path, form: str, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS[form]())
    here = items(path)
    request.getfixturevalue("beside")
    assert len(here) > 1
    assert items(path) == here


@pytest.mark.parametrize("batches", [0, 1, 3])
def test_where_the_helper_was_ended_reading_goes_on_here(
    tmp_path: Path, batches: int, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS["array"]())
    here = items(path)
    request.getfixturevalue("beside")
    monkeypatch.setattr(background_reader, "_ITEMS", 5)
    batched = background_reader._batches

    def some(items: Iterator[Item]) -> Iterator[bytes]:
        for number, batch in enumerate(batched(items)):
            if number == batches:
                os.kill(os.getpid(), signal.SIGKILL)
            yield batch

    monkeypatch.setattr(background_reader, "_batches", some)
    assert items(path) == here


@pytest.mark.usefixtures("beside")
def test_what_is_no_export_is_told_here(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(gzip.compress(b'[{"a": 1}, {"b": 2}]'))
    with pytest.raises(BadDataError, match="holds no log entry"):
        items(path)


@pytest.mark.usefixtures("beside")
def test_no_helper_is_left_when_reading_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS["array"]())
    found = read([path], record_filter=SIEVE)
    assert isinstance(found, Generator)
    next(found)
    found.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_only_what_is_large_and_sifted_is_read_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.gz"
    path.write_bytes(FORMS["gzip"]())
    asked: list[object] = []

    def read_in_background(found: Iterator[Item], rewind: object) -> Iterator[Item]:
        asked.append(rewind)
        return found

    monkeypatch.setattr(READS, "read_in_background", read_in_background)
    monkeypatch.setattr(READS, "worker_count", lambda: 1)
    items(path)
    monkeypatch.setattr(READS, "BACKGROUND_BYTES", 1000)
    list(read([path]))
    assert asked == []
    items(path)
    assert len(asked) == 1
