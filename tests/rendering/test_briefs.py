"""Briefs: the decisive line of each kind of cause, and what is left out."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage import pipeline
from triage.models import Pack
from triage.pipeline import brief_cause, brief_diagnosis, brief_timeline, load_packs

CASES = Path(__file__).resolve().parents[1] / "cases"
#: Bytes of JSON that are 600 to 900 tokens.
_LONGEST, _MEDIAN = 3_600, 2_400


@cache
def packs() -> list[Pack]:
    return load_packs()


@cache
def brief(case: str) -> dict[str, Any]:
    analysis = pipeline.analyze([CASES / case / "entries.jsonl"], packs=packs())
    return brief_diagnosis(analysis, packs())


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("go-panic", "panic: runtime error: invalid memory address"),
        ("out-of-memory-beside-traffic", "Memory limit of 256 MiB exceeded"),
        ("node-module-missing", "Error: Cannot find module 'left-padding'"),
        ("container-exit", "Container called exit(3)."),
        ("database-timeout-at-startup", "Database initialization timeout after 30.0s"),
        ("worker-timeout", "[2025-10-12 17:05:00 +0000] [12] [CRITICAL] WORKER TIMEOUT"),
        ("client-forbidden-with-a-token", "client probe 2ab68a5a socket /ws: 403"),
        ("import-name", "Traceback (most recent call last):"),
        ("health-ready-waits-for-redis", "Redis readiness: Connection failed in staging"),
        ("check-redis", "Redis readiness check failed: Error 111 connecting to 10.20.0.9:6379."),
        ("check-websocket-bridge", "WebSocket bridge readiness: Missing methods"),
        ("tolerated-checks", "Redis readiness: GRACEFUL DEGRADATION"),
        ("noncritical-checks-fail", "Service database validation failed after 5 attempts"),
        ("deployment-failed", "/Services.ReplaceService namespaces/demo-project/revisions/"),
    ],
)
def test_decisive_line_names_the_cause(case: str, line: str) -> None:
    assert brief(case)["decisive_line"]["message"].startswith(line)


def test_briefs_of_all_cases_are_short_and_cite_their_lines() -> None:
    sizes = []
    for case in sorted(path.name for path in CASES.iterdir() if path.is_dir()):
        data = brief(case)
        sizes.append(len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()))
        if "incident" in data:
            assert data["decisive_line"]["id"] in data["evidence_ids"]
            assert {name for reason in data["because"] for name in reason["evidence"]} <= set(
                data["evidence_ids"]
            )
    sizes.sort()
    assert sizes[-1] <= _LONGEST
    assert sizes[len(sizes) // 2] <= _MEDIAN


def test_brief_without_an_incident_says_why() -> None:
    data = brief("all-ready")
    assert data["headline"].startswith("READY: netra-backend-staging: the readiness validation that ended at")
    assert "incident" not in data
    assert brief("noise-only")["verdict"] == "inconclusive"


def test_recovered_incident_is_described_though_it_is_no_part_of_the_headline() -> None:
    data = brief("recovered")
    assert data["headline"].startswith(
        "READY (recovered): netra-backend-production: the readiness validation"
    )
    assert data["incident"]["status"] == "over"
    assert data["incident"]["title"] == "The readiness check redis failed"


def test_limits_that_may_change_the_answer_are_shown() -> None:
    assert brief("payload-lost")["limits"]


def test_timeline_without_runs_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]")
    data = brief_timeline(pipeline.analyze([tmp_path / "empty.json"], packs=packs()).timeline)
    assert data["headline"].startswith("No run through a readiness chain")
    assert data["runs"] == []


def test_cause_that_no_rule_explains_has_a_brief_too() -> None:
    data = brief_cause("unknown-error", packs())
    assert data["means"]
    assert data["fixes"]


@pytest.mark.parametrize("name", ["environment-missing", "gate-header-check", "startup-database"])
def test_brief_of_a_cause_lists_its_fixes_whole_on_request(name: str) -> None:
    whole = brief_cause(name, packs(), part="fixes")
    assert whole["fixes"][0]["title"] == brief_cause(name, packs())["fixes"][0]["title"]
    assert "means" not in whole
