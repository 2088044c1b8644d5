"""Rollback steps: to a ready revision, with a warning of pinned traffic."""

import re
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
    analysis = pipeline.analyze([case], packs=packs())
    plan = (
        pipeline.report(analysis, "remediation")
        .partition("## Mitigation and rollback")[2]
        .partition("\n## ")[0]
    )
    if "--to-revisions=" not in plan:
        return
    incident = analysis.diagnosis.incidents[0]
    state = analysis.diagnosis.state_of(incident.service)
    good = {
        revision
        for revision, verdict in (state.revisions if state else {}).items()
        if verdict in ("ready", "degraded") and revision not in incident.scope.revisions
    }
    target = re.search(r"--to-revisions=([\w-]+)=100", plan)
    assert target
    assert target[1] in (good or {"LAST_GOOD_REVISION"})
    assert re.search(r"stays (?:pinned|on it until)", plan)
    assert "--to-latest" in plan


def test_probe_without_a_revision_is_no_rollback_target() -> None:
    found = analysis(
        validation(0, revision=OLD),
        failed_check(100, revision=NEW),
        probe(200, "socket /ws: 101 in 0.120s", revision=""),
    )
    assert f"--to-revisions={OLD}=100" in pipeline.report(found, "remediation")
