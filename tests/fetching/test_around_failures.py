"""All lines around failures are fetched after the logs, in a bounded number of calls."""

import json
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode

from tests.fakes.entries import SERVICE, START, WINDOW, entry
from tests.fakes.logging_server import LoggingServer, empty, refuse
from tests.fetching.conftest import Fetch, read_lines
from triage import lql
from triage.errors import TryAgainError
from triage.fetching.around_failures import MAX_PAGES, MAX_QUERIES, build_around_queries
from triage.fetching.pages import RetryPolicy
from triage.fetching.query import MAX_CHARACTERS, add_window
from triage.models import Neighborhoods
from triage.window import NANOSECONDS, Window

INSTANCE = "00f0c0de"
REVISION = f"{SERVICE}-00042-abc"
KEY = (SERVICE, REVISION, INSTANCE)


def seconds(number: float) -> int:
    return START + round(number * NANOSECONDS)


def around(*windows: tuple[float, float]) -> Neighborhoods:
    return Neighborhoods({KEY: [(seconds(start), seconds(end)) for start, end in windows]})


def info(number: int, **fields: Any) -> dict[str, Any]:
    """Return an ordinary line of second 10 * number, which the first pass leaves out."""
    return entry(number, f"step {number}", severity="INFO") | {"insertId": f"info{number:04}"} | fields


@pytest.fixture
def server() -> Any:
    """Return warnings 0 to 22, and an ordinary line behind each of them."""
    lines = [entry(number) for number in range(23)]
    lines += [info(number, timestamp=lines[number]["timestamp"]) for number in range(23)]
    with LoggingServer(lines) as server:
        yield server


def test_all_lines_around_a_failure_are_in_the_file_once_and_in_order(fetch: Fetch) -> None:
    [fetched] = fetch(everything=False, find_neighborhoods=lambda _files: around((95, 125)))
    lines = read_lines(fetched.path)
    assert [line["textPayload"] for line in lines if line["severity"] == "INFO"] == [
        "step 10", "step 11", "step 12"
    ]  # fmt: skip
    assert len({line["insertId"] for line in lines}) == len(lines) == fetched.entries == 23 + 3
    assert [line["timestamp"] for line in lines] == sorted(line["timestamp"] for line in lines)
    assert fetched.around_failures == 1
    assert fetched.complete
    assert fetched.cut == ""
    meta = json.loads(Path(fetched.path.replace(".jsonl.gz", ".meta.json")).read_text(encoding="utf-8"))
    assert meta["windows_around_failures"] == 1


def test_nothing_around_failures_is_fetched_for_a_custom_filter_or_everything(fetch: Fetch) -> None:
    def unexpected(_files: object) -> Neighborhoods:
        raise AssertionError

    fetch(everything=True, find_neighborhoods=unexpected)
    fetch(everything=False, filter="severity=WARNING", find_neighborhoods=unexpected)


def test_failures_are_searched_in_the_logs_of_the_first_pass(fetch: Fetch) -> None:
    seen: list[int] = []

    def find(files: list[Path]) -> Neighborhoods:
        seen.extend(len(file.read_bytes().splitlines()) for file in files)
        return around((95, 125))

    fetch(everything=False, find_neighborhoods=find)
    assert seen == [23]


def test_a_fetch_interrupted_around_failures_is_resumed_there(
    fetch: Fetch, server: LoggingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole = around((0, 300))
    [expected] = fetch(
        everything=False, find_neighborhoods=lambda _files: whole, folder=str(tmp_path / "whole")
    )
    pages = len(server.requests)
    server.on_page(2, refuse(StatusCode.UNAVAILABLE), times=None)
    monkeypatch.setattr("triage.fetching.fetcher.PAGE_SIZE", 25)
    impatient = RetryPolicy(budget=0.01, first_pause=0.01, max_pause=0.02)
    with pytest.raises(TryAgainError, match="entries are kept"):
        fetch(
            everything=False,
            find_neighborhoods=lambda _f: whole,
            folder=str(tmp_path / "cut"),
            retry_policy=impatient,
        )
    first = [text for text, page, _ in server.requests[pages:] if page == 1]
    assert "labels.instanceId" in first[-1]
    server.on_page(2, lambda _context: False, times=None)
    asked = len(server.requests)

    def unexpected(_files: object) -> Neighborhoods:
        raise AssertionError

    [resumed] = fetch(
        everything=False, find_neighborhoods=unexpected, folder=str(tmp_path / "cut"), resume=True
    )
    assert all("labels.instanceId" in text for text, _, _ in server.requests[asked:])
    assert read_lines(resumed.path) == read_lines(expected.path)


def test_pages_around_failures_are_bounded_and_the_rest_is_reported(
    fetch: Fetch, server: LoggingServer
) -> None:
    for page in range(1, 100):
        server.on_page(page, _empty_around(server), times=None)
    [fetched] = fetch(everything=False, find_neighborhoods=lambda _files: around((0, 300)))
    assert sum("labels.instanceId" in text for text, _, _ in server.requests) == MAX_PAGES
    assert "not all lines around failures were read" in fetched.cut
    assert fetched.complete


def _empty_around(server: LoggingServer) -> Any:
    def cue(context: Any) -> bool:
        return "labels.instanceId" in server.requests[-1][0] and empty(context)

    return cue


def test_windows_are_cut_to_the_fetched_window() -> None:
    inside = Window(seconds(10), seconds(20))
    [query], omitted = build_around_queries(SERVICE, "service", around((0, 12), (18, 90), (30, 40)), inside)
    assert omitted == 0
    assert query.windows == 2
    assert query.window.start == inside.start
    matches = lql.matcher(add_window(query.filter, query.window))
    line = entry(1) | {"timestamp": "2025-09-16T00:00:11Z"}
    assert matches(line)
    assert not matches(line | {"timestamp": "2025-09-16T00:00:15Z"})
    assert not matches(line | {"labels": {"instanceId": "another"}})


@pytest.mark.parametrize("instances", [1, 30, 5000])
def test_filters_and_calls_are_bounded_whatever_fails(instances: int) -> None:
    windows = {
        (SERVICE, REVISION, f"{number:0200x}"): [(seconds(number), seconds(number + 5))] * 3
        for number in range(instances)
    }
    queries, omitted = build_around_queries(SERVICE, "service", Neighborhoods(windows), WINDOW)
    assert len(queries) <= MAX_QUERIES
    assert all(len(add_window(query.filter, query.window)) < MAX_CHARACTERS for query in queries)
    within = sum(number < 3600 for number in range(instances)) * 3
    assert sum(query.windows for query in queries) + omitted == within


def test_the_first_failure_of_each_instance_comes_before_second_ones() -> None:
    windows = {
        (SERVICE, REVISION, f"{number:0200x}"): [(seconds(9 * k), seconds(9 * k + 5)) for k in range(50)]
        for number in range(20)
    }
    queries, _ = build_around_queries(SERVICE, "service", Neighborhoods(windows), WINDOW)
    text = "".join(query.filter for query in queries)
    assert all(f"{number:0200x}" in text for number in range(20))


def test_a_failure_without_an_instance_is_asked_for_by_its_revision() -> None:
    windows = {(SERVICE, REVISION, ""): [(seconds(0), seconds(30))]}
    [query], _ = build_around_queries(SERVICE, "service", Neighborhoods(windows), WINDOW)
    matches = lql.matcher(add_window(query.filter, query.window))
    other = entry(1)
    other["resource"]["labels"]["revision_name"] = f"{SERVICE}-00043-xyz"
    assert matches(entry(1))
    assert not matches(other)


def test_functions_of_both_generations_are_asked_for_by_their_instances() -> None:
    windows = {
        (name, "", INSTANCE): [(seconds(0), seconds(30))] for name in ("bulk_Loader", "bulk-loader", "other")
    }
    queries, _ = build_around_queries("bulk_Loader", "function", Neighborhoods(windows), WINDOW)
    assert sum(query.windows for query in queries) == 2
    matches = lql.matcher(add_window(queries[0].filter, queries[0].window))
    first = entry(1) | {
        "resource": {"type": "cloud_function", "labels": {"function_name": "bulk_Loader"}},
        "labels": {"instance_id": INSTANCE},
    }
    assert matches(first)
    assert matches(entry(1, service="bulk-loader"))


def test_services_that_are_not_fetched_are_left_out() -> None:
    windows = {("parcels", "parcels-00001-abc", INSTANCE): [(seconds(0), seconds(30))]}
    assert build_around_queries(SERVICE, "service", Neighborhoods(windows), WINDOW) == ([], 0)
