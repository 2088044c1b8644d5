"""Grouping accuracy counts the lines whose group is exactly the true one."""

from pathlib import Path

import pytest

from benchmarks.grouping import main, measure_accuracy


def test_a_group_that_is_split_or_merged_counts_nothing() -> None:
    assert measure_accuracy(["a", "a", "b", "c"], ["1", "1", "2", "2"]) == 0.5
    assert measure_accuracy(["a", "a", "a"], ["1", "1", "2"]) == 0.0
    assert measure_accuracy(["x", "y"], ["1", "2"]) == 1.0


def test_the_mean_over_the_files_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["Content,EventId", "till 4 closed,E1", "till 5 closed,E1", "no paper,E2", ""]
    (tmp_path / "Till_2k.log_structured.csv").write_text("\n".join(lines))
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].split()[:2] == ["Till", "1.000"]
    assert printed[2].split()[:2] == ["mean", "1.000"]


def test_a_folder_without_labeled_files_is_refused(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2
