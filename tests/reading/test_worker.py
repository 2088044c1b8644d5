"""A process is copied only where that is safe and of use."""

import os
import signal
import threading
from pathlib import Path

import pytest

from triage.reading import worker


def test_a_process_with_threads_is_not_copied() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert worker.worker_count() == 0
    finally:
        done.set()
        thread.join()


def test_there_are_no_more_helpers_than_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1").mkdir()
    monkeypatch.setattr(worker, "_TASKS", tmp_path)
    for cores, expected in [(1, 0), (2, 2), (16, 4)]:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert worker.worker_count() == expected


def test_where_the_system_does_not_tell_its_threads_there_are_no_helpers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_TASKS", tmp_path / "none")
    assert worker.worker_count() == 0


def test_where_the_system_takes_away_what_ended_there_are_no_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.SIG_IGN)
    assert worker.worker_count() == 0
