"""A fetch that is killed and resumed gives the entries of an undisturbed one."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.entries import entries
from tests.fakes.logging_server import LoggingServer
from tests.fetching.conftest import Fetch, read_lines

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the fetches are forked, to be quick")

ROOT = Path(__file__).resolve().parents[2]
KILLED = -9
FULL_DISK = 74
Order = Callable[..., int]


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer(entries(12)) as server:
        yield server


@pytest.fixture
def order(server: LoggingServer) -> Iterator[Order]:
    """Run a fetch in the killable process and return its exit status."""
    command = [sys.executable, "-m", "tests.fakes.killable"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def fetch(folder: Path, **how: Any) -> int:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps({"folder": str(folder), "endpoint": server.address, **how}) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield fetch
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def whole(fetch: Fetch, tmp_path: Path) -> dict[str, bytes]:
    """Return the files of an undisturbed fetch."""
    (tmp_path / "whole").mkdir()
    path = Path(fetch(folder=str(tmp_path / "whole"))[0].path)
    assert read_lines(str(path)) == entries(12)
    return contents(tmp_path / "whole")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_kill_at_any_step_loses_and_duplicates_nothing(
    order: Order, whole: dict[str, bytes], tmp_path: Path
) -> None:
    for step in range(1, 1000):
        folder = tmp_path / str(step)
        folder.mkdir()
        if (ended := order(folder, step=step)) == 0:
            break
        assert ended == KILLED
        assert order(folder) == 0
        assert contents(folder) == whole
    assert step > 30


def test_a_kill_at_any_time_loses_and_duplicates_nothing(
    order: Order, whole: dict[str, bytes], tmp_path: Path
) -> None:
    moments = random.Random(449)
    assert order(tmp_path / "warm") == 0
    begun = time.monotonic()
    assert order(tmp_path / "measured") == 0
    duration = time.monotonic() - begun
    kills = number = 0
    while kills < 50:
        number += 1
        while order(tmp_path / str(number), after=moments.uniform(0, duration)) == KILLED:
            kills += 1
        assert contents(tmp_path / str(number)) == whole


def test_a_full_disk_ends_with_74_and_the_fetch_can_be_resumed(
    order: Order, whole: dict[str, bytes], tmp_path: Path
) -> None:
    for room in range(0, 8000, 1000):
        folder = tmp_path / str(room)
        folder.mkdir()
        assert order(folder, room=room) in {0, FULL_DISK}
        assert order(folder) == 0
        assert contents(folder) == whole
    assert order(tmp_path / "full", room=700) == FULL_DISK
