from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from triage.models import Run, Step
from triage.rendering.run_groups import group_similar_runs

BOOT = Run(
    id="boot-1",
    kind="boot",
    service="orders",
    revision="orders-00041-abc",
    instance="i-1",
    started="2025-09-16T00:41:00.000000Z",
    ended="2025-09-16T00:41:03.000000Z",
    elapsed=3.0,
    complete=True,
    verdict="not_ready",
    condition="boot_failure",
    steps=[Step(step="exit", outcome="failed", at="2025-09-16T00:41:03.000000Z")],
)


def similar_run(run: Run, **changes: Any) -> Run:
    return msgspec.structs.replace(run, **changes)


def test_equal_boots_are_one_group() -> None:
    boots = [
        similar_run(
            BOOT, id=f"boot-{number}", instance=f"i-{number}", started=f"2025-09-16T00:41:{number:02d}Z"
        )
        for number in range(29)
    ]
    assert group_similar_runs(boots) == [boots]


def test_run_with_another_outcome_is_a_separate_group() -> None:
    others = [
        similar_run(BOOT, revision="orders-00042-def"),
        similar_run(BOOT, service="payments"),
        similar_run(BOOT, verdict="unknown"),
        similar_run(BOOT, condition="startup_failure"),
        similar_run(BOOT, failed_checks=["database"]),
        similar_run(BOOT, steps=[Step(step="exit", outcome="passed", at="2025-09-16T00:41:03.000000Z")]),
    ]
    assert group_similar_runs([BOOT, *others]) == [[BOOT], *([other] for other in others)]


def test_similar_runs_are_one_group_despite_others_between() -> None:
    gate = similar_run(BOOT, kind="gate")
    assert group_similar_runs([BOOT, gate, BOOT]) == [[BOOT, BOOT], [gate]]


@given(st.lists(st.sampled_from([BOOT, similar_run(BOOT, verdict="ready"), similar_run(BOOT, kind="gate")])))
def test_no_run_is_lost_and_groups_are_ordered_by_first_run(runs: list[Run]) -> None:
    blocks = group_similar_runs(runs)
    assert sorted((run.kind, run.verdict) for block in blocks for run in block) == sorted(
        (run.kind, run.verdict) for run in runs
    )
    assert [runs.index(block[0]) for block in blocks] == sorted(runs.index(block[0]) for block in blocks)
