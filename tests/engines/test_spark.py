"""Spark gives the documents that this process gives, byte by byte, of every form, division and order of the logs."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks import corpus
from tests.fakes.storage_server import StorageServer
from tests.reading.logs import FORMS, lines, log, logs
from triage import pipeline
from triage.errors import BadDataError, IOFailureError, NoPermissionError, UsageError
from triage.models import Coverage
from triage.pipeline import ALL, OnSpark, Selection
from triage.window import parse_timestamp

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("spark")]

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
EXAMPLE = ROOT / "examples" / "export.json"
PACKS = pipeline.load_packs()


def documents(sources: Any, selection: Selection = ALL) -> list[str]:
    """Return the documents that some exports give."""
    return told(pipeline.analyse(sources, packs=PACKS, selection=selection))


def told(found: pipeline.Analysis) -> list[str]:
    return [pipeline.to_json(found.timeline), pipeline.to_json(found.diagnosis)]


def same(*sources: str | Path, selection: Selection = ALL, again: str = "") -> Coverage:
    """Hold Spark against this process, and return what was read; ``again`` is why it is read once more."""
    names = [str(source) for source in sources]
    notes: list[str] = []
    found = pipeline.analyse(OnSpark(names), packs=PACKS, selection=selection, notify=notes.append)
    assert told(found) == documents(names, selection)
    assert notes == ([f"{again}: all are read once more, and sorted"] if again else [])
    coverage = found.timeline.coverage
    parts = coverage.broken + coverage.joined + coverage.outside + coverage.skipped + coverage.duplicate
    assert coverage.records == parts + coverage.entries
    return coverage


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a corpus that is larger than what is decoded whole, in every form that the benchmarks read."""
    folder = tmp_path_factory.mktemp("corpus")
    corpus.write_corpus(folder, 30_000_000)
    return folder


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be divided into parts of 80 KB."""
    monkeypatch.setattr("triage.reading.spark.PART", 80_000)


@pytest.fixture
def entries() -> list[dict[str, Any]]:
    """Return the example's entries."""
    found: list[dict[str, Any]] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("folder", ["scenarios/logs", "incidents/logs", "exports"])
def test_every_recording_gives_the_same_documents(folder: str) -> None:
    if not (SHARED / folder).is_dir():
        pytest.skip("the recorded runs do not lie beside the project")
    files = sorted(path for path in (SHARED / folder).iterdir() if path.is_file())
    assert files
    for path in files:
        same(path)
    assert same(SHARED / folder).records > len(files)


def test_the_example_gives_the_same_documents_of_any_selection() -> None:
    assert same(EXAMPLE).entries > 0
    moment = parse_timestamp("2026-03-17T14:10:00Z")
    for selection in (
        Selection(revision=("*-xyz",)),
        Selection(since=moment),
        Selection(until=moment),
        Selection(filter='severity>=WARNING OR textPayload:"worker"'),
        Selection(service=("none",)),
    ):
        assert same(EXAMPLE, selection=selection).outside > 0


@pytest.mark.parametrize("name", ["entries.jsonl", "entries.json", "entries.jsonl.gz", "entries.jsonl.zst"])
def test_a_large_corpus_gives_the_same_documents_in_every_form(
    name: str, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.reading.spark.PART", 2_000_000)
    coverage = same(written / name)
    assert coverage.skipped > coverage.entries > 1000


@pytest.mark.usefixtures("small_parts")
def test_a_file_in_many_parts_with_broken_lines_at_their_edges_is_told_of_at_the_same_places(
    entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    whole = lines(entries)
    broken = [b'{"insertId": "cut', b"no JSON at all", b'{"textPayload": "no time"}', b"", b"\xff{]}"]
    for number, text in enumerate(broken):
        edge = 80_000 * (number + 1)
        place = whole.rfind(b"\n", 0, edge) + 1
        whole = whole[:place] + text + b"\n" + whole[place:]
    path = tmp_path / "broken.jsonl"
    path.write_bytes(whole + b'{"insertId": "the file ends')
    assert len(whole) > 400_000
    gaps = same(path).gaps
    assert {gap.kind for gap in gaps} >= {"broken_record", "cut_file", "not_entries"}
    assert max(gap.position or 0 for gap in gaps) == whole.count(b"\n") + 1


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("seed", range(3))
def test_shuffled_doubled_and_divided_logs_give_the_same_documents(
    seed: int, entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    chance = random.Random(seed)  # noqa: S311 (it need not be secret)
    doubled = entries + chance.sample(entries, len(entries) // 2)
    chance.shuffle(doubled)
    for number in range(5):
        part = lines(doubled[number::5])
        name, data = [("a.jsonl", part), ("b.gz", gzip.compress(part))][number % 2]
        (tmp_path / f"{number}-{name}").write_bytes(data)
    coverage = same(tmp_path)
    assert coverage.records == len(doubled)
    assert coverage.duplicate > 0
    assert (
        documents(OnSpark([str(tmp_path)]))[0].partition('"runs"')[2]
        == (documents([EXAMPLE])[0].partition('"runs"')[2])
    )


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_gives_the_same_documents(form: str, tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS[form](logs(9)))
    assert same(path).records == 9


@pytest.mark.parametrize("instance", ["i1", ""])
def test_parts_of_split_entries_are_joined_wherever_they_lie(instance: str, tmp_path: Path) -> None:
    labels = {"instanceId": instance} if instance else {}
    for index in range(3):
        split = {"uid": "u", "index": index, "totalSplits": 3}
        part = log(index, textPayload="abc"[index], split=split, labels=labels)
        (tmp_path / f"{index}.jsonl").write_bytes(lines([part, log(9 + index)]))
    assert same(tmp_path).joined == 2


def test_parts_of_several_instances_and_missing_ones_are_sorted_here(tmp_path: Path) -> None:
    for index in range(2):
        split = {"uid": "u", "index": index, "totalSplits": 2}
        labels = {"instanceId": f"i{index}"}
        part = log(3, insertId=f"part {index}", textPayload="ab"[index], split=split, labels=labels)
        (tmp_path / f"{index}.jsonl").write_bytes(lines([part]))
    why = "a part of a split entry is missing where its instance ends"
    assert same(tmp_path, again=why).joined == 1
    (tmp_path / "1.jsonl").unlink()
    assert same(tmp_path, again=why).gaps[0].kind == "missing_part"


def test_copies_without_the_instance_are_the_same_entries(
    entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    bare = [{name: value for name, value in entry.items() if name != "labels"} for entry in entries[::3]]
    (tmp_path / "whole.jsonl").write_bytes(lines(entries))
    (tmp_path / "bare.jsonl").write_bytes(lines(bare))
    coverage = same(tmp_path, again="copies of an entry are of different instances")
    assert coverage.duplicate > 0


def test_all_entries_come_in_order_when_they_are_asked_for(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.reading.spark.PART", 1_000_000)
    monkeypatch.setattr("triage.reading.spark_order._BLOCK", 50_000)
    path = str(written / "tenth.jsonl")
    assert list(pipeline.read_entries(OnSpark([path]))) == list(pipeline.read_entries([path]))


def test_objects_of_a_bucket_give_the_same_documents(
    entries: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, spark: Any
) -> None:
    monkeypatch.setattr("triage.reading.spark.PART", 200_000)
    with StorageServer(
        {"sink": {"a/1.json": lines(entries[::2]), "a/2.json": lines(entries[1::2])}}
    ) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        monkeypatch.setitem(spark.sparkContext.environment, "STORAGE_EMULATOR_HOST", server.url)
        assert same("gs://sink/a").records == len(entries)
        server.refused = 403
        with pytest.raises(NoPermissionError, match="objectViewer"):
            documents(OnSpark(["gs://sink/a"]))


def test_what_is_no_export_and_what_is_not_there_is_told_in_the_same_words(tmp_path: Path) -> None:
    other, archive, empty = tmp_path / "other.json", tmp_path / "logs.zip", tmp_path / "empty"
    other.write_text('{"colour": "red"}', encoding="utf-8")
    archive.write_bytes(b"PK\x03\x04" + bytes(100))
    empty.mkdir()
    for sources, kind in [
        ([other], BadDataError),
        ([EXAMPLE, archive], BadDataError),
        ([tmp_path / "none.json"], IOFailureError),
        ([empty], IOFailureError),
    ]:
        said = set()
        for names in ([str(path) for path in sources], OnSpark(str(path) for path in sources)):
            with pytest.raises(kind) as raised:
                documents(names)
            said.add(str(raised.value))
        assert len(said) == 1


def test_standard_input_is_refused() -> None:
    with pytest.raises(UsageError, match="standard input"):
        documents(OnSpark(["-"]))


def test_a_task_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.pipeline.record_sources._narrowing", _fails)
    with pytest.raises(
        IOFailureError, match="Spark failed: ArithmeticError: the disk of the executor"
    ) as raised:
        documents(OnSpark([str(EXAMPLE)]))
    assert "\n" not in str(raised.value)


def _fails(*_selection: object) -> None:
    raise ArithmeticError("the disk of the executor")
