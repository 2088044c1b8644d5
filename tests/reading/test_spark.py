"""The requirements of Spark are checked first, and small files share a task."""

from pathlib import Path

import pytest

from triage.errors import IOFailureError, UsageError
from triage.models import ExportFile, Gap, Record, Skipped, Source
from triage.reading import ALL_RECORDS
from triage.reading.sources import ExportSource
from triage.reading.spark import reader as spark
from triage.reading.spark.context import _task_error, require_spark
from triage.reading.spark.file_parts import Part, PartEnd


def part(name: str, size: int) -> Part:
    return Part(ExportSource(name, is_explicit=True), size)


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.reading.spark.context.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"pyspark, which is not installed; .*'cloudrun-triage\[spark\]'"):
        require_spark()


@pytest.mark.parametrize(("home", "word"), [(None, "none is installed"), ("/nowhere", "/nowhere")])
def test_missing_java_is_reported(
    home: str | None, word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("triage.reading.spark.context.find_spec", lambda _name: True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if home:
        monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(UsageError, match=f"Java.*{word}.*Java 17"):
        require_spark()


def test_executor_without_triage_is_named_with_both_ways_to_get_it_there() -> None:
    failed = (
        "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
        '  File "/opt/spark/python/pyspark/worker.py", line 1100, in main\n'
        "ModuleNotFoundError: No module named 'triage'\n"
    )
    error = _task_error(RuntimeError(failed))
    assert error.message == "the Python of Spark's executors has no triage"
    assert "PYSPARK_PYTHON" in error.hint
    assert "spark.archives" in error.hint


def test_small_files_share_a_task_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.reading.spark.reader.PART", 100)
    found = [part(name, size) for name, size in zip("abcdef", [40, 60, 1, 500, 99, 1], strict=True)]
    assert ["".join(one.source.path for one in group) for group in spark._groups(found)] == [
        "ab",
        "c",
        "d",
        "ef",
    ]
    assert list(spark._groups([])) == []


def test_error_of_a_part_ends_its_group_and_is_raised_in_order(tmp_path: Path) -> None:
    blocks = list(
        spark._read_group(
            [part(str(tmp_path / "none"), 1), part("never", 1)],
            make_filter=lambda: lambda read: iter(read(ALL_RECORDS)),
            sort_key=None,
        )
    )
    ((error,),) = blocks
    record = Record(b"{}", Source("a", 1))
    items = spark._restore_positions([[record, error]], {})
    assert next(items) == record
    with pytest.raises(IOFailureError, match="none: No such file"):
        next(items)


def test_positions_continue_over_the_ranges_of_a_file() -> None:
    gap = Gap("broken_record", "a", "x", 2)
    skipped = Skipped("a", {"INFO": 3}, 1, 2)
    items: list[spark.Item] = [
        Record(b"{}", Source("a", 1)), gap, PartEnd("a", 5, 4, last=False), skipped,
        Record(b"{}", Source("a", 1)), gap, Gap("too_large", "a", "no place"), PartEnd("a", 7, 6, last=True),
        Record(b"{}", Source("b", 1)), PartEnd("b", 1, 1, last=True),
    ]  # fmt: skip
    found = list(spark._restore_positions([items], {}))
    places = [
        item.source.position if isinstance(item, Record) else item.position
        for item in found
        if isinstance(item, Record | Gap)
    ]
    assert places == [1, 2, 6, 7, None, 1]
    assert [item for item in found if isinstance(item, ExportFile)] == [
        ExportFile("a", "JSON lines", 10),
        ExportFile("b", "JSON lines", 1),
    ]
    assert skipped in found
