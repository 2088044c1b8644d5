"""Workers are started only when that is safe and useful."""

import os
import signal
import threading
from pathlib import Path

import pytest

from triage.reading.workers import process as worker


def test_a_process_with_threads_is_not_copied() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert worker.worker_count() == 0
    finally:
        done.set()
        thread.join()


def test_workers_are_bounded_by_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1").mkdir()
    monkeypatch.setattr(worker, "_TASKS", tmp_path)
    for cores, expected in [(1, 0), (2, 2), (16, 4)]:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert worker.worker_count() == expected


def test_no_workers_without_a_list_of_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_TASKS", tmp_path / "none")
    assert worker.worker_count() == 0


def test_no_workers_if_the_system_discards_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.SIG_IGN)
    assert worker.worker_count() == 0
