"""Requests are counted by path and status."""

import json
from collections.abc import Sequence
from typing import Any

from triage import pipeline
from triage.models import Pack, Paths, Record, RequestCounts, Source
from triage.pipeline import analyse

SHOP = Pack(
    id="shop",
    title="Shop",
    version=1,
    services=["shop-*"],
    keywords=[],
    filter="",
    rules=[],
    paths=Paths(socket=["/live/*"], health=["/live/up"]),
)


def request(number: int, path: str, status: int | None = 101, **changes: Any) -> dict[str, Any]:
    http = {"requestMethod": "GET", "requestUrl": f"https://shop.example{path}"}
    entry: dict[str, Any] = {
        "timestamp": f"2026-03-17T13:30:{number:02d}Z",
        "insertId": f"r{number}",
        "severity": "INFO",
        "logName": "projects/demo/logs/run.googleapis.com%2Frequests",
        "resource": {"labels": {"service_name": "shop-web", "revision_name": "shop-web-00002-new"}},
        "httpRequest": http if status is None else http | {"status": status},
    }
    return entry | changes


def counted(entries: Sequence[dict[str, Any]]) -> list[RequestCounts]:
    records = [Record(json.dumps(entry).encode(), Source("e", n)) for n, entry in enumerate(entries, start=1)]
    return analyse(iter(records), packs=[SHOP]).timeline.requests


def test_requests_are_counted_by_path_and_status_with_times() -> None:
    entries = [
        request(1, "/live/a?token=x"),
        request(2, "/live/a"),
        request(3, "/live/a", 503),
        request(4, "/live/up", 200),
    ]
    rows = [
        (row.kind, row.path, row.status, row.count, row.first[17:19], row.last[17:19])
        for row in counted(entries)
    ]
    assert rows == [
        ("health", "/live/up", 200, 1, "04", "04"),
        ("socket", "/live/a", 101, 2, "01", "02"),
        ("socket", "/live/a", 503, 1, "03", "03"),
    ]
    assert counted(entries)[0].revision == "shop-web-00002-new"


def test_counts_are_independent_of_export_order() -> None:
    entries = [request(n, f"/live/{n % 30}", 101 if n % 3 else None) for n in range(60)]
    assert counted(entries[::-1] + entries[:9]) == counted(entries)


def test_paths_are_bounded_and_no_request_is_lost() -> None:
    rows = counted([request(n, f"/live/{n}") for n in range(60)])
    assert sum(row.count for row in rows) == 60
    assert len(rows) == 21
    assert rows[-1].path == "…"


def test_other_requests_and_repeated_lines_are_not_counted() -> None:
    other = {"labels": {"service_name": "stock", "revision_name": "stock-1"}}
    stdout = "projects/demo/logs/run.googleapis.com%2Fstdout"
    post = {"requestMethod": "POST", "requestUrl": "/live/a", "status": 101}
    assert counted([
        request(1, "/api/orders", 200),
        request(2, "/live/a", resource=other),
        request(3, "/live/a", logName=stdout),
        request(4, "/live/a", httpRequest=post),
        request(5, "/live/a", textPayload="said elsewhere"),
    ]) == []  # fmt: skip


def test_shipped_packs_have_the_usual_paths() -> None:
    packs = pipeline.load_packs()
    known = {path for pack in packs for path in (*pack.paths.socket, *pack.paths.health)}
    assert {"/ws", "/websocket", "/health", "/healthz"} <= known
