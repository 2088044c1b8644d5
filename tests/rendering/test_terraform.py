"""Alerts for Terraform: HCL that python-hcl2 parses, and the same as JSON."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest

from triage.models import Alert
from triage.pipeline import build_alerts, load_packs, render_alerts

PACK = Path(__file__).parents[1] / "alerts" / "parcel-alerts.toml"
HOSTILE = 'a "quoted" ${var.x} %{ if y } \\d \n\t\b\f\x00\x7f é 🔴 $$ %% $${z} <<EOT'


@pytest.fixture(scope="module")
def alerts() -> list[Alert]:
    causes = ["scales-off", "printer-jam", "requests-5xx", "memory-limit", "caller-iap"]
    return build_alerts(["parcel-desk", "parcel-shop"], load_packs([PACK]), causes).alerts


def alert_that_says(text: str) -> Alert:
    documentation = {"content": text, "mimeType": "text/markdown", "subject": text}
    condition = {"displayName": "x", "conditionMatchedLog": {"filter": text, "labelExtractors": {"a": text}}}
    return Alert(cause="x", name="shop-x", policy={"documentation": documentation, "conditions": [condition]})


def parsed(text: str) -> dict[str, Any]:
    """Return what python-hcl2 reads, as Terraform's JSON syntax has it."""
    document: dict[str, Any] = without_marks(hcl2.loads(text))
    return document


def without_marks(value: Any) -> Any:
    """Return a value of python-hcl2 without its marks, with the escapes of its strings undone."""
    if isinstance(value, dict):
        return {
            without_marks(key): without_marks(inner) for key, inner in value.items() if key != "__is_block__"
        }
    if isinstance(value, list):
        return [without_marks(item) for item in value]
    if isinstance(value, str) and value.startswith('"'):
        return json.loads(value)
    return value


def test_hcl_and_json_are_the_same(alerts: list[Alert]) -> None:
    hcl, as_json = (render_alerts(alerts, name) for name in ("terraform", "terraform-json"))
    assert parsed(hcl) == json.loads(as_json)
    kinds = [kind for block in json.loads(as_json)["resource"] for kind in block]
    assert kinds.count("google_monitoring_alert_policy") == len(alerts) == 10
    assert kinds.count("google_logging_metric") == 4


def test_every_field_of_a_policy_is_written(alerts: list[Alert]) -> None:
    block = parsed(render_alerts(alerts[:1], "terraform"))["resource"][0]
    policy = block["google_monitoring_alert_policy"]["parcel-desk-scales-off"]
    [condition] = policy["conditions"]
    [matched] = condition["condition_matched_log"]
    source = alerts[0].policy["conditions"][0]["conditionMatchedLog"]
    assert matched["filter"] == source["filter"]
    assert matched["label_extractors"] == source["labelExtractors"]
    assert policy["alert_strategy"][0]["notification_rate_limit"] == [{"period": "3600s"}]
    assert policy["notification_channels"] == "${var.notification_channels}"
    assert policy["display_name"] == alerts[0].policy["displayName"]
    assert policy["documentation"][0]["content"] == alerts[0].policy["documentation"]["content"]


def test_text_of_a_log_is_no_template() -> None:
    alert = alert_that_says(HOSTILE)
    escaped = re.sub(r"[$%](?=\{)", lambda found: found[0] * 2, HOSTILE)
    assert "$${var.x} %%{ if y }" in escaped
    for document in (
        parsed(render_alerts([alert], "terraform")),
        json.loads(render_alerts([alert], "terraform-json")),
    ):
        policy = document["resource"][0]["google_monitoring_alert_policy"]["shop-x"]
        matched = policy["conditions"][0]["condition_matched_log"][0]
        assert matched == {"filter": escaped, "label_extractors": {"a": escaped}}
        assert policy["documentation"][0]["content"] == escaped


def test_strings_have_only_the_escapes_of_hcl() -> None:
    text = render_alerts([alert_that_says(HOSTILE)], "terraform")
    assert set(re.findall(r"(?<!\\)(?:\\\\)*\\(.)", text)) <= {"n", "t", '"', "u", "\\"}


def test_a_policy_refers_to_the_metric_that_it_counts(alerts: list[Alert]) -> None:
    blocks = parsed(render_alerts(alerts, "terraform"))["resource"]
    [policy] = [
        block["google_monitoring_alert_policy"]["parcel-desk-requests-5xx"]
        for block in blocks
        if "parcel-desk-requests-5xx" in block.get("google_monitoring_alert_policy", {})
    ]
    [threshold] = policy["conditions"][0]["condition_threshold"]
    assert "user/${google_logging_metric.parcel-desk-requests-5xx.name}" in threshold["filter"]
    assert threshold["aggregations"][0]["per_series_aligner"] == "ALIGN_DELTA"
    assert threshold["threshold_value"] == 5


@pytest.mark.tool("terraform")
def test_terraform_formats_nothing_anew(alerts: list[Alert], tmp_path: Path) -> None:
    file = tmp_path / "alerts.tf"
    file.write_text(render_alerts([*alerts, alert_that_says(HOSTILE)], "terraform"), encoding="utf-8")
    program = shutil.which("terraform") or ""
    done = subprocess.run(
        [program, "fmt", "-check", "-diff", str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_no_alert_is_an_empty_configuration() -> None:
    assert set(parsed(render_alerts([], "terraform"))) == {"variable"}
