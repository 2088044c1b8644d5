"""Documents do not depend on how many processes read an export, nor on whether they live to its end."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.dense import DenseLog
from triage.models import Entry
from triage.pipeline import analysis_runner
from triage.pipeline.analysis_runner import analyze
from triage.pipeline.analyzer import Analyzer
from triage.pipeline.reports import report, to_json
from triage.reading.workers import batch, parallel_reader, process

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="workers need Linux"),
]
EXAMPLES = Path(__file__).parents[2] / "examples"
READS = sys.modules["triage.reading.reader"]
FORMS: dict[str, Callable[[list[object]], str]] = {
    "lines": lambda logs: "".join(json.dumps(log) + "\n" for log in logs),
    "list": lambda logs: json.dumps(logs, indent=2),
    "lines, newest first": lambda logs: "".join(json.dumps(log) + "\n" for log in logs[::-1]),
}


EXPORTS: dict[str, Callable[[], list[Any]]] = {
    "export": lambda: json.loads((EXAMPLES / "export.json").read_text(encoding="utf-8")),
    "storefront": lambda: json.loads((EXAMPLES / "storefront.json").read_text(encoding="utf-8")),
    "identifiers": lambda: list(islice(DenseLog(Random(3), unique=True).entries(), 400)),
}


@pytest.fixture(params=[f"{name}, {form}" for name in EXPORTS for form in FORMS])
def export(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an export that is treated as a large one, of many ranges and batches."""
    monkeypatch.setattr(analysis_runner, "is_small", lambda _sources: False)
    monkeypatch.setattr(READS, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(parallel_reader, "_RANGE_BYTES", 10_000)
    monkeypatch.setattr(batch, "_ITEMS", 3)
    name, _, form = request.param.partition(", ")
    path = tmp_path / "export.json"
    path.write_text(FORMS[form](EXPORTS[name]()), encoding="utf-8")
    return path


def documents(path: Path, workers: int) -> str:
    """Return the documents of an export, read by so many workers."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(READS, "worker_count", lambda: workers)
        analysis = analyze([path])
    return to_json(analysis.diagnosis) + to_json(analysis.timeline) + report(analysis)


def test_documents_are_the_same_with_any_number_of_workers(export: Path) -> None:
    alone = documents(export, 0)
    assert '"incidents": []' not in alone
    for workers in (1, 2, 3):
        assert documents(export, workers) == alone


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_answer_is_prepared_while_workers_begin_to_read(
    export: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    observed: list[int] = []
    prepared: list[list[int]] = []
    observe = Analyzer._observe_batch

    def count(self: Analyzer, entries: Sequence[Entry]) -> None:
        observed.append(len(entries))
        observe(self, entries)

    monkeypatch.setattr(Analyzer, "_observe_batch", count)
    monkeypatch.setattr(READS, "worker_count", lambda: workers)
    analyze([export], prepare=lambda: prepared.append([*observed]))
    assert observed
    assert prepared == ([[]] if workers else [])


@pytest.mark.parametrize("messages", [0, 1, 4])
def test_killed_workers_do_not_change_the_documents(
    export: Path, messages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = documents(export, 0)
    send = process._send

    def send_some(writing: int, work: Callable[[], Iterable[bytes]]) -> None:
        def some() -> Iterator[bytes]:
            for number, message in enumerate(work()):
                if number == messages:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield message

        send(writing, some)

    monkeypatch.setattr(process, "_send", send_some)
    assert documents(export, 2) == alone
