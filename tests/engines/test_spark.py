"""Spark gives the same documents, for every format, division and order of logs."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks import corpus
from tests.engines.read_once import read_once
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
    """Return the documents of some exports."""
    with read_once():
        return items_of(pipeline.analyze(sources, packs=PACKS, selection=selection))


def items_of(found: pipeline.Analysis) -> list[str]:
    return [pipeline.to_json(found.timeline), pipeline.to_json(found.diagnosis)]


def assert_same(*sources: str | Path, selection: Selection = ALL, again: str = "") -> Coverage:
    """Compare Spark with this process; ``again`` is the reason for a second reading."""
    names = [str(source) for source in sources]
    notes: list[str] = []
    found = pipeline.analyze(OnSpark(names), packs=PACKS, selection=selection, notify=notes.append)
    assert items_of(found) == documents(names, selection)
    coverage = found.timeline.coverage
    assert notes == [
        *([f"{again}: all are read once more, and sorted"] if again else []),
        f"Spark read {coverage.records:,} records: one machine is faster for so few; leave out --engine spark",
    ]
    parts = coverage.broken + coverage.joined + coverage.outside + coverage.skipped + coverage.duplicate
    assert coverage.records == parts + coverage.entries
    return coverage


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a corpus larger than what is decoded whole, in every benchmark format."""
    folder = tmp_path_factory.mktemp("corpus")
    corpus.write_corpus(folder, 30_000_000)
    return folder


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide files into parts of 80 KB."""
    monkeypatch.setattr("triage.reading.spark.reader.PART", 80_000)


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
        assert_same(path)
    assert assert_same(SHARED / folder).records > len(files)


def test_the_example_gives_the_same_documents_of_any_selection() -> None:
    assert assert_same(EXAMPLE).entries > 0
    moment = parse_timestamp("2026-03-17T14:10:00Z")
    for selection in (
        Selection(revision=("*-xyz",)),
        Selection(since=moment),
        Selection(until=moment),
        Selection(filter='severity>=WARNING OR textPayload:"worker"'),
        Selection(service=("none",)),
    ):
        assert assert_same(EXAMPLE, selection=selection).outside > 0


@pytest.mark.parametrize("name", ["entries.jsonl", "entries.json", "entries.jsonl.gz", "entries.jsonl.zst"])
def test_a_large_corpus_gives_the_same_documents_in_every_form(
    name: str, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.reading.spark.reader.PART", 2_000_000)
    coverage = assert_same(written / name)
    assert coverage.skipped > coverage.entries > 1000


@pytest.mark.usefixtures("small_parts")
def test_gaps_at_the_edges_of_parts_have_the_same_positions(
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
    gaps = assert_same(path).gaps
    assert {gap.kind for gap in gaps} >= {"broken_record", "cut_file", "not_entries"}
    assert max(gap.position or 0 for gap in gaps) == whole.count(b"\n") + 1


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("seed", range(3))
def test_shuffled_doubled_and_divided_logs_give_the_same_documents(
    seed: int, entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    chance = random.Random(seed)
    doubled = entries + chance.sample(entries, len(entries) // 2)
    chance.shuffle(doubled)
    for number in range(5):
        part = lines(doubled[number::5])
        name, data = [("a.jsonl", part), ("b.gz", gzip.compress(part))][number % 2]
        (tmp_path / f"{number}-{name}").write_bytes(data)
    coverage = assert_same(tmp_path)
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
    assert assert_same(path).records == 9


@pytest.mark.parametrize("instance", ["i1", ""])
def test_parts_of_split_entries_are_joined_across_files(instance: str, tmp_path: Path) -> None:
    labels = {"instanceId": instance} if instance else {}
    for index in range(3):
        split = {"uid": "u", "index": index, "totalSplits": 3}
        part = log(index, textPayload="abc"[index], split=split, labels=labels)
        (tmp_path / f"{index}.jsonl").write_bytes(lines([part, log(9 + index)]))
    assert assert_same(tmp_path).joined == 2


def test_parts_of_several_instances_and_missing_ones_are_sorted_here(tmp_path: Path) -> None:
    for index in range(2):
        split = {"uid": "u", "index": index, "totalSplits": 2}
        labels = {"instanceId": f"i{index}"}
        part = log(3, insertId=f"part {index}", textPayload="ab"[index], split=split, labels=labels)
        (tmp_path / f"{index}.jsonl").write_bytes(lines([part]))
    why = "a part of a split entry is missing where its instance ends"
    assert assert_same(tmp_path, again=why).joined == 1
    (tmp_path / "1.jsonl").unlink()
    assert assert_same(tmp_path, again=why).gaps[0].kind == "missing_part"


def test_copies_without_the_instance_are_the_same_entries(
    entries: list[dict[str, Any]], tmp_path: Path
) -> None:
    bare = [{name: value for name, value in entry.items() if name != "labels"} for entry in entries[::3]]
    (tmp_path / "whole.jsonl").write_bytes(lines(entries))
    (tmp_path / "bare.jsonl").write_bytes(lines(bare))
    coverage = assert_same(tmp_path, again="copies of an entry are of different instances")
    assert coverage.duplicate > 0


def test_all_entries_are_yielded_in_order(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.reading.spark.reader.PART", 1_000_000)
    monkeypatch.setattr("triage.reading.spark.order._BLOCK", 50_000)
    path = str(written / "tenth.jsonl")
    assert list(pipeline.read_entries(OnSpark([path]))) == list(pipeline.read_entries([path]))


def test_objects_of_a_bucket_give_the_same_documents(
    entries: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, spark: Any
) -> None:
    monkeypatch.setattr("triage.reading.spark.reader.PART", 200_000)
    with StorageServer(
        {"sink": {"a/1.json": lines(entries[::2]), "a/2.json": lines(entries[1::2])}}
    ) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        monkeypatch.setitem(spark.sparkContext.environment, "STORAGE_EMULATOR_HOST", server.url)
        assert assert_same("gs://sink/a").records == len(entries)
        server.refused = 403
        with pytest.raises(NoPermissionError, match="objectViewer"):
            documents(OnSpark(["gs://sink/a"]))


def test_invalid_and_missing_files_give_the_same_messages(tmp_path: Path) -> None:
    other, archive, empty = tmp_path / "other.json", tmp_path / "logs.zip", tmp_path / "empty"
    other.write_text('{"color": "red"}', encoding="utf-8")
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


def test_standard_input_is_rejected() -> None:
    with pytest.raises(UsageError, match="standard input"):
        documents(OnSpark(["-"]))


def test_a_task_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.pipeline.record_sources._executor_filter", _fails)
    with pytest.raises(
        IOFailureError, match="Spark failed: ArithmeticError: the disk of the executor"
    ) as raised:
        documents(OnSpark([str(EXAMPLE)]))
    assert "\n" not in str(raised.value)


def _fails(*_selection: object) -> None:
    raise ArithmeticError("the disk of the executor")
