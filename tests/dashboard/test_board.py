"""The board: every viewer gets the newest page, and only what is new to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from tests.dashboard.pages import NOW, page, status
from triage.dashboard.board import Board, Update


async def next_page(updates: AsyncIterator[Update]) -> tuple[str, dict[str, Any]]:
    """Return the version and the data of the next page that a viewer is sent."""
    async for update in updates:
        if update.event == "page":
            return update.version, json.loads(update.data)
    raise AssertionError("the viewer was ended")


def follow(board: Board, version: str, act: Callable[[], None] = lambda: None) -> tuple[str, dict[str, Any]]:
    """Return the first page of a viewer with a version; ``act`` is called after its first status."""

    async def watch() -> tuple[str, dict[str, Any]]:
        async with aclosing(board.follow(version)) as updates:
            if version == board.page.version:
                assert (await anext(updates)).event == "status"
                act()
            return await next_page(updates)

    return asyncio.run(watch())


def test_new_viewer_gets_the_whole_page() -> None:
    board = Board(page(0, waiting="w"))
    board.post(page(1, a="1", b="1"))
    version, data = follow(board, "")
    assert version == "run-1"
    assert data == {
        "title": "READY: page 1",
        "order": ["a", "b"],
        "sections": {"a": "1", "b": "1"},
        "news": [],
    }


def test_viewer_gets_only_the_sections_that_changed() -> None:
    board = Board(page(0, a="1", b="1"))
    version, data = follow(board, "run-0", lambda: board.post(page(1, a="1", b="2", c="1")))
    assert version == "run-1"
    assert data["order"] == ["a", "b", "c"]
    assert data["sections"] == {"b": "2", "c": "1"}


def test_viewer_that_missed_pages_gets_what_changed_since_its_own() -> None:
    board = Board(page(0, a="0", b="0", c="0"))
    board.post(page(1, a="1", b="0", c="0", news=["first"]))
    board.post(page(2, a="1", b="2", c="0", news=["second"]))
    board.post(page(3, a="1", b="2", c="3", news=["third"]))
    _, data = follow(board, "run-1")
    assert data["sections"] == {"b": "2", "c": "3"}
    assert data["news"] == ["second", "third"]


def test_viewer_of_an_earlier_run_gets_the_whole_page() -> None:
    board = Board(page(0, run="new", a="1"))
    board.post(page(1, run="new", a="1", b="1", news=["old news"]))
    for version in ("old-1", "old-7", "junk", "new", "new-٣"):
        _, data = follow(board, version)
        assert data["sections"] == {"a": "1", "b": "1"}


def test_page_that_returns_to_an_earlier_state_is_sent() -> None:
    board = Board(page(0, a="0"))
    board.post(page(1, a="1"))
    board.post(page(2, a="0"))
    assert follow(board, "run-1")[1]["sections"] == {"a": "0"}


def test_status_says_how_current_the_page_is() -> None:
    async def watch() -> list[Any]:
        board = Board(page(0, a="0"), lambda: NOW + 5_000_000_000)
        async with aclosing(board.follow("run-0")) as updates:
            before = json.loads((await anext(updates)).data)
            board.report(status("polling"))
            return [before, json.loads((await anext(updates)).data), board.age]

    before, after, age = asyncio.run(watch())
    assert before["read_until"] is None
    assert after == {
        "now": NOW // 10**6 + 5000,
        "read_until": NOW // 10**6,
        "arriving": "polling",
        "lines": 12,
    }
    assert age == 5


def test_closed_board_ends_its_viewers() -> None:
    async def watch() -> int:
        board = Board(page(0, a="0"))
        async with aclosing(board.follow("run-0")) as updates:
            await anext(updates)
            assert board.viewers == 1
            board.close()
            assert [update async for update in updates] == []
        return board.viewers

    assert asyncio.run(watch()) == 0
