"""The bundled example is what its program writes, has the shape that gcloud prints, and tells the story it was made for."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from examples import make_example

EXPORT = make_example.EXPORT


@pytest.fixture(scope="module")
def diagnosis() -> dict[str, Any]:
    triage = Path(sys.executable).with_name("triage")
    done = subprocess.run([triage, EXPORT, "--format", "json"], capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_example_is_what_its_program_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_example, "EXPORT", tmp_path / "export.json")
    make_example.main()
    assert (tmp_path / "export.json").read_bytes() == EXPORT.read_bytes()


def test_the_example_has_the_shape_that_gcloud_prints() -> None:
    entries = json.loads(EXPORT.read_bytes())
    times = [entry["timestamp"] for entry in entries]
    assert 300 <= len(entries) <= 500
    assert times == sorted(times, reverse=True)
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{9}Z", entry["receiveTimestamp"]) for entry in entries)
    assert len({entry["insertId"] for entry in entries}) == len(entries)


def test_the_refused_requests_are_the_incident_and_no_check_is_blamed(diagnosis: dict[str, Any]) -> None:
    first = diagnosis["incidents"][0]
    assert (first["condition"], first["check"], first["confidence"]) == ("gate_rejected", None, "high")
    assert first["scope"]["revisions"] == [make_example.NEW]
    assert first["count"] == 16


def test_the_service_is_ready_since_its_last_validation_passed(diagnosis: dict[str, Any]) -> None:
    assert diagnosis["verdict"] == "ready"
    (service,) = diagnosis["services"]
    assert service["revisions"] == {make_example.OLD: "not_ready", make_example.NEW: "ready"}


def test_the_database_failure_of_the_older_revision_is_told_beside_it(diagnosis: dict[str, Any]) -> None:
    (other,) = diagnosis["incidents"][1:]
    assert (other["condition"], other["check"]) == ("startup_failure", "database")
    assert other["scope"]["revisions"] == [make_example.OLD]
    assert other["recovered"]
