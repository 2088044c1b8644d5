"""Rollback steps: to a ready revision, with a warning of pinned traffic."""

from functools import cache
from pathlib import Path

import pytest

from tests.diagnosis.scenarios import NEW, OLD, failed_check
from tests.packs import load_engine_packs
from tests.runs.logs import analysis, validation
from tests.runs.test_probe import probe
from triage import pipeline
from triage.models import Pack

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*/entries.jsonl"))


@cache
def packs() -> list[Pack]:
    return load_engine_packs()


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.parent.name)
def test_rollback_targets_a_ready_revision_and_warns_of_pinned_traffic(case: Path) -> None:
    analysis = pipeline.analyse([case], packs=packs())
    plan = pipeline.report(analysis).partition("## Rollback Plan")[2].partition("\n## ")[0]
    if "--to-revisions=" not in plan:
        return
    incident = analysis.diagnosis.incidents[0]
    good = [
        run.revision
        for run in analysis.timeline.runs
        if run.service == incident.service
        and run.verdict in ("ready", "degraded")
        and run.revision not in ("", *incident.scope.revisions)
    ]
    assert f"--to-revisions={good[-1] if good else 'LAST_GOOD_REVISION'}=100" in plan
    assert "**stays pinned**" in plan
    assert plan.index("--to-revisions=") < plan.index("--to-latest")


def test_probe_without_a_revision_is_no_rollback_target() -> None:
    found = analysis(
        validation(0, revision=OLD),
        failed_check(100, revision=NEW),
        probe(200, "socket /ws: 101 in 0.120s", revision=""),
    )
    assert f"--to-revisions={OLD}=100" in pipeline.report(found)
