"""Measure pages per second: triage and Client.list_entries, by page size.

    python -m benchmarks.fetching

The server is the fake of the tests, in its own process. A page is a thousand entries in every row, however
many calls they took, so that the rows compare.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from triage.fetching.client import Connection, connect
from triage.fetching.fetcher import fetch
from triage.fetching.further_parts import Findings
from triage.fetching.pages import PageReader, RateLimiter, RetryPolicy
from triage.models import FetchPlan
from triage.window import NANOSECONDS, Window, format_timestamp, parse_timestamp

ROOT = Path(__file__).resolve().parents[1]
PAGES = int(os.environ.get("BENCH_PAGES", "10"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
#: Cloud Logging's quota of reads per minute and project, which limits every program.
QUOTA = 60
START = parse_timestamp("2026-01-01T00:00:00Z")
WINDOW = Window(START, START + 24 * 3600 * NANOSECONDS)
SERVICE = "netra-backend-staging"
FILTER = f'timestamp>="{format_timestamp(WINDOW.start)}" AND timestamp<"{format_timestamp(WINDOW.end)}"'


class FetchMethod(NamedTuple):
    """One way to fetch.

    Attributes:
        name: its name.
        page_size: entries per call.
        work: the function that fetches and returns the number of entries.

    """

    name: str
    page_size: int
    work: Callable[[str], int]


class Result(NamedTuple):
    """Medians of one way to fetch.

    Attributes:
        row: the way to fetch.
        pages_per_second: pages of a thousand entries per second.
        microseconds: CPU time per entry.

    """

    row: FetchMethod
    pages_per_second: float
    microseconds: float


def write_entries(path: Path) -> None:
    """Write the entries of the example repeatedly, some milliseconds apart."""
    example = json.loads((ROOT / "examples" / "export.json").read_text(encoding="utf-8"))
    with path.open("w", encoding="utf-8") as lines:
        for number in range(PAGES * 1000):
            stamp = format_timestamp(START + number * 5_000_000)
            entry = example[number % len(example)] | {"timestamp": stamp, "insertId": f"{number:08}"}
            lines.write(json.dumps(entry) + "\n")


@contextmanager
def serve(path: Path) -> Iterator[str]:
    """Serve the entries and yield the address."""
    command = [sys.executable, "-m", "tests.fakes.logging_server", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        said = server.stderr.readline() if server.stderr else ""
        try:
            yield said.split(" at ")[-1].strip()
        finally:
            server.terminate()


def _plan(address: str, folder: str = ".") -> FetchPlan:
    return FetchPlan(
        services=[SERVICE],
        window=WINDOW,
        project="demo",
        endpoint=address,
        folder=folder,
        everything=True,
        reads_per_minute=10**9,
    )


def fetch_with_triage(address: str) -> int:
    """Fetch as ``triage fetch`` does, with journal and output file."""
    with tempfile.TemporaryDirectory() as folder:
        fetched = fetch(
            _plan(address, folder),
            [],
            findings=Findings(),
            notify=lambda _: None,
            show_progress=lambda _: None,
        )
    return fetched[0].entries


def read_pages(size: int) -> Callable[[str], int]:
    """Return the fetch by triage's page reader; lines are not kept."""

    def work(address: str) -> int:
        connection = connect(_plan(address))
        reader = PageReader(connection, RateLimiter(10**9), RetryPolicy(), lambda _: None)
        count, token = 0, ""
        while True:
            page = reader.read_page(FILTER, token, size)
            count, token = count + len(page.lines), page.token
            if not token:
                break
        connection.close()
        return count

    return work


def list_entries(size: int | None) -> Callable[[str], int]:
    """Return the fetch by google.cloud.logging.Client, with JSON lines."""

    def work(address: str) -> int:
        connection = connect(_plan(address))
        found = _client_library(connection).list_entries(filter_=FILTER, page_size=size)
        count = sum(1 for entry in found if json.dumps(entry.to_api_repr()))
        connection.close()
        return count

    return work


def _client_library(connection: Connection) -> Any:
    """Return the client library on our channel, for which it has no option."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.logging import Client
    from google.cloud.logging_v2._gapic import _LoggingAPI

    anonymous = AnonymousCredentials()  # type: ignore[no-untyped-call]
    client: Any = Client(project=connection.project, credentials=anonymous)
    client._logging_api = _LoggingAPI(connection.client, client)  # noqa: SLF001 (the only way to a channel of one's own)
    return client


METHODS = [
    FetchMethod("triage fetch, journal and file included", 1000, fetch_with_triage),
    FetchMethod("triage's pages of 1,000 (gcloud asks for as many)", 1000, read_pages(1000)),
    FetchMethod("triage's pages of 50 (the interface's default)", 50, read_pages(50)),
    FetchMethod("Client.list_entries, page_size=1000", 1000, list_entries(1000)),
    FetchMethod("Client.list_entries as it comes (pages of 50)", 50, list_entries(None)),
]


def measure() -> list[Result]:
    """Run every method in each round, every other round in reverse."""
    samples: dict[str, list[tuple[float, float]]] = {row.name: [] for row in METHODS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "entries.jsonl"
        write_entries(path)
        with serve(path) as address:
            for number in range(ROUNDS + 1):
                for row in METHODS[:: -1 if number % 2 else 1]:
                    begun, used = time.perf_counter(), time.process_time()
                    count = row.work(address)
                    sample = (
                        count / 1000 / (time.perf_counter() - begun),
                        (time.process_time() - used) / count * 1e6,
                    )
                    print(f"  round {number}: {row.name}: {sample[0]:.1f} pages/s", flush=True)
                    if number:  # the first warms the server's memory of the filter up
                        samples[row.name].append(sample)
    return [
        Result(
            row, median(pages for pages, _ in samples[row.name]), median(cpu for _, cpu in samples[row.name])
        )
        for row in METHODS
    ]


def to_markdown() -> list[str]:
    """Return the results as Markdown."""
    lines = [
        f"Fetching {PAGES * 1000:,} entries from one server on this machine; a page is 1,000 entries.",
        "",
        f"| | pages/s | client's CPU, µs per entry | calls | minutes at {QUOTA} calls a minute |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for result in measure():
        calls = PAGES * 1000 // result.row.page_size
        lines.append(
            f"| {result.row.name} | {result.pages_per_second:.1f} | {result.microseconds:.0f} | {calls} "
            f"| {calls / QUOTA:.1f} |"
        )
    return lines


if __name__ == "__main__":
    print("", *to_markdown(), sep="\n")
