"""Comparisons of exports, of revisions, and of entries in any order."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from examples.make_example import AFTER, BAD, BEFORE, FIXED, NEW
from tests.examples import examples
from tests.runs.logs import PACKS
from triage import pipeline
from triage.errors import BadDataError, IOFailureError, UsageError
from triage.models import Comparison

SERVICE = "netra-backend-staging"


def compared(before: Path, after: Path, **selection: Any) -> Comparison:
    return pipeline.compare_exports(
        (str(before), str(after)), packs=PACKS, selection=pipeline.Selection(**selection)
    ).comparison


def without_names(comparison: Comparison) -> Comparison:
    """Return the comparison without the names of its files."""
    sides = {
        side: msgspec.structs.replace(getattr(comparison, side), name="") for side in ("before", "after")
    }
    return msgspec.structs.replace(comparison, **sides)


@pytest.fixture(scope="module")
def fixed() -> Comparison:
    return compared(BEFORE, AFTER)


@given(chance=some.randoms(use_true_random=False))
@settings(max_examples=examples(3))
def test_order_and_duplicates_of_entries_do_not_matter(
    chance: random.Random, fixed: Comparison, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("shuffled")
    for path in (BEFORE, AFTER):
        entries = json.loads(path.read_bytes())
        entries += chance.sample(entries, 50)
        chance.shuffle(entries)
        (folder / path.name).write_text(json.dumps(entries), encoding="utf-8")
    assert without_names(compared(folder / BEFORE.name, folder / AFTER.name)) == without_names(fixed)


def test_a_side_may_be_a_folder_or_a_glob(fixed: Comparison, tmp_path: Path) -> None:
    entries = json.loads(BEFORE.read_bytes())
    for number, part in enumerate((entries[:203], entries[203:])):
        (tmp_path / f"part-{number}.json").write_text(json.dumps(part), encoding="utf-8")
    assert without_names(compared(tmp_path, AFTER)) == without_names(fixed)
    assert without_names(compared(tmp_path / "part-*.json", AFTER)) == without_names(fixed)


def test_a_side_that_holds_no_entries_makes_it_unclear(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("[]")
    comparison = compared(BEFORE, empty)
    assert (comparison.change, comparison.after.verdict, comparison.after.hours) == ("unclear", "no_data", 0)
    assert [sign.says for sign in comparison.because] == [
        f"BEFORE is about {SERVICE}, AFTER is about no service"
    ]
    assert [(thin.side, thin.service, thin.why) for thin in comparison.thin] == [
        ("after", SERVICE, "no entry names it")
    ]
    assert not any(error.sure for error in comparison.errors)


def test_broken_record_is_a_gap_of_its_side(tmp_path: Path) -> None:
    lines = [json.dumps(entry) for entry in json.loads(AFTER.read_bytes())]
    broken = tmp_path / "broken.jsonl"
    broken.write_text("\n".join(["{half", *lines]), encoding="utf-8")
    comparison = compared(BEFORE, broken)
    assert (comparison.change, comparison.after.gaps) == ("better", {"broken_record": 1})


def test_unreadable_side_is_an_error(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('[{"no": "entry"}]')
    with pytest.raises(BadDataError):
        compared(BEFORE, other)
    with pytest.raises(IOFailureError, match="no such file"):
        compared(tmp_path / "missing.json", AFTER)


def test_only_what_is_selected_is_compared() -> None:
    assert compared(BEFORE, AFTER, service=("netra-*",)).change == "better"
    assert compared(BEFORE, AFTER, service=("other",)).change == "unclear"


def test_the_last_good_and_the_first_bad_revision_are_found_in_both_exports(fixed: Comparison) -> None:
    (walk,) = fixed.walks
    assert walk.revisions == {FIXED: "ready", BAD: "not_ready", NEW: "ready"}
    assert (walk.last_good, walk.first_bad, walk.bounded) == (FIXED, BAD, True)


def test_a_revision_is_compared_with_another_of_the_same_export() -> None:
    found = pipeline.compare_revisions((str(BEFORE),), NEW, "*-00043-*", packs=PACKS)
    comparison = found.comparison
    assert comparison.change == "worse"
    assert (comparison.before.revisions, comparison.after.revisions) == ([NEW], [BAD])
    assert (comparison.before.name, comparison.after.name) == (NEW, "*-00043-*")
    assert {run.revision for run in found.after.timeline.runs} == {BAD}
    assert [incident.cause for incident in found.after.diagnosis.incidents] == ["startup-database"]
    (walk,) = comparison.walks
    assert (walk.last_good, walk.first_bad, walk.bounded) == (NEW, BAD, True)


def test_a_revision_lasts_from_its_first_entry_to_its_last() -> None:
    comparison = pipeline.compare_revisions((str(BEFORE),), NEW, BAD, packs=PACKS).comparison
    assert comparison.after.first is not None
    assert comparison.after.first.startswith("2026-03-19T18:12:00")
    assert comparison.after.instances == 3


@pytest.mark.parametrize(
    ("revision", "other", "said"),
    [
        ("", "", "one EXPORT is compared by its revisions: --revision NAME is missing"),
        (NEW, "", "one EXPORT is compared by its revisions: --with NAME is missing"),
        ("*-00099-*", NEW, "--revision: no revision is called '*-00099-*'"),
        ("*", NEW, f"--revision and --with both name {NEW}"),
    ],
)
def test_unknown_revision_is_rejected_with_the_known_ones(revision: str, other: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        pipeline.compare_revisions((str(BEFORE),), revision, other, packs=PACKS)
    assert refused.value.message == said
    assert refused.value.hint == f"in these logs are {BAD} (not ready), {NEW} (ready)"


def fetched(folder: Path, **changes: Any) -> Path:
    """Write AFTER as a fetch does, with its metadata."""
    path = folder / "after.jsonl.gz"
    lines = "\n".join(json.dumps(entry) for entry in json.loads(AFTER.read_bytes()))
    path.write_bytes(gzip.compress(lines.encode()))
    meta = {
        "schema": "triage.fetch/1",
        "file": path.name,
        "window_fetched": ["2026-03-19T19:00:00Z", "2026-03-19T21:00:00Z"],
        "complete": True,
    }
    (folder / "after.meta.json").write_text(json.dumps(meta | changes), encoding="utf-8")
    return path


def test_a_fetched_file_lasts_as_long_as_the_window_it_was_fetched_for(tmp_path: Path) -> None:
    side = compared(BEFORE, fetched(tmp_path)).after
    assert (side.hours, side.first, side.last) == (
        2.0,
        "2026-03-19T19:00:00.000000Z",
        "2026-03-19T21:00:00.000000Z",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"complete": False},
        {"schema": "other"},
        {"file": "other"},
        {"window_fetched": ["x", 1]},
        {"window_fetched": 0},
    ],
)
def test_incomplete_window_is_not_used(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert compared(BEFORE, fetched(tmp_path, **changes)).after.hours < 1


@pytest.mark.parametrize("text", ["", "{", "[]", "\udcff"])
def test_invalid_metadata_is_ignored(tmp_path: Path, text: str) -> None:
    path = fetched(tmp_path)
    (tmp_path / "after.meta.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    assert compared(BEFORE, path).after.hours < 1
