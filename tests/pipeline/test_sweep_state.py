"""Rounds of a sweep join without a hole and without an overlap."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import BadDataError, IOFailureError, TryAgainError, UsageError
from triage.models import SweepPlan
from triage.pipeline.sweep_state import LATE, MAX_CATCH_UP, hold_state, keep_round, plan_round
from triage.window import NANOSECONDS, Window, parse_timestamp

NOW = parse_timestamp("2026-03-01T09:01:00Z")
MINUTE, HOUR = 60 * NANOSECONDS, 3600 * NANOSECONDS


def plan(path: Path | str = "", **fields: Any) -> SweepPlan:
    known: dict[str, Any] = {"services": [], "first_length": HOUR, "project": "demo", "state": str(path)}
    return SweepPlan(**known | fields)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sweep.json"


def test_first_round_reads_the_hour_until_a_minute_ago() -> None:
    planned = plan_round(plan(), "demo", NOW)
    assert planned.window == Window(NOW - LATE - HOUR, NOW - LATE)
    assert (planned.behind, planned.skipped) == ({}, None)


def test_time_that_is_no_whole_second_is_cut(path: Path) -> None:
    planned = plan_round(plan(path), "demo", NOW + 123_456_789)
    assert planned.window.end == NOW - LATE


@given(st.lists(st.integers(0, MAX_CATCH_UP // NANOSECONDS // 2), min_size=1, max_size=6))
def test_windows_of_rounds_join(pauses: list[int]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        mine, now, last = plan(Path(folder, "sweep.json")), NOW, None
        for pause in pauses:
            window = plan_round(mine, "demo", now).window
            assert window.start == (last if last is not None else window.end - HOUR)
            assert window.end == now - LATE
            keep_round(mine, "demo", window, {})
            last, now = window.end, now + pause * NANOSECONDS


def test_missed_rounds_are_caught_up_for_some_hours_and_the_rest_is_named(path: Path) -> None:
    keep_round(plan(path), "demo", Window(0, NOW - LATE), {})
    near = plan_round(plan(path), "demo", NOW + MAX_CATCH_UP)
    assert (near.window.start, near.skipped) == (NOW - LATE, None)
    far = plan_round(plan(path), "demo", NOW + MAX_CATCH_UP + HOUR)
    assert far.window == Window(NOW - LATE + HOUR, NOW - LATE + HOUR + MAX_CATCH_UP)
    assert far.skipped == Window(NOW - LATE, NOW - LATE + HOUR)


def test_service_that_was_not_read_to_its_end_begins_there(path: Path) -> None:
    keep_round(plan(path), "demo", Window(0, NOW - LATE), {"shop": NOW - HOUR, "booth": NOW - 30 * MINUTE})
    planned = plan_round(plan(path), "demo", NOW + HOUR)
    assert planned.behind == {"shop": NOW - HOUR, "booth": NOW - 30 * MINUTE}
    late = plan_round(plan(path), "demo", NOW + MAX_CATCH_UP)
    assert late.behind["shop"] == NOW - LATE
    assert late.skipped == Window(NOW - HOUR, NOW - LATE)


def test_clock_that_was_set_back_gives_an_empty_window(path: Path) -> None:
    keep_round(plan(path), "demo", Window(0, NOW), {})
    window = plan_round(plan(path), "demo", NOW - HOUR).window
    assert window.start == window.end


@pytest.mark.parametrize(
    ("fields", "project", "says"),
    [
        ({}, "other", "all services of project demo"),
        ({"services": ["shop"]}, "demo", "all services of project demo"),
    ],
)
def test_state_of_another_sweep_is_refused(
    path: Path, fields: dict[str, Any], project: str, says: str
) -> None:
    keep_round(plan(path), "demo", Window(0, NOW), {})
    with pytest.raises(UsageError) as failed:
        plan_round(plan(path, **fields), project, NOW)
    assert str(failed.value) == f"--state {path}: it is that of {says}; give each sweep a file of its own"


def test_project_that_is_not_known_yet_is_not_compared(path: Path) -> None:
    keep_round(plan(path), "demo", Window(0, NOW), {})
    assert plan_round(plan(path), "", NOW + HOUR).window.start == NOW


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"schema": "triage.sweep/2", "project": "demo", "services": [], "until": "2026-03-01T09:00:00Z"}',
        b'{"project": "demo", "services": [], "until": "yesterday"}',
        b'{"project": "demo", "services": [], "until": "2026-03-01T09:00:00Z", "behind": {"shop": "noon"}}',
        b"\xff",
    ],
)
def test_damaged_state_is_one_line_that_says_what_next(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BadDataError) as failed:
        plan_round(plan(path), "demo", NOW)
    assert str(failed.value).startswith(f"--state {path}: not a file of a sweep, or damaged: ")
    assert str(failed.value).endswith("; remove it, and the next round is as long as --since")


def test_folder_or_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match="Is a directory"):
        plan_round(plan(tmp_path), "demo", NOW)
    with (
        pytest.raises(IOFailureError, match="No such file or directory"),
        hold_state(plan(tmp_path / "no" / "s")),
    ):
        pass


def test_second_sweep_at_the_same_time_is_refused(path: Path) -> None:
    says = r"another sweep \(process \d+ .*\) is writing .*; wait for it"
    with hold_state(plan(path)), pytest.raises(TryAgainError, match=says), hold_state(plan(path)):
        pass
    with hold_state(plan(path)):
        pass


def test_file_names_its_version(path: Path) -> None:
    keep_round(plan(path), "demo", Window(0, NOW), {"shop": NOW})
    assert msgspec.json.decode(path.read_bytes()) == {
        "schema": "triage.sweep/1",
        "project": "demo",
        "services": [],
        "until": "2026-03-01T09:01:00.000000Z",
        "behind": {"shop": "2026-03-01T09:01:00.000000Z"},
    }
