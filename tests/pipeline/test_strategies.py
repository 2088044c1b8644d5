"""How entries are analyzed follows from the order in which they come; the analysis does not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.logs import PACKS, Log, export, validation
from triage.errors import UsageError
from triage.pipeline import analysis_runner
from triage.pipeline.analysis_runner import analyze, analyze_in_order, analyze_sorted, choose_strategies
from triage.pipeline.analyzer import Analyzer
from triage.pipeline.selection import ALL
from triage.pipeline.spark_sources import OnSpark
from triage.reading import read


def write(path: Path, logs: list[Log]) -> list[str | Path]:
    path.write_text("".join(json.dumps(log) + "\n" for log in export(logs)), encoding="utf-8")
    return [path]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat every export as large."""
    monkeypatch.setattr(analysis_runner, "is_small", lambda _sources: False)


LOGS = [*validation(0), *validation(1800, down=["redis"])]


def create(*, keeps_all: bool = False) -> Analyzer:
    return Analyzer(PACKS, keeps_all=keeps_all)


def ignore(_text: str) -> None:
    pass


@pytest.mark.usefixtures("large")
def test_a_large_file_is_read_in_order_first(tmp_path: Path) -> None:
    sources = write(tmp_path / "a.jsonl", LOGS)
    assert choose_strategies(sources) == [analyze_in_order, analyze_sorted]
    assert choose_strategies([*sources, *sources]) == [analyze_sorted]
    assert choose_strategies(OnSpark([str(sources[0])])) == [
        analysis_runner.analyze_by_instance,
        analyze_sorted,
    ]


def test_a_small_export_is_sorted(tmp_path: Path) -> None:
    assert choose_strategies(write(tmp_path / "a.jsonl", LOGS)) == [analyze_sorted]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("arrange", [list, lambda logs: logs[::-1]])
def test_every_strategy_gives_the_same_diagnosis(
    tmp_path: Path, arrange: Callable[[list[Log]], list[Log]]
) -> None:
    sources = write(tmp_path / "a.jsonl", arrange(LOGS))
    expected = analyze_sorted(sources, create, ALL, ignore)
    assert analyze(sources, packs=PACKS).diagnosis == expected.diagnosis


@pytest.fixture
def without_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read here what Spark should read."""
    monkeypatch.setattr(
        "triage.pipeline.record_sources._read_on_spark", lambda sources, *_more: read(list(sources))
    )


@pytest.mark.usefixtures("without_cluster")
def test_few_records_for_spark_are_reported_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = OnSpark(map(str, write(tmp_path / "a.jsonl", LOGS)))
    notes: list[str] = []
    found = analyze(sources, packs=PACKS, notify=notes.append)
    records = found.timeline.coverage.records
    assert notes == [
        f"Spark read {records} records: one machine is faster for so few; leave out --engine spark"
    ]
    monkeypatch.setattr(analysis_runner, "_FEW_FOR_SPARK", records)
    analyze(sources, packs=PACKS, notify=notes.append)
    assert len(notes) == 1


def test_standard_input_is_not_read_instead_of_spark() -> None:
    with pytest.raises(UsageError, match="Spark cannot read standard input"):
        analyze(OnSpark(["-"]), packs=PACKS)
