"""A file that several processes read says the same, line by line, as one that is read from its beginning to its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reading.logs import Item, lines, logs
from triage.entries import Prefilter
from triage.models import Record, Skipped
from triage.reading import Limits, parallel_reader, read, worker
from triage.reading.line_reader import LineReader
from triage.reading.parallel_reader import read_in_parallel
from triage.reading.stream import Stream

#: Newer Pythons warn of what ``helpers`` guards against; a test runner has threads of its own.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
LIMITS = Limits(record=400)
SIEVE = Prefilter(["kept} at [3]"])


def in_one(path: Path) -> Sequence[Item]:
    """Return what a file says that is read from its beginning to its end."""
    with path.open("rb") as file:
        return list(LineReader(Stream([file.read()]), str(path), LIMITS, SIEVE).records())


def told(items: Sequence[Item]) -> list[Item]:
    """Return the records and gaps."""
    return [item for item in items if not isinstance(item, Skipped)]


def skipped(items: Sequence[Item]) -> int:
    """Return how many records were skipped."""
    return sum(item.count for item in items if isinstance(item, Skipped))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.lists(
        st.sampled_from([b"\n", b"\r", b"{}", b"{", b"x" * 90, b"z" * 900, b"\xef\xbb\xbf", *lines(logs(6)).splitlines(keepends=True)])
    ),
    stretch=st.integers(1, 2000),
    chunk=st.integers(1, 700),
    count=st.integers(1, 3),
)  # fmt: skip
def test_several_processes_say_what_one_says(
    tmp_path: Path, content: list[bytes], stretch: int, chunk: int, count: int
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(content))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parallel_reader, "_RANGE_BYTES", max(stretch, path.stat().st_size // 40))
        patched.setattr(parallel_reader, "CHUNK", chunk)
        found = list(read_in_parallel(str(path), LIMITS, SIEVE, count))
    whole = in_one(path)
    assert told(found) == told(whole)
    assert skipped(found) + len(told(found)) == skipped(whole) + len(told(whole))


def test_where_a_helper_was_ended_its_stretches_are_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(60)))
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 2000)
    monkeypatch.setattr(worker, "_send", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert told(list(read_in_parallel(str(path), LIMITS, SIEVE, 2))) == told(in_one(path))


def test_no_helper_is_left_when_reading_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(60)))
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 2000)
    items = read_in_parallel(str(path), LIMITS, SIEVE, 2)
    assert isinstance(items, Generator)
    next(items)
    items.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_helpers_end_by_themselves_when_the_process_that_reads_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(3000)))
    code = (
        "import os, signal\n"
        "from triage.entries import Sieve\n"
        "from triage.reading import Limits, parallel_reader\n"
        "spread._STRETCH = 200_000\n"
        f"items = spread.read_spread({str(path)!r}, Limits(), Sieve(['kept']), 2)\n"
        "next(items)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    process.communicate(timeout=60)  # ends when the last copy has closed its output
    assert process.returncode == -signal.SIGKILL


def test_only_large_files_that_are_sifted_are_spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(60)))
    reads = sys.modules["triage.reading.reader"]
    asked: list[str] = []

    def spread_out(path: str, *_: object) -> list[Record]:
        asked.append(path)
        return []

    monkeypatch.setattr(reads, "read_in_parallel", spread_out)
    monkeypatch.setattr(reads, "worker_count", lambda: 2)
    list(read([path], record_filter=SIEVE))
    monkeypatch.setattr(reads, "PARALLEL_BYTES", 1000)
    list(read([path]))
    assert asked == []
    list(read([path], record_filter=SIEVE))
    assert asked == [str(path)]


def test_a_name_that_is_no_text_is_read_all_the_same(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jsonl"))
    path.write_bytes(lines(logs(60)))
    assert told(list(read_in_parallel(str(path), LIMITS, SIEVE, 2))) == told(in_one(path))
