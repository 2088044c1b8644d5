"""Logs in which there is nothing to judge, and what the answer says is there."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.entries import entry
from triage import pipeline
from triage.models import Diagnosis, Record, Source
from triage.pipeline import Selection


def of_type(type_: str, number: int, **labels: str) -> dict[str, Any]:
    resource = {"type": type_, "labels": {"project_id": "demo", **labels}} if type_ else None
    return entry(number, "ModuleNotFoundError: No module named 'till'", severity="ERROR") | {
        "resource": resource
    }


def diagnose(entries: Iterable[dict[str, Any]], **selected: Any) -> Diagnosis:
    records = [
        Record(json.dumps(entry).encode(), Source("x", number)) for number, entry in enumerate(entries, 1)
    ]
    return pipeline.analyze(records, selection=Selection(**selected)).diagnosis


def test_only_types_that_are_not_read_are_no_data_and_are_counted() -> None:
    found = diagnose(
        [
            *(of_type("k8s_container", number, pod_name="web-1") for number in range(12)),
            of_type("gce_instance", 20),
        ]
    )
    assert found.verdict == "no_data"
    assert found.incidents == []
    assert found.limits == ["0 of 13 entries are of Cloud Run: 12 k8s_container, 1 gce_instance"]
    assert found.coverage.resource_types == {"gce_instance": 1, "k8s_container": 12}


@pytest.mark.parametrize(
    "type_",
    [
        "",
        "cloud_run_revision",
        "cloud_run_job",
        "cloud_run_worker_pool",
        "cloud_function",
        "http_load_balancer",
        "global",
    ],
)
def test_one_entry_of_a_type_that_is_read_is_judged(type_: str) -> None:
    found = diagnose([of_type("k8s_container", 1), of_type(type_, 2)])
    assert found.verdict != "no_data"


def test_a_service_that_is_not_in_the_file_is_no_data_and_those_there_are_named() -> None:
    entries = [entry(number, service="parcels" if number % 4 else "till") for number in range(12)]
    found = diagnose(entries, service=("basket",))
    assert found.verdict == "no_data"
    assert found.limits == ["no entries of service basket; services in this file: parcels (9), till (3)"]
    assert found.coverage.services_outside == {"parcels": 9, "till": 3}


def test_a_window_without_entries_of_a_service_that_is_there_does_not_deny_the_service() -> None:
    found = diagnose([entry(1, service="basket")], service=("bask*",), since=2**62)
    assert found.verdict == "no_data"
    assert found.limits == ["none of 1 records is within what the options ask for"]


def test_many_services_are_cut() -> None:
    found = diagnose([entry(number, service=f"s{number:02}") for number in range(20)], service=("basket",))
    assert found.limits[0].endswith("s07 (1) and 12 more")


@pytest.mark.parametrize("selected", [{}, {"service": ("basket",)}])
def test_a_big_file_gives_the_same_answer(tmp_path: Path, selected: Any, monkeypatch: Any) -> None:
    entries = [of_type("k8s_container", 1) | {"severity": "INFO", "textPayload": "fine"}] * 3
    if selected:
        entries = [entry(1, "fine", service="parcels", severity="INFO")] * 3
    path = tmp_path / "export.jsonl"
    path.write_text(
        "\n".join(json.dumps(line | {"insertId": f"i{i}"}) for i, line in enumerate(entries)),
        encoding="utf-8",
    )
    small = pipeline.analyze([path], selection=Selection(**selected)).diagnosis
    monkeypatch.setattr("triage.pipeline.analysis_runner.is_small", lambda _sources: False)
    big = pipeline.analyze([path], selection=Selection(**selected)).diagnosis
    assert big.coverage.skipped + big.coverage.outside == 3
    assert big.verdict == small.verdict == "no_data"
    assert big.limits == small.limits
