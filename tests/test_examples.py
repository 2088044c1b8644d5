"""The bundled example is up to date, and gives the documented result."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from examples import make_example, make_storefront

EXPORT = make_example.EXPORT
NAMES = ["EXPORT", "BEFORE", "AFTER"]


def document(*words: str | Path) -> dict[str, Any]:
    triage = Path(sys.executable).with_name("triage")
    done = subprocess.run([triage, *words, "--format", "json"], capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def diagnosis() -> dict[str, Any]:
    return document(EXPORT)


@pytest.fixture(scope="module")
def comparison() -> dict[str, Any]:
    return document("compare", make_example.BEFORE, make_example.AFTER)


def test_the_examples_are_what_their_program_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: getattr(make_example, name) for name in NAMES}
    for name, path in kept.items():
        monkeypatch.setattr(make_example, name, tmp_path / path.name)
    make_example.main()
    for path in kept.values():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_examples_have_the_format_of_gcloud(name: str) -> None:
    entries = json.loads(getattr(make_example, name).read_bytes())
    times = [entry["timestamp"] for entry in entries]
    assert 300 <= len(entries) <= 500
    assert times == sorted(times, reverse=True)
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{9}Z", entry["receiveTimestamp"]) for entry in entries)
    assert len({entry["insertId"] for entry in entries}) == len(entries)


def test_rejected_requests_are_the_incident_without_a_failing_check(diagnosis: dict[str, Any]) -> None:
    first = diagnosis["incidents"][0]
    assert (first["condition"], first["check"], first["confidence"]) == ("gate_rejected", None, "high")
    assert first["scope"]["revisions"] == [make_example.NEW]
    assert first["count"] == 16


def test_the_service_is_ready_since_its_last_validation_passed(diagnosis: dict[str, Any]) -> None:
    assert diagnosis["verdict"] == "ready"
    (service,) = diagnosis["services"]
    assert service["revisions"] == {make_example.OLD: "not_ready", make_example.NEW: "ready"}


def test_database_failure_of_the_older_revision_is_reported(diagnosis: dict[str, Any]) -> None:
    (other,) = diagnosis["incidents"][1:]
    assert (other["condition"], other["check"]) == ("startup_failure", "database")
    assert other["scope"]["revisions"] == [make_example.OLD]
    assert other["recovered"]


def test_comparison_before_and_after_the_fix_is_correct(comparison: dict[str, Any]) -> None:
    assert (comparison["change"], comparison["before"]["verdict"], comparison["after"]["verdict"]) == (
        "better",
        "not_ready",
        "ready",
    )
    outcomes = {(found["kind"], found["name"]): found for found in comparison["outcomes"]}
    assert outcomes["boot", ""]["before"]["counts"] == {"not_ready": 3, "ready": 1}
    assert outcomes["boot", ""]["after"]["counts"] == {"ready": 2}
    assert outcomes["health", "/ws/health"]["change"] == "better"


def test_one_new_error_after_the_fix_is_too_rare_to_count(comparison: dict[str, Any]) -> None:
    (new,) = [error for error in comparison["errors"] if error["change"] == "new"]
    assert new["example"] == "Usage report was not sent: 429 Too Many Requests"
    assert (new["sure"], new["after"]["count"]) == (False, 2)
    assert [error["example"] for error in comparison["errors"] if error["sure"]] == [
        "Agent run was not queued: connection to 10.20.0.7:6379 refused"
    ]


def test_the_revision_that_did_not_come_up_is_the_first_bad_one(comparison: dict[str, Any]) -> None:
    (walk,) = comparison["walks"]
    assert (walk["last_good"], walk["first_bad"], walk["bounded"]) == (
        make_example.FIXED,
        make_example.BAD,
        True,
    )


def test_the_storefront_is_what_its_program_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = make_storefront.STOREFRONT.read_bytes()
    monkeypatch.setattr(make_storefront, "STOREFRONT", tmp_path / "storefront.json")
    make_storefront.main()
    assert (tmp_path / "storefront.json").read_bytes() == kept


def test_a_service_that_no_pack_describes_has_a_cause_a_change_and_a_rollback() -> None:
    found = document(make_storefront.STOREFRONT)
    first = found["incidents"][0]
    assert found["services"][0]["chain"] == ""
    assert (first["cause"], first["count"]) == ("environment-missing", 3)
    assert first["change_says"].endswith("env DATABASE_URL removed")
    assert found["services"][0]["revisions"] == {
        make_storefront.BAD: "not_ready",
        make_storefront.GOOD: "ready",
    }
