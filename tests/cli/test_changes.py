"""Changes on the screens, in reports and in the documents, and configurations from files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
CASES = Path(__file__).resolve().parents[1] / "cases"
LOWERED = CASES / "memory-lowered-by-a-deployment" / "entries.jsonl"
CALLEE = CASES / "callee-fails-behind-a-caller" / "entries.jsonl"
REDEPLOYED = CASES / "redeployed-after-the-failure" / "entries.jsonl"
PRINCIPAL = "someone@acme.example"


def squeeze(text: str) -> str:
    return " ".join(text.split())


def document(call: Call, *words: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call(*words, "--format", "json").out)
    return found


def test_answer_names_the_change_that_the_incident_began_after(call: Call) -> None:
    lines = call("diagnose", LOWERED).out.splitlines()

    assert "Began 2 min after revision kiosk-00007-abc: memory 1Gi -> 256Mi." in lines


def test_screen_shows_how_to_undo_the_change(call: Call) -> None:
    shown = squeeze(call("diagnose", LOWERED).out)

    assert "gcloud run services update-traffic kiosk --to-revisions=kiosk-00006-abc=100" in shown
    assert "gcloud run services update kiosk --memory=1Gi" in shown


def test_incident_names_the_id_of_its_change(call: Call) -> None:
    found = document(call, "diagnose", LOWERED)
    change = next(item for item in found["changes"] if item["id"] == found["incidents"][0]["change"])

    assert change["revision"] == "kiosk-00007-abc"
    assert change["items"] == [{"name": "memory", "before": "1Gi", "after": "256Mi"}]
    assert found["incidents"][0]["change_items"] == ["memory"]


def test_later_deployment_is_listed_and_not_linked(call: Call) -> None:
    found = document(call, "diagnose", REDEPLOYED)

    assert [change["revision"] for change in found["changes"]] == ["kiosk-00010-abc", "kiosk-00011-abc"]
    assert [incident["change"] for incident in found["incidents"]] == [None]


def test_first_deployment_says_that_its_previous_configuration_is_unknown(call: Call) -> None:
    first = document(call, "diagnose", LOWERED)["changes"][0]

    assert (first["config_known"], first["items"]) == (False, [])


@pytest.mark.parametrize("words", [["diagnose"], ["report"], ["report", "--format", "html"]])
def test_whoever_made_a_change_is_masked(call: Call, words: list[str]) -> None:
    shown = call(*words, LOWERED, *(["-v"] if words == ["diagnose"] else [])).out

    assert PRINCIPAL not in shown
    assert "user-1" in shown


def test_service_that_passed_the_failure_on_is_affected(call: Call) -> None:
    shown = squeeze(call("diagnose", "-v", CALLEE).out)

    assert "Affected services - portal: 9 requests" in shown
    assert "Affects portal, 9 requests" in squeeze(call("diagnose", CALLEE).out)
    assert "portal returned 502 to 9 requests" in shown


def test_report_has_a_table_of_the_changes_and_the_mitigation(call: Call) -> None:
    shown = call("report", LOWERED, "--template", "remediation").out

    assert "| `kiosk` | `kiosk-00007-abc` | `memory 1Gi -> 256Mi` (**linked to the incident**) |" in shown
    assert "## Mitigation and rollback" in shown


def test_ticket_has_a_table_of_the_changes(call: Call) -> None:
    shown = call("attach", LOWERED, "--create", "--dry-run").out

    assert "**Change:** Began 2 min after revision kiosk-00007-abc" in shown
    assert "(**linked to the incident**)" in shown


def test_page_marks_the_change_on_the_timeline(call: Call) -> None:
    shown = call("report", LOWERED, "--format", "html").out

    assert '<line class="change full"' in shown


def test_playbook_commands_use_the_configuration_of_the_logs(call: Call) -> None:
    assert "--memory=512Mi" in call("report", LOWERED, "--template", "remediation").out


def test_configuration_file_supplies_what_the_logs_lack(call: Call, tmp_path: Path) -> None:
    config = tmp_path / "kiosk-00005-abc.json"
    limits = {"memory": "1Gi", "cpu": "1"}
    container = {"image": "registry.example.com/kiosk:3.0", "resources": {"limits": limits}}
    revision = {
        "kind": "Revision",
        "metadata": {
            "name": "kiosk-00005-abc",
            "labels": {"serving.knative.dev/service": "kiosk"},
            "annotations": {"autoscaling.knative.dev/maxScale": "10"},
        },
        "spec": {"containerConcurrency": 40, "timeoutSeconds": 120, "containers": [container]},
    }
    config.write_text(json.dumps(revision), encoding="utf-8")

    first = document(call, "diagnose", LOWERED, "--config", config)["changes"][0]

    assert first["config_known"] is True
    assert [item["name"] for item in first["items"]] == ["image"]


def test_file_without_a_configuration_is_invalid_input(call: Call, tmp_path: Path) -> None:
    config = tmp_path / "none.json"
    config.write_text("{}", encoding="utf-8")

    called = call("diagnose", LOWERED, "--config", config)

    assert called.status == 65
    assert "not a configuration of a Cloud Run service" in called.err


def test_compare_lists_what_differs_between_two_revisions(call: Call) -> None:
    words = ("compare", LOWERED, "--revision", "kiosk-00006-abc", "--with", "kiosk-00007-abc")
    found = document(call, *words)

    assert found["configuration"] == [
        {"service": "kiosk", "items": [{"name": "memory", "before": "1Gi", "after": "256Mi"}]}
    ]
    assert "kiosk memory 1Gi -> 256Mi" in squeeze(call(*words).out)


def test_gate_lists_what_differs_from_the_baseline(call: Call) -> None:
    words = ("gate", LOWERED, "--revision", "kiosk-00007-abc", "--baseline", "kiosk-00006-abc")
    found = document(call, *words)

    assert [item["name"] for item in found["configuration"][0]["items"]] == ["memory"]


def test_timeline_of_the_page_marks_the_change_behind_the_incident(call: Call) -> None:
    shown = call("report", LOWERED, "--format", "html").out
    marks = [line for line in shown.split("<line ") if line.startswith('class="change')]

    assert [("memory 1Gi" in mark) for mark in marks if 'class="change linked' in mark] == [True]
    assert len(marks) > 1


def test_screen_says_that_the_previous_configuration_is_unknown(call: Call, tmp_path: Path) -> None:
    """Leave the first deployment out, so that nothing is before the one that the failure began after."""
    lines = LOWERED.read_text(encoding="utf-8").splitlines()
    deployed = document(call, "diagnose", LOWERED)["changes"][1]["at"][:19]
    rest = [line for line in lines if "cloudaudit" not in line or deployed in line]
    export = tmp_path / "export.jsonl"
    export.write_text("\n".join(rest), encoding="utf-8")

    assert "its previous configuration is unknown" in squeeze(call("diagnose", export).out)
