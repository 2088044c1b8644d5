"""A service in several regions: a verdict for each of them, and the worst one leads."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.entries import entry
from triage import pipeline
from triage.models import Diagnosis, Record, ServiceState, Source

NORTH, SOUTH = "europe-north1", "australia-southeast1"


def placed(line: dict[str, Any], location: str, instance: str) -> dict[str, Any]:
    labels = line["resource"]["labels"] | {"location": location}
    return line | {
        "resource": line["resource"] | {"labels": labels},
        "labels": {"instanceId": instance},
        "insertId": f"{line['insertId']}-{location}-{instance}",
    }


def platform(number: int, text: str) -> dict[str, Any]:
    return entry(number, text, severity="INFO") | {
        "logName": "projects/demo/logs/run.googleapis.com%2Fvarlog%2Fsystem"
    }


def start(number: int, location: str, instance: str) -> list[dict[str, Any]]:
    probe = 'Default STARTUP TCP probe succeeded after 1 attempt for container "shop-1" on port 8080.'
    return [placed(platform(number, probe), location, instance)]


def crash(number: int, location: str, instance: str) -> list[dict[str, Any]]:
    said = entry(number, "Error: Cannot find module '/srv/till.js'", severity="ERROR")
    exited = platform(number, "Container called exit(1).")
    return [placed(line, location, instance) for line in (said, exited | {"insertId": f"x{number}"})]


def served(number: int, location: str, status: int = 200) -> dict[str, Any]:
    line = entry(number, severity="INFO" if status < 400 else "ERROR") | {
        "logName": "projects/demo/logs/run.googleapis.com%2Frequests",
        "httpRequest": {
            "requestMethod": "GET",
            "requestUrl": "https://shop.example/basket",
            "status": status,
            "latency": "0.1s",
        },
    }
    del line["textPayload"]
    return placed(line, location, "a1")


def diagnose(entries: Iterable[dict[str, Any]]) -> Diagnosis:
    records = [Record(json.dumps(line).encode(), Source("x", number)) for number, line in enumerate(entries)]
    return pipeline.analyze(records).diagnosis


def state(entries: Iterable[dict[str, Any]]) -> ServiceState:
    [found] = diagnose(entries).services
    return found


FAILING_SOUTH = [
    *start(1, NORTH, "a1"),
    *(served(number, NORTH) for number in range(2, 9)),
    *(line for number in (3, 5, 7) for line in crash(number, SOUTH, f"b{number}")),
]


def test_each_region_has_a_verdict_and_the_worst_one_leads() -> None:
    found = state(FAILING_SOUTH)
    assert found.regions == {SOUTH: "not_ready", NORTH: "ready"}
    assert found.verdict == "not_ready"
    assert found.why.startswith(f"{SOUTH} is not ready: 3 instances failed to start")
    assert found.why.endswith(f"{NORTH} is ready")


def test_the_order_of_the_entries_changes_nothing() -> None:
    shuffled = list(FAILING_SOUTH)
    random.Random(7).shuffle(shuffled)
    assert state(shuffled) == state(FAILING_SOUTH)


def test_a_success_in_one_region_does_not_recover_a_failure_in_another() -> None:
    lines = [*crash(1, SOUTH, "b1"), *start(5, NORTH, "a1"), served(9, NORTH)]
    [incident] = diagnose(lines).incidents
    assert not incident.recovered
    assert diagnose([*lines, *start(8, SOUTH, "b8")]).incidents[0].recovered


def test_all_regions_ready_is_ready_and_says_so() -> None:
    found = state([*start(1, NORTH, "a1"), *start(2, SOUTH, "b1")])
    assert found.verdict == "ready"
    assert found.regions == {SOUTH: "ready", NORTH: "ready"}


def test_a_region_whose_entries_do_not_tell_decides_nothing() -> None:
    found = state([*start(1, NORTH, "a1"), placed(entry(2, "warming", severity="INFO"), SOUTH, "b1")])
    assert found.verdict == "ready"
    assert found.regions == {SOUTH: "inconclusive", NORTH: "ready"}


def test_a_service_in_one_region_has_no_regions() -> None:
    found = state([*start(1, NORTH, "a1"), served(2, NORTH)])
    assert found.regions == {}
    assert NORTH not in found.why


def test_requests_that_the_prefilter_counts_belong_to_their_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [served(number, NORTH) for number in range(30)]
    lines += [served(number, SOUTH, 503) for number in range(31, 40)]
    path = tmp_path / "export.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    monkeypatch.setattr("triage.pipeline.analysis_runner.is_small", lambda _sources: False)
    analysis = pipeline.analyze([path])
    assert analysis.diagnosis.coverage.skipped == 30
    [found] = analysis.diagnosis.services
    assert found.regions[NORTH] == "ready"
    assert found.regions[SOUTH] in ("degraded", "not_ready")
