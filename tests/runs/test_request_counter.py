"""Requests are counted by path and status."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from triage import pipeline
from triage.models import Pack, Paths, Record, RequestCounts, Rule, Source
from triage.pipeline import analyze

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
    return analyze(iter(records), packs=[SHOP]).timeline.requests


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
        request(5, "/live/a", resource={"type": "http_load_balancer", "labels": {}}),
    ]) == []  # fmt: skip


def test_a_request_with_a_text_is_a_request() -> None:
    text = "The request failed because either the HTTP response was malformed or connection to the instance had an error."
    rows = counted(
        [request(1, "/live/up", 200), request(2, "/live/up", 503, severity="ERROR", textPayload=text)]
    )
    assert [(row.path, row.status, row.count) for row in rows] == [("/live/up", 200, 1), ("/live/up", 503, 1)]


def test_a_request_with_an_unknown_text_is_counted_in_a_large_file(tmp_path: Path) -> None:
    entries = [
        request(n % 60, "/live/up", 200, insertId=f"q{n}", textPayload="seen by a proxy") for n in range(50)
    ]
    path = tmp_path / "large.jsonl"
    filler = [
        request(1, "/orders", 200, insertId=f"f{n}") | {"labels": {"note": "x" * 400}} for n in range(9000)
    ]
    path.write_text("\n".join(json.dumps(entry) for entry in [*entries, *filler]), encoding="utf-8")
    found = analyze([path], packs=[SHOP])
    assert [(row.path, row.count) for row in found.timeline.requests] == [("/live/up", 50)]
    assert found.traffic[0].statuses == {200: 9050}


def test_method_and_url_of_a_raw_log_wrapper_are_read() -> None:
    http = {"method": "GET", "url": "https://shop.example/live/up", "status": 503}
    rows = counted([request(n, "/", httpRequest=http, textPayload="The request failed.") for n in range(3)])
    assert [(row.kind, row.path, row.status, row.count) for row in rows] == [("health", "/live/up", 503, 3)]


GATED = msgspec.structs.replace(
    SHOP,
    rules=[
        Rule(
            id="refused",
            literal="not upgraded",
            pattern=r"^not upgraded: (?P<path>\S+)",
            hits=["not upgraded: /live/a"],
            misses=["upgraded: /live/a"],
        )
    ],
    paths=Paths(socket=["/live/*"], health=["/live/up"], plain=["refused"]),
)


def refusal(number: int, path: str) -> dict[str, Any]:
    stderr = "projects/demo/logs/run.googleapis.com%2Fstderr"
    return request(number, "/", logName=stderr, textPayload=f"not upgraded: {path}", httpRequest=None)


def kinds(entries: Sequence[dict[str, Any]]) -> list[tuple[str, str, int | None, int, int]]:
    records = [Record(json.dumps(entry).encode(), Source("e", n)) for n, entry in enumerate(entries, start=1)]
    rows = analyze(iter(records), packs=[GATED]).timeline.requests
    return [(row.kind, row.path, row.status, row.count, row.refused) for row in rows]


def test_requests_that_a_line_shows_to_be_plain_are_no_connections() -> None:
    entries = [
        request(1, "/live/a"),
        *(request(10 + n, "/live/a", 503) for n in range(3)),
        *(refusal(20 + n, "/live/a") for n in range(2)),
    ]
    assert kinds(entries) == [
        ("plain", "/live/a", 503, 2, 2),
        ("socket", "/live/a", 101, 1, 0),
        ("socket", "/live/a", 503, 1, 0),
    ]
    assert kinds(entries[::-1]) == kinds(entries)


def test_a_refused_health_check_stays_a_health_check() -> None:
    assert kinds([request(1, "/live/up", 503), refusal(2, "/live/up")]) == [("health", "/live/up", 503, 1, 1)]


def test_a_refused_request_without_such_a_line_counts_as_a_connection() -> None:
    assert kinds([request(1, "/live/a", 503), refusal(2, "/live/b")]) == [("socket", "/live/a", 503, 1, 0)]


def test_shipped_packs_have_the_usual_paths() -> None:
    packs = pipeline.load_packs()
    known = {path for pack in packs for path in (*pack.paths.socket, *pack.paths.health)}
    assert {"/ws", "/websocket", "/health", "/healthz"} <= known
