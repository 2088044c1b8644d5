"""What is said of failures depends neither on the order of the entries nor on how they are read."""

import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.failures import traces as texts
from tests.failures.entries import (
    NO_INSTANCE,
    PROBE_FAILED,
    UNAVAILABLE,
    Log,
    deployment,
    export,
    lines,
    packs,
    printed,
    request,
    started,
    system,
)
from triage import pipeline
from triage.entries import stream_in_order, to_batches
from triage.models import Incident
from triage.pipeline import analyzer, record_sources

BLOCKS = 9
in_order_stream = sys.modules[stream_in_order.__module__]


def block(kind: int, at: float, instance: str) -> list[Log]:
    """Return one thing that happens to an instance, well apart from others of the instance."""
    place: dict[str, Any] = {"instance": instance}
    trace = f"{kind}{instance}{int(at):x}"
    return [
        lambda: [*started(at, **place), printed(at + 1, "listening", "stdout", **place)],
        lambda: [request(at, "/orders", **place), printed(at + 0.05, "order priced", **place)],
        lambda: [
            request(at, "/orders", 500, trace=trace, **place),
            *lines(at + 0.02, texts.NODE_CAUSE, trace=trace, **place),
        ],
        lambda: [request(at, "/orders/7", 500, **place), *lines(at + 0.02, texts.JAVA_CHAIN, **place)],
        lambda: [
            *lines(at, texts.PYTHON_CHAIN, **place),
            system(at + 0.2, "Container called exit(1).", "WARNING", **place),
            system(at + 0.25, PROBE_FAILED.format("CANCELLED"), "ERROR", **place),
        ],
        lambda: [
            printed(at, "opening region 9", "stdout", **place),
            system(at + 90, "Memory limit of 256 MiB exceeded with 271 MiB used.", "ERROR", **place),
            request(at + 89, "/orders", 503, latency=1, text=UNAVAILABLE, **place),
        ],
        lambda: [request(at, "/orders", 429, latency=0, text=NO_INSTANCE, instance="", revision="")],
        lambda: [request(at, "/", 404, **place), printed(at + 0.05, "ERROR: no document root", **place)],
        lambda: [
            deployment(at, "Image 'europe-docker.pkg.dev/demo-project/shop/web' not found."),
        ],
    ][kind]()


@st.composite
def exports(draw: st.DrawFn) -> list[Log]:
    found: list[Log] = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.integers(0, BLOCKS - 1))
        found += block(kind, number * 150.0, f"i{draw(st.integers(0, 2))}")
    return found


def told(paths: list[Path]) -> tuple[str, list[Incident]]:
    found = pipeline.analyze([str(path) for path in paths], packs=packs()).diagnosis
    return found.verdict, found.incidents


def known(found: tuple[str, list[Incident]]) -> tuple[str, list[Incident]]:
    """Return the incidents but for errors that no failure follows: large exports are read for known ones."""
    return found[0], [incident for incident in found[1] if incident.cause != "unknown-error"]


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


unhurried = settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])


@unhurried
@given(logs=exports(), seed=st.integers(0, 99))
def test_order_duplicates_and_files_change_nothing(logs: list[Log], seed: int, tmp_path: Path) -> None:
    rows = export(logs)
    plain = told([write(tmp_path / "plain.jsonl", rows)])
    shuffled = rows * 2
    random.Random(seed).shuffle(shuffled)
    half = len(shuffled) // 2
    assert told([write(tmp_path / "descending.jsonl", rows[::-1])]) == plain
    assert told([write(tmp_path / "twice.jsonl", shuffled)]) == plain
    parts = [write(tmp_path / "a.jsonl", shuffled[:half]), write(tmp_path / "b.jsonl", shuffled[half:])]
    assert told(parts) == plain


@unhurried
@given(logs=exports(), size=st.integers(1, 9))
def test_batches_of_any_size_count_what_single_entries_count(
    logs: list[Log], size: int, tmp_path: Path
) -> None:
    path = write(tmp_path / "export.jsonl", export(logs))
    whole = pipeline.analyze([path], packs=packs())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analyzer, "_BATCH", size)
        assert pipeline.analyze([path], packs=packs()) == whole


@pytest.mark.parametrize("order", ["ascending", "descending", "shuffled"])
@unhurried
@given(logs=exports(), seed=st.integers(0, 99), held=st.sampled_from([5000, 2 << 20]))
def test_two_passes_say_what_one_complete_pass_says(
    order: str, logs: list[Log], seed: int, held: int, tmp_path: Path
) -> None:
    path = write(tmp_path / "export.jsonl", export(logs, order, seed))
    whole = known(told([path]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_sources, "_SMALL", 0)
        patch.setattr(in_order_stream, "_HELD_BYTES", held)
        patch.setattr(in_order_stream, "to_batches", partial(to_batches, size=2))
        assert known(told([path])) == whole
