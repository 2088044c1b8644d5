"""A window that cuts a run grows step by step, up to a limit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.entries import SERVICE, START, WINDOW, entries, entry
from tests.fakes.logging_server import LoggingServer
from tests.fetching.conftest import Fetch, read_lines
from triage.fetching import window_growth
from triage.models import Coverage, Diagnosis, Incident, Run, Scope, Timeline, WindowShortfall
from triage.window import NANOSECONDS, Window, format_timestamp

MINUTE = 60 * NANOSECONDS
HOUR = 60 * MINUTE
ASKED = Window(START, START + HOUR, relative=True)
NOW = START + HOUR


def at(minutes: float) -> str:
    return format_timestamp(START + round(minutes * MINUTE))


def run(minutes: float, **fields: Any) -> Run:
    base: dict[str, Any] = {"kind": "validation", "instance": "one", "complete": True, "verdict": "not_ready"}
    base |= {"id": f"run-{minutes}", "service": SERVICE, "revision": "r"}
    return Run(**(base | {"started": at(minutes), "ended": at(minutes + 0.1), "elapsed": 6.0} | fields))


def diagnosis(*incidents: Incident) -> Diagnosis:
    return Diagnosis(verdict="not_ready", coverage=Coverage(), incidents=list(incidents))


def incident(minutes: float, run_id: str = "", confidence: Any = "high") -> Incident:
    return Incident(
        id="i",
        cause="database-unreachable",
        title="",
        service=SERVICE,
        check=None,
        condition=None,
        severity="P0",
        confidence=confidence,
        tier="check",
        playbook="",
        because=[],
        scope=Scope(service=SERVICE, runs=[run_id]),
        first_seen=at(minutes),
        last_seen=at(minutes),
        count=1,
    )


def needs(
    runs: list[Run], *incidents: Incident, files: Sequence[Path] = (), window: Window = ASKED
) -> list[tuple[str, str]]:
    timeline = Timeline(coverage=Coverage(), runs=runs)
    found = window_growth.find_shortfalls(timeline, diagnosis(*incidents), files, window, ASKED)
    return [(need.side, need.says) for need in found]


def test_a_run_that_failed_and_began_before_the_window_is_cut() -> None:
    [(side, says)] = needs([run(0.5, complete=False)])
    assert side == "start"
    assert says == "the validation of 2025-09-16 00:00:30 UTC begins before the window"


def test_a_run_that_goes_on_after_the_window_is_cut() -> None:
    [(side, says)] = needs([run(59.5, complete=False, verdict="unknown")])
    assert side == "end"
    assert "goes on after the window" in says


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [run(0.5)],
        [run(30, complete=False)],
        [run(0.5, complete=False, verdict="ready")],
    ],
)
def test_complete_distant_and_ready_runs_are_not_cut(runs: list[Run]) -> None:
    assert needs(runs) == []


def test_a_first_failure_at_the_window_start_needs_more_before_it() -> None:
    [(side, says)] = needs([], incident(0.5), incident(30))
    assert side == "start"
    assert "the first failure (database-unreachable, 2025-09-16 00:00:30 UTC)" in says


def test_an_unknown_error_is_not_a_failure() -> None:
    assert needs([], incident(0.5, confidence="low")) == []


def test_an_unwidened_window_needs_neither_boot_nor_deployment() -> None:
    assert needs([run(30)], incident(30, "run-30")) == []


def deployed(tmp_path: Path, minutes: float, service: str = SERVICE) -> list[Path]:
    path = tmp_path / "lines.jsonl"
    line = entry(
        1,
        timestamp=at(minutes),
        logName="projects/demo/logs/cloudaudit.googleapis.com%2Factivity",
        protoPayload={
            "methodName": "google.cloud.run.v1.Services.ReplaceService",
            "resourceName": f"namespaces/demo/services/{service}",
        },
    )
    path.write_bytes(msgspec.json.encode(entry(2)) + b"\n" + msgspec.json.encode(line) + b"\n")
    return [path]


WIDER = Window(START - HOUR, START + HOUR, relative=True)


def test_a_widened_window_grows_until_boot_and_deployment_are_included(tmp_path: Path) -> None:
    failed, boot = run(2), run(-20, kind="boot", verdict="ready")
    messages = " ".join(says for _, says in needs([failed], incident(2, "run-2"), window=WIDER))
    assert "the boot of the instance" in messages
    assert "the deployment before" in messages
    early = deployed(tmp_path, -30)
    assert needs([boot, failed], incident(2, "run-2"), files=early, window=WIDER) == []
    assert needs([boot, failed], incident(2, "run-2"), files=deployed(tmp_path, 10), window=WIDER)
    assert needs([boot, failed], incident(2, "run-2"), files=deployed(tmp_path, -30, "parcels"), window=WIDER)
    other = run(-20, kind="boot", verdict="ready", instance="two")
    assert needs([other, failed], incident(2, "run-2"), files=early, window=WIDER)


@settings(deadline=None)
@given(
    st.integers(1, 48 * 60), st.sampled_from(["start", "end"]), st.integers(-600, 48 * 60), st.integers(0, 20)
)
def test_steps_are_adjacent_and_end_at_the_limit(minutes: int, side: str, later: int, most: int) -> None:
    asked = Window(START, START + minutes * MINUTE)
    now = asked.end + later * MINUTE
    bounds = window_growth.growth_limits(asked, now)
    window, steps = asked, 0
    while stretch := window_growth.next_window(window, asked, side, now):
        steps += 1
        assert stretch.start < stretch.end
        assert (stretch.end == window.start) if side == "start" else (stretch.start == window.end)
        window = Window(min(window.start, stretch.start), max(window.end, stretch.end))
    assert steps <= 10
    assert (window.start == bounds.start) if side == "start" else (window.end == bounds.end)
    assert bounds.end <= max(asked.end, now)


def test_the_window_grows_until_nothing_is_cut_and_the_file_is_in_order(
    fetch: Fetch, server: LoggingServer, messages: list[str]
) -> None:
    early = [entry(number, every=60) for number in range(-90, 0)]
    server.add(early)
    relative = msgspec.structs.replace(WINDOW, relative=True)

    def find_shortfalls(_files: Sequence[Path], window: Window, _asked: Window) -> list[WindowShortfall]:
        return [WindowShortfall("start", "the run is cut")] if window.start > START - 100 * MINUTE else []

    fetched = fetch(find_shortfalls, window=relative)[0]
    assert read_lines(fetched.path) == early + entries(23)
    assert fetched.window == Window(START - 3 * HOUR, START + HOUR, relative=True)
    assert (fetched.asked, fetched.cut) == (relative, "")
    assert fetched.path.endswith("20250915T210000Z-20250916T010000Z.jsonl.gz")
    widenings = [sentence for sentence in messages if "the run is cut" in sentence]
    assert len(widenings) == 2
    assert "fetching 2025-09-15 23:00:00 UTC" in widenings[0]
    assert "at most from 2025-09-15 18:00:00 UTC" in widenings[0]


def always(_files: Sequence[Path], _window: Window, _asked: Window) -> list[WindowShortfall]:
    return [WindowShortfall("start", "the run is cut")]


def test_an_absolute_window_is_kept_and_cuts_are_reported(fetch: Fetch) -> None:
    fetched = fetch(always)[0]
    assert fetched.window == WINDOW
    assert fetched.cut == "the run is cut: --widen fetches more"


def test_widening_can_be_enabled_and_disabled(fetch: Fetch) -> None:
    relative = msgspec.structs.replace(WINDOW, relative=True)
    assert fetch(always, window=relative, widen=False)[0].window == relative
    grown = fetch(always, widen=True)[0]
    assert grown.window.start == START - 6 * HOUR
    assert "the window grew as far as it may" in grown.cut


def test_a_fetch_interrupted_while_widening_resumes_there(
    fetch: Fetch, server: LoggingServer, tmp_path: Path
) -> None:
    server.add(entry(number, every=60) for number in range(-90, 0))
    (tmp_path / "whole").mkdir()
    whole = Path(fetch(always, widen=True, folder=str(tmp_path / "whole"))[0].path).read_bytes()
    calls = 0

    def interrupted(files: Sequence[Path], window: Window, asked: Window) -> list[WindowShortfall]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return always(files, window, asked)

    with pytest.raises(KeyboardInterrupt):
        fetch(interrupted, widen=True)
    assert Path(fetch(always, widen=True, resume=True)[0].path).read_bytes() == whole
