"""Several workers yield the same items as reading in this process."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import Item, lines, log, logs
from triage.entries import NeighborhoodFilter, Prefilter, decode_records
from triage.models import Entry, Gap, Neighborhoods, Record, Skipped, Source
from triage.reading import Limits, read
from triage.reading.line_reader import LineReader
from triage.reading.stream import Stream
from triage.reading.workers import batch, parallel_reader
from triage.reading.workers import process as worker
from triage.reading.workers.parallel_reader import ParallelReader
from triage.window import NANOSECONDS

#: Newer Pythons warn of forks with threads, which ``worker_count`` prevents; a test runner has threads.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
LIMITS = Limits(record=1000)
LITERAL = "kept} at [3]"
SIEVE = Prefilter([LITERAL])
#: The prefilter keeps what stands beside a line that is too long.
DECODE = partial(decode_records, keep=lambda entry: LITERAL in entry.message)
READS = sys.modules["triage.reading.reader"]


def read_in_one_process(path: Path) -> Sequence[Item]:
    """Return the items of a file, read without workers."""
    with path.open("rb") as file:
        return list(DECODE(LineReader(Stream([file.read()]), str(path), LIMITS, SIEVE).records()))


def read_in_parallel(path: Path, workers: int = 2) -> Iterator[Item]:
    """Return the items of a file, read by workers."""
    return ParallelReader(str(path), LIMITS, SIEVE, DECODE).items(workers)


def entries_and_gaps(items: Sequence[Item]) -> list[Item]:
    """Return the entries and gaps."""
    return [item for item in items if not isinstance(item, Skipped)]


def skipped(items: Sequence[Item]) -> int:
    """Return how many records were skipped."""
    return sum(item.count for item in items if isinstance(item, Skipped))


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(content=[b"z" * 1900, b"\n", lines([log(0)])], stretch=1, chunk=1, count=1)
@given(
    content=st.lists(
        st.sampled_from([b"\n", b"\r", b"{}", b"{", b"x" * 90, b"z" * 1900, b"\xef\xbb\xbf", *lines(logs(6)).splitlines(keepends=True)])
    ),
    stretch=st.integers(1, 2000),
    chunk=st.integers(1, 700),
    count=st.integers(1, 3),
)  # fmt: skip
def test_several_workers_yield_the_same_items(
    tmp_path: Path, content: list[bytes], stretch: int, chunk: int, count: int
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(content))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parallel_reader, "_RANGE_BYTES", max(stretch, path.stat().st_size // 40))
        patched.setattr(parallel_reader, "CHUNK", chunk)
        found = list(read_in_parallel(path, count))
    whole = read_in_one_process(path)
    assert entries_and_gaps(found) == entries_and_gaps(whole)
    assert skipped(found) + len(entries_and_gaps(found)) == skipped(whole) + len(entries_and_gaps(whole))


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.lists(st.sampled_from([b"\n", b"{}", b"x" * 90, b"z" * 1900, lines([log(3)])])),
    stretch=st.integers(1, 2000),
    chunk=st.integers(1, 700),
    killed=st.booleans(),
)
def test_file_with_the_newest_entries_first_is_read_from_its_end(
    tmp_path: Path,
    content: list[bytes],
    stretch: int,
    chunk: int,
    killed: bool,  # noqa: FBT001 - of hypothesis
) -> None:
    path = tmp_path / "export.jsonl"
    newest, oldest = (lines([log(3, timestamp=f"2026-03-01T08:00:0{second}Z")]) for second in (9, 0))
    path.write_bytes(b"\n".join([newest, *content, oldest]))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parallel_reader, "_RANGE_BYTES", max(stretch, path.stat().st_size // 40))
        patched.setattr(parallel_reader, "_SAMPLE_BYTES", len(oldest) + 1)
        patched.setattr(parallel_reader, "CHUNK", chunk)
        if killed:
            patched.setattr(worker, "_send", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        found = list(read_in_parallel(path))
    assert entries_and_gaps(found)[::-1] == entries_and_gaps(read_in_one_process(path))


def test_file_is_read_from_its_end_where_the_filter_drops_both_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second pass keeps what stands around failures, and drops the rest without looking at its time."""
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([log(3, timestamp=f"2026-03-01T08:00:0{second}Z") for second in range(9, -1, -1)]))
    middle = lines([log(3, timestamp="2026-03-01T08:00:04Z")])
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 2 * len(middle))
    monkeypatch.setattr(parallel_reader, "_SAMPLE_BYTES", len(middle) + 1)
    (entry,) = DECODE([Record(middle.strip(), Source("", 1))])
    assert isinstance(entry, Entry)
    windows = [(entry.timestamp, entry.timestamp + 2 * NANOSECONDS)]
    around = NeighborhoodFilter(
        Neighborhoods({(entry.service, entry.revision, entry.instance): windows}, omitted=0)
    )

    items = ParallelReader(str(path), LIMITS, around, decode_records).items(2)

    times = [item.timestamp for item in items if isinstance(item, Entry)]
    assert [(time - entry.timestamp) // NANOSECONDS for time in times] == [0, 1, 2]


def test_file_without_order_is_read_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([log(3, timestamp=f"2026-03-01T08:00:0{second}Z") for second in (5, 1, 3, 2, 4)]))
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 1000)
    assert list(read_in_parallel(path)) == read_in_one_process(path)


def test_ranges_of_a_killed_worker_are_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(60)))
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 2000)
    monkeypatch.setattr(worker, "_send", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert entries_and_gaps(list(read_in_parallel(path))) == entries_and_gaps(read_in_one_process(path))


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_reading_continues_where_a_killed_worker_stopped(
    tmp_path: Path, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([log(3) for _ in range(60)]))
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 10_000)
    monkeypatch.setattr(batch, "_ITEMS", 3)
    pack = ParallelReader._pack_ranges

    def some(self: ParallelReader, starts: Sequence[int]) -> Iterator[bytes]:
        for number, packed in enumerate(pack(self, starts)):
            if number == batches:
                os.kill(os.getpid(), signal.SIGKILL)
            yield packed

    monkeypatch.setattr(ParallelReader, "_pack_ranges", some)
    assert list(read_in_parallel(path)) == read_in_one_process(path)


def test_no_worker_remains_when_reading_is_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(60)))
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 2000)
    items = read_in_parallel(path)
    assert isinstance(items, Generator)
    next(items)
    items.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_workers_exit_when_the_reader_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(3000)))
    code = (
        "import os, signal\n"
        "from triage.entries import Prefilter, decode_records\n"
        "from triage.reading import Limits\nfrom triage.reading.workers import parallel_reader\n"
        "parallel_reader._RANGE_BYTES = 200_000\n"
        "arguments = Limits(), Prefilter(['kept']), decode_records\n"
        f"items = parallel_reader.ParallelReader({str(path)!r}, *arguments).items(2)\n"
        "next(items)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    process.communicate(timeout=60)  # ends when the last copy has closed its output
    assert process.returncode == -signal.SIGKILL


def test_only_large_files_that_are_decoded_are_read_in_parallel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines(logs(60)))
    asked: list[int] = []

    class CountedReader(ParallelReader):
        def items(self, workers: int) -> Iterator[Entry | Record | Gap | Skipped]:
            asked.append(workers)
            return super().items(1)

    monkeypatch.setattr(READS, "ParallelReader", CountedReader)
    monkeypatch.setattr(READS, "worker_count", lambda: 2)
    list(read([path], record_filter=SIEVE, decode=decode_records))
    monkeypatch.setattr(READS, "PARALLEL_BYTES", 1000)
    list(read([path], record_filter=SIEVE))
    assert asked == []
    list(read([path], record_filter=SIEVE, decode=decode_records))
    assert asked == [2]


def test_file_name_that_is_not_utf8_is_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jsonl"))
    path.write_bytes(lines(logs(60)))
    assert entries_and_gaps(list(read_in_parallel(path))) == entries_and_gaps(read_in_one_process(path))
