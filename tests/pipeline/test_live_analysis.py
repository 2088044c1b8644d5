"""A live analysis equals the batch analysis, in any order of arrival."""

import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.runs.logs import PACKS, Log, export, log_line, platform, validation
from tests.runs.test_properties import lines as some_line
from triage import pipeline
from triage.models import Gap
from triage.pipeline.live_analysis import LiveAnalysis
from triage.window import parse_timestamp

FAR = 2**62


class WatchFixture:
    """A journal that grows, and its live analysis."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.looked: list[str] = []
        self.live = LiveAnalysis(PACKS, file, lambda entry: self.looked.append(entry.insert_id))

    def add(self, logs: list[Log]) -> None:
        lines = [json.dumps(log).encode() + b"\n" for log in logs]
        with self.file.open("ab") as journal:
            journal.writelines(lines)
        self.live.take(lines)

    def differs(self, now: int = FAR) -> list[str]:
        """Return the parts in which the live analysis differs from the batch."""
        live, batch = self.live.analysis(now), pipeline.analyze([self.file], packs=PACKS)
        return [
            name
            for name in ("timeline", "diagnosis", "errors", "activities", "impact", "open_runs")
            if to_bytes(getattr(live, name)) != to_bytes(getattr(batch, name))
        ]


def to_bytes(part: Any) -> bytes:
    """Return a part of an analysis as bytes, without the name of the format."""
    return msgspec.json.encode(part).replace(b'"JSON object"', b'"JSON lines"')


@pytest.fixture
def watched(tmp_path: Path) -> WatchFixture:
    return WatchFixture(tmp_path / "journal.jsonl")


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[Log]]:
    """Return lines in any order, some of them twice or split, in pieces."""
    logs = export(draw(st.lists(some_line(), min_size=1, max_size=40)))
    if draw(st.booleans()):
        whole = draw(st.sampled_from(logs))
        logs += [
            whole | {"insertId": f"part{n}", "split": {"uid": "u1", "index": n, "totalSplits": 2}}
            for n in draw(st.permutations([0, 1]))
        ]
    logs += draw(st.lists(st.sampled_from(logs), max_size=8))
    if draw(st.booleans()):
        logs = draw(st.permutations(logs))
    pieces: list[list[Log]] = []
    while logs:
        size = draw(st.integers(1, 12))
        pieces.append(list(logs[:size]))
        logs = logs[size:]
    return pieces


@given(arrivals(), st.sampled_from([FAR, parse_timestamp("2026-03-01T08:01:00Z")]))
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_live_analysis_equals_batch_analysis_at_every_moment(pieces: list[list[Log]], now: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        watched = WatchFixture(Path(folder) / "journal.jsonl")
        for piece in pieces:
            watched.add(piece)
            assert watched.differs(now) == []


def test_repeated_analysis_is_the_same(watched: WatchFixture) -> None:
    watched.add(export(validation(0, down=["redis"], environment="production")))
    assert [watched.differs() for _ in range(3)] == [[], [], []]


def test_lines_in_order_are_read_once(watched: WatchFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LiveAnalysis, "_reread_journal", lambda _self: pytest.fail("read anew"))
    logs = export(validation(0), validation(100), validation(200, down=["agent_supervisor"]))
    for log in logs:
        watched.add([log])
        watched.live.analysis(FAR)
    assert watched.looked == [log["insertId"] for log in logs]


def test_late_line_has_the_journal_read_again_once(
    watched: WatchFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew: list[int] = []
    read = LiveAnalysis._reread_journal

    def counted(live: LiveAnalysis) -> Any:
        anew.append(live.lines)
        return read(live)

    monkeypatch.setattr(LiveAnalysis, "_reread_journal", counted)
    first, *rest = export(validation(0), validation(300))
    watched.add(rest)
    assert watched.differs() == []
    watched.add([first])
    assert [watched.differs(), watched.differs()] == [[], []]
    assert anew == [len(rest) + 1]


def test_entry_dated_in_the_future_makes_no_other_late(
    watched: WatchFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LiveAnalysis, "_reread_journal", lambda _self: pytest.fail("read anew"))
    ahead, *logs = export(platform(86_000, "Container called exit(3)."), validation(0))
    watched.add([ahead])
    now = parse_timestamp("2026-03-01T08:00:10Z")
    watched.live.analysis(now)
    watched.add(logs)
    watched.live.analysis(now)


def test_known_missing_entries_are_a_gap_of_the_analysis(watched: WatchFixture) -> None:
    watched.add(export(log_line(0, "nothing")))
    gap = Gap("suppressed", str(watched.file), "120 entries were suppressed", count=120)
    assert watched.live.analysis(FAR, [gap]).diagnosis.coverage.gaps == [gap]
    assert watched.live.analysis(FAR).diagnosis.coverage.gaps == []


@pytest.fixture
def _spilling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.pipeline.live_analysis._MAX_BYTES", 10_000)


@pytest.mark.usefixtures("_spilling")
def test_more_entries_than_fit_into_memory_are_analyzed(watched: WatchFixture) -> None:
    watched.add(export(*(validation(100 * n) for n in range(10)), log_line(2000, "nothing")))
    assert watched.differs() == []
    watched.add(export(log_line(2010, "more")))
    assert watched.differs() == []
