"""The server of a dashboard: what it answers, to whom, and how it stops."""

import json
import socket
from collections.abc import Generator, Iterator
from typing import Any

import httpx
import msgspec
import pytest

from tests.dashboard.pages import NOW, page, status
from triage.dashboard import app
from triage.dashboard.address import Address
from triage.dashboard.app import Assets
from triage.dashboard.board import Board
from triage.dashboard.server import DashboardServer

ASSETS = Assets("body { margin: 0 }", '"use strict";')
PATHS = ["/", "/style.css", "/script.js", "/events", "/healthz", "/metrics", "/nothing"]


@pytest.fixture
def board() -> Board:
    return Board(page(0, a="0"), lambda: NOW)


@pytest.fixture
def server(board: Board) -> Iterator[DashboardServer]:
    with DashboardServer(board, Address("127.0.0.1", 0), ASSETS) as server:
        yield server


def get(server: DashboardServer, path: str, **headers: str) -> httpx.Response:
    """Return an answer; of an endless one its head alone."""
    with httpx.stream("GET", server.address.url.rstrip("/") + path, headers=headers) as answer:
        if not answer.headers["content-type"].startswith("text/event-stream"):
            answer.read()
        return answer


def events(answer: httpx.Response) -> Generator[tuple[str, dict[str, Any]], None, None]:
    """Yield the events of a stream with their data; the stream ends with the generator."""
    event = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            yield event, json.loads(value)


def test_newest_page_and_its_files_are_answered(server: DashboardServer, board: Board) -> None:
    board.post(page(1, a="1"))
    assert get(server, "/").text == "<main>1</main>"
    assert (get(server, "/style.css").text, get(server, "/script.js").text) == (ASSETS.style, ASSETS.script)
    types = [get(server, path).headers["content-type"].partition(";")[0] for path in PATHS[:4]]
    assert types == ["text/html", "text/css", "text/javascript", "text/event-stream"]
    assert get(server, "/nothing").status_code == 404
    assert httpx.post(server.address.url).status_code == 405


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["127.0.0.1", "attacker.example"])
def test_every_answer_has_a_strict_policy(server: DashboardServer, path: str, host: str) -> None:
    headers = get(server, path, host=host).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("path", PATHS)
def test_request_under_the_name_of_another_site_is_refused(server: DashboardServer, path: str) -> None:
    answer = get(server, path, host=f"attacker.example:{server.address.port}")
    assert answer.status_code == 421
    assert "<main>" not in answer.text
    assert get(server, "/healthz", host=f"localhost:{server.address.port}").status_code == 503


def test_page_of_another_site_cannot_follow(server: DashboardServer, board: Board) -> None:
    assert get(server, "/events", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert get(server, "/events", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_viewer_is_sent_each_page_and_reconnects_where_it_was(server: DashboardServer, board: Board) -> None:
    with httpx.stream("GET", f"{server.address.url}events?since=run-0") as answer:
        arriving = events(answer)
        assert next(arriving)[0] == "status"
        board.post(page(1, a="1", b="1"))
        event, data = next(arriving)
        assert (event, data["sections"]) == ("page", {"a": "1", "b": "1"})
    board.post(page(2, a="1", b="2"))
    # The browser names the last version that it got, whatever the address says.
    again = {"Last-Event-ID": "run-1"}
    with httpx.stream("GET", f"{server.address.url}events?since=run-0", headers=again) as answer:
        assert next(events(answer))[1]["sections"] == {"b": "2"}


def test_too_many_viewers_are_refused(
    server: DashboardServer, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MAX_VIEWERS", 1)
    with httpx.stream("GET", f"{server.address.url}events") as first:
        arriving = events(first)
        next(arriving)
        refused = get(server, "/events")
        assert refused.status_code == 503
        assert refused.text == "No more than 1 viewers can follow this page at a time.\n"
        arriving.close()


def test_slow_viewer_is_dropped_and_others_go_on(board: Board) -> None:
    with (
        DashboardServer(board, Address("127.0.0.1", 0), ASSETS, send_timeout=0.05) as server,
        socket.create_connection((server.address.host, server.address.port)) as slow,
        httpx.stream("GET", f"{server.address.url}events") as quick,
    ):
        slow.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        arriving = (data for event, data in events(quick) if event == "page")
        next(arriving)
        number = 0
        while number < 2 or board.viewers > 1:
            number += 1
            board.post(page(number, a=f"{number}{'x' * 2_000_000}"))
            assert next(arriving)["title"] == f"READY: page {number}"
            assert number < 1000
        assert board.viewers == 1


def test_health_is_that_of_the_reading(board: Board) -> None:
    moments = iter([NOW, NOW, NOW + 61 * 10**9])
    board = Board(page(0), lambda: next(moments))
    with DashboardServer(board, Address("127.0.0.1", 0), ASSETS) as server:
        answer = get(server, "/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "waiting for the first verdict")
        board.post(page(1))
        board.report(status())
        answer = get(server, "/healthz")
        assert (answer.status_code, answer.json()) == (
            200,
            {"status": "ok", "age_seconds": 0.0, "stream": "tailing"},
        )
        get(server, "/healthz")
        answer = get(server, "/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "stale")


def test_health_fails_while_cloud_logging_does_not_answer(board: Board, server: DashboardServer) -> None:
    board.post(page(1))
    board.report(msgspec.structs.replace(status("reconnecting"), read_until=NOW - 61 * 10**9))
    answer = get(server, "/healthz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "stale", "age_seconds": 61.0, "stream": "reconnecting"},
    )


def test_metrics_are_text_for_prometheus(server: DashboardServer, board: Board) -> None:
    answer = get(server, "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'triage_ready_instances{service="shop",region="europe-west4"} 2\n' in answer.text


def test_stopped_server_ends_its_viewers_and_frees_its_port(board: Board) -> None:
    with DashboardServer(board, Address("127.0.0.1", 0), ASSETS) as server:
        viewer = httpx.Client()
        answer = viewer.send(viewer.build_request("GET", f"{server.address.url}events"), stream=True)
        arriving = events(answer)
        next(arriving)
    assert [event for event, _ in arriving if event == "page"] == []
    viewer.close()
    with DashboardServer(board, server.address, ASSETS) as again:
        assert again.address == server.address
