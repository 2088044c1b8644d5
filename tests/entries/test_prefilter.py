"""The prefilter changes no document, whatever the file and its format."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.entries.unusual_records import (
    BARE,
    DULL,
    HEAD,
    REQUEST,
    SELECTIONS,
    SERVICE,
    UNMARKED,
    UNUSUAL_LINES,
    UNUSUAL_OBJECTS,
)
from tests.examples import examples
from tests.packs import load_engine_packs
from triage import pipeline
from triage.entries import Bounds, Prefilter
from triage.models import Record, Skipped, Traffic
from triage.reading import ALL_RECORDS, read

PACKS = load_engine_packs()
EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"
ENTRIES = sorted(json.loads(EXAMPLE.read_text()), key=lambda entry: str(entry["timestamp"]))
OBJECTS = [json.dumps(entry, ensure_ascii=False).encode() for entry in ENTRIES]


def lines(objects: list[bytes]) -> bytes:
    """Return JSON lines."""
    return b"\n".join(objects) + b"\n"


def compact(objects: list[bytes]) -> bytes:
    """Return an array without spaces between its objects."""
    return b"[" + b",".join(objects) + b"]"


def to_json_array(objects: list[bytes]) -> bytes:
    """Return an array as gcloud prints it; invalid JSON is unchanged."""
    return b"[\n  " + b",\n  ".join(map(indented, objects)) + b"\n]\n"


def indented(piece: bytes) -> bytes:
    """Return an object with each key on a line of its own, where that is lossless."""
    try:
        pairs = json.loads(piece, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return piece
    if len({key for key, _ in pairs}) < len(pairs) or b"\\u" in piece:
        return piece
    return json.dumps(json.loads(piece), indent=2, ensure_ascii=False).replace("\n", "\n  ").encode()


def grouped(objects: list[bytes]) -> bytes:
    """Return an object of two lists."""
    half = len(objects) // 2
    return b'{"logs_by_severity": {"INFO": %b, "ERROR": %b}}' % (
        compact(objects[:half]),
        compact(objects[half:]),
    )


FORMS: dict[str, Callable[[list[bytes]], bytes]] = {
    "compact array": compact,
    "pretty array": to_json_array,
    "lists in an object": grouped,
    "gzip": lambda objects: gzip.compress(lines(objects), 1),
    "zstd": lambda objects: zstandard.compress(to_json_array(objects)),
    "UTF-16": lambda objects: lines(objects).decode("utf-8", "replace").encode("utf-16"),
}


def analyze_with_and_without_prefilter(
    path: Path, selection: pipeline.Selection
) -> tuple[pipeline.Analysis, pipeline.Analysis]:
    """Return the analysis without and with the prefilter, in small blocks."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("triage.pipeline.analysis_runner.is_small", lambda _sources: False)
        patched.setattr("triage.reading.stream.CHUNK", 5000)
        patched.setattr("triage.reading.element_reader._BLOCK_BYTES", 5000)
        quick = pipeline.analyze([path], packs=PACKS, selection=selection)
        patched.setattr(
            Prefilter,
            "filter_records",
            lambda _self, path, records: ALL_RECORDS.filter_records(path, records),
        )
        patched.setattr(Prefilter, "filter_lines", lambda _self, _path, _text: None)
        patched.setattr(Prefilter, "filter_list", lambda _self, _path, _text, _separator: None)
        return pipeline.analyze([path], packs=PACKS, selection=selection), quick


def mixed(odd: list[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Return entries of the example mixed with unusual ones, in any order."""
    return st.builds(
        lambda objects, others, chance: chance.sample(objects + others, len(objects + others)),
        st.lists(st.sampled_from([*OBJECTS, DULL]), min_size=1, max_size=120),
        st.lists(st.sampled_from(odd), max_size=6),
        st.randoms(use_true_random=False),
    )


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=mixed(UNUSUAL_LINES),
    ending=st.sampled_from([b"", b"\n", b"\r\n", b"\n\n"]),
    selection=st.sampled_from(SELECTIONS),
)
def test_lines_give_the_same_documents_with_the_prefilter(
    tmp_path: Path, content: list[bytes], ending: bytes, selection: pipeline.Selection
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"\n".join([OBJECTS[0], *content, OBJECTS[-1]]) + ending)
    slow, quick = analyze_with_and_without_prefilter(path, selection)
    assert quick == slow


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=mixed(UNUSUAL_OBJECTS),
    form=st.sampled_from(sorted(FORMS)),
    selection=st.sampled_from(SELECTIONS),
)
def test_every_other_format_gives_the_same_documents_with_the_prefilter(
    tmp_path: Path, content: list[bytes], form: str, selection: pipeline.Selection
) -> None:
    path = tmp_path / "export"
    path.write_bytes(FORMS[form]([OBJECTS[0], *content, OBJECTS[-1]]))
    slow, quick = analyze_with_and_without_prefilter(path, selection)
    assert quick == slow


def filtered(path: Path, wanted: list[str]) -> tuple[list[int], list[Skipped]]:
    """Return the positions of the kept records, and the count of the others."""
    items = list(read([path], record_filter=Prefilter(wanted)))
    chosen = [item.source.position for item in items if isinstance(item, Record)]
    return chosen, [item for item in items if isinstance(item, Skipped)]


SIEVE = Prefilter(["Worker failed to boot", "GET /ws"])


@given(pieces=mixed(UNUSUAL_LINES))
@example(pieces=[DULL, b""])
@example(pieces=[b"", DULL])
@example(pieces=[DULL + DULL, b"", DULL])
@example(pieces=[DULL, b'{"a":', b"{}}", DULL])
@example(pieces=[DULL, DULL[:-1], b"}", DULL])
def test_block_of_lines_is_filtered_as_single_records_or_not_at_all(pieces: list[bytes]) -> None:
    at_once = SIEVE.filter_lines("path", b"\n".join(pieces))
    if at_once is not None:
        count, chosen, skipped = at_once
        places, account = SIEVE.filter_records("path", pieces)
        assert (count, skipped) == (len(pieces), account)
        assert chosen == [(place, pieces[place]) for place in places]


NESTED = HEAD + b'"n", "textPayload": "Worker failed to boot", "labels": [{"a": 1},{"b": 2}]}'
QUOTED = HEAD + b'"q", "textPayload": "Worker failed to boot },{ said twice"}'


@given(pieces=mixed([*UNUSUAL_OBJECTS, NESTED, QUOTED]), between=st.sampled_from([b",", b", ", b",\n  "]))
@example(pieces=[NESTED, DULL, DULL], between=b",")
@example(pieces=[QUOTED, DULL], between=b",")
def test_list_is_filtered_as_single_records_or_not_at_all(pieces: list[bytes], between: bytes) -> None:
    at_once = SIEVE.filter_list("path", between.join(pieces), between)
    if at_once is not None:
        count, chosen, skipped = at_once
        places, account = SIEVE.filter_records("path", pieces)
        assert (count, skipped) == (len(pieces), account)
        assert chosen == [(place, pieces[place]) for place in places]


@pytest.mark.parametrize("odd", [NESTED, QUOTED])
def test_separator_inside_an_object_is_not_a_boundary(odd: bytes) -> None:
    text = b",".join([odd, DULL]) + b", " + DULL  # as many seams as there would be if each were one
    assert SIEVE.filter_list("path", text, b",") is None


def test_lines_of_the_api_are_filtered_as_a_block() -> None:
    quiet = [DULL, DULL.replace(b"nothing", "nÖthing".encode()), REQUEST % (b"/dull", 200)]
    telling = [
        DULL.replace(b"INFO", b"ERROR"),
        DULL.replace(b'"severity": "INFO", ', b""),
        DULL.replace(b"nothing", b"Worker failed to boot"),
        HEAD + b'"audit", "protoPayload": {"methodName": "m"}}',
        HEAD + b'"lost"}',
    ]
    assert SIEVE.filter_lines("path", b"\n".join(quiet + telling)) == (
        8,
        list(enumerate(telling, start=3)),
        Skipped(
            "path",
            {"INFO": 3},
            1_773_754_200_250_000_000,
            1_773_754_200_250_000_000,
            traffic=(
                Traffic(
                    service="",
                    revision="",
                    path="/dull",
                    status=200,
                    count=1,
                    last=1_773_754_200_250_000_000,
                ),
            ),
            resource_types={"": 3},
        ),
    )


def test_irrelevant_records_are_counted_and_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([DULL] * 100 + [DULL.replace(b"nothing", b"something")] + [DULL] * 100))
    chosen, skipped = filtered(path, ["something"])
    assert chosen == [101]
    assert sum(item.count for item in skipped) == 200


def test_texts_without_severity_are_decoded_where_they_may_hold_one_or_match_a_rule() -> None:
    prefilter = Prefilter(["failed to boot"], default_literals=["failed to boot", "refused"])
    dull = UNMARKED + b'"d", "textPayload": "nothing to say"}'
    telling = [
        dull.replace(b"nothing", b"ERROR:    nothing"),
        dull.replace(b"nothing", b"refused"),
        dull.replace(b"nothing to say", b""),
        dull.replace(b"textPayload", b"message"),
    ]
    count, kept, skipped = prefilter.filter_lines("path", b"\n".join([dull, dull, *telling])) or (0, [], None)
    assert (count, [record for _, record in kept]) == (6, telling)
    assert skipped is not None
    assert skipped.severities == {"": 2}


@pytest.mark.parametrize("form", ["compact array", "pretty array", "lists in an object", "zstd"])
def test_lists_are_filtered_after_the_first_entry(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.reading.stream.CHUNK", 2000)
    monkeypatch.setattr("triage.reading.element_reader._BLOCK_BYTES", 2000)
    path = tmp_path / "export"
    path.write_bytes(FORMS[form]([DULL] * 300 + [DULL.replace(b"nothing", b"something")] + [DULL] * 100))
    chosen, skipped = filtered(path, ["something"])
    assert 301 in chosen
    assert sum(item.count for item in skipped) > 250
    assert sum(item.count for item in skipped) + len(chosen) == 401


def test_only_records_with_unusual_times_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([DULL, DULL.replace(b".25Z", b"Z"), DULL.replace(b".25Z", b".25+01:00"), DULL]))
    chosen, (skipped,) = filtered(path, ["something"])
    assert (chosen, skipped.count) == ([3], 3)


def test_a_time_without_a_fraction_is_before_those_of_its_second(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([DULL, DULL.replace(b".25Z", b"Z"), DULL]))
    _, (skipped,) = filtered(path, ["something"])
    assert (skipped.first, skipped.last) == (1_773_754_200_000_000_000, 1_773_754_200_250_000_000)


def test_skipped_records_are_counted_by_severity_with_their_times(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    early = DULL.replace(b"13:30:00.25Z", b"13:29:59.999999999Z")
    late = DULL.replace(b"13:30:00.25Z", b"13:30:00.3Z").replace(b"INFO", b"DEBUG")
    path.write_bytes(lines([DULL, late, early, DULL]))
    _, (skipped,) = filtered(path, ["something"])
    assert skipped.severities == {"INFO": 3, "DEBUG": 1}
    assert (skipped.first, skipped.last) == (1_773_754_199_999_999_999, 1_773_754_200_300_000_000)


def test_literal_with_escaped_line_breaks_is_found(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    said = HEAD + b'"d", "jsonPayload": {"message": "one\\ntwo and three", "labels": {"module": "m"}}}'
    path.write_bytes(lines([DULL, said]))
    assert filtered(path, ["one\ntwo and"])[0] == [2]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_selection_of_unusual_records_is_the_same_with_the_prefilter(
    tmp_path: Path, selection: pipeline.Selection
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([*OBJECTS, *UNUSUAL_OBJECTS]))
    slow, quick = analyze_with_and_without_prefilter(path, selection)
    assert quick == slow


def test_skipped_records_outside_of_the_bounds_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    placed = BARE + b'"d", "textPayload": "nothing to say", ' + SERVICE + b"}"
    late = placed.replace(b"00.25Z", b"00.26Z")
    path.write_bytes(lines([placed, placed.replace(b"quiet", b"other"), late]))
    bounds = Bounds(service=("q*",), until=1_773_754_200_260_000_000)
    (skipped,) = [
        item
        for item in read([path], record_filter=Prefilter(["something"], bounds))
        if isinstance(item, Skipped)
    ]
    assert (skipped.count, skipped.outside) == (3, 2)


def test_file_without_relevant_records_is_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.pipeline.analysis_runner.is_small", lambda _sources: False)
    path = tmp_path / "export.jsonl"
    path.write_bytes(lines([DULL] * 50))
    coverage = pipeline.analyze([path], packs=PACKS).diagnosis.coverage
    assert (coverage.records, coverage.skipped) == (50, 50)
    assert coverage.first == coverage.last == "2026-03-17T13:30:00.250000Z"
