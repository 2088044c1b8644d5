"""``triage alerts`` on the command line."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hcl2
import pytest
from click.shell_completion import ShellComplete
from google.cloud.monitoring_v3 import AlertPolicy

from triage.cli.app import root_command

Call = Callable[..., Any]
PACK = Path(__file__).parents[1] / "alerts" / "parcel-alerts.toml"


def test_the_default_is_terraform(call: Call) -> None:
    called = call("alerts", "--service", "shop", "--cause", "memory-limit")
    assert (called.status, called.err) == (0, "")
    [policy] = hcl2.loads(called.out)["resource"]
    assert '"shop-memory-limit"' in policy['"google_monitoring_alert_policy"']


def test_one_policy_is_json_for_the_api(call: Call) -> None:
    called = call("alerts", "--service", "shop", "--cause", "memory-limit", "--format", "json")
    policy = AlertPolicy.from_json(called.out)
    assert policy.display_name.startswith("shop: The instance exceeded its memory limit")
    assert policy.conditions[0].condition_matched_log.filter


def test_several_policies_are_a_list(call: Call) -> None:
    options = ("--cause", "memory-limit", "--cause", "container-exit", "--format", "json")
    called = call("alerts", "--service", "shop", "--service", "search", *options)
    names = [AlertPolicy.from_json(json.dumps(policy)).display_name for policy in json.loads(called.out)]
    assert [name.partition(":")[0] for name in names] == ["shop", "shop", "search", "search"]


def test_the_metric_of_a_rate_is_named_beside_json(call: Call) -> None:
    called = call("alerts", "--service", "shop", "--cause", "requests-5xx", "--format", "json")
    assert AlertPolicy.from_json(called.out).conditions[0].condition_threshold.threshold_value == 5
    command = shlex.split(called.err.removeprefix("its metric first: "))
    assert command[:5] == ["gcloud", "logging", "metrics", "create", "triage-shop-requests-5xx"]
    assert any(word.startswith('--log-filter=resource.type="cloud_run_revision"\n') for word in command)


def test_policies_are_written_to_a_file(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "alerts.tf.json"
    options = ("--cause", "memory-limit", "--format", "terraform-json", "-o", file)
    called = call("alerts", "--service", "shop", *options)
    assert (called.status, called.out) == (0, "")
    assert list(json.loads(file.read_text(encoding="utf-8"))) == ["variable", "resource"]


def test_a_cause_that_no_filter_expresses_is_refused_by_name(call: Call) -> None:
    causes = ("--cause", "memory-limit", "--cause", "check-database", "--cause", "unknown-error")
    called = call("alerts", "--service", "netra-backend-staging", *causes)
    assert (called.status, called.out) == (2, "")
    assert called.err == (
        "triage: check-database has no alert: it needs the result of a whole validation run: triage watch and triage sweep report it\n"
        "unknown-error has no alert: no rule names its lines: triage rules new drafts a pack from logs\n"
    )


def test_without_causes_the_refused_ones_are_named_on_stderr(call: Call) -> None:
    called = call("alerts", "--service", "parcel-desk", "--pack", PACK, "--format", "terraform-json")
    assert called.status == 0
    names = {
        name
        for block in json.loads(called.out)["resource"]
        for name in block.get("google_monitoring_alert_policy", ())
    }
    assert {"parcel-desk-scales-off", "parcel-desk-memory-limit"} <= names
    lines = called.err.splitlines()
    assert "closed has no alert: it needs several lines: triage watch and triage sweep report it" in lines
    assert (
        "scales-off-alone has no alert: it needs the absence of a line: triage watch and triage sweep report it"
        in lines
    )
    assert lines[-1] == f"{len(names)} alert policies; {len(lines) - 1} causes without one"


def test_jobs_have_alerts_of_their_own(call: Call) -> None:
    called = call("alerts", "--job", "nightly", "--cause", "task-failed", "--format", "json")
    matched = json.loads(called.out)["conditions"][0]["conditionMatchedLog"]
    assert matched["filter"].startswith('resource.type="cloud_run_job"\n')
    assert "execution" in matched["labelExtractors"]


@pytest.mark.parametrize("words", [["alerts", "--service", "shop", "--cause"], ["explain"]])
def test_names_of_causes_are_completed(words: list[str]) -> None:
    completion = ShellComplete(root_command, {}, "triage", "_TRIAGE_COMPLETE")
    names = [item.value for item in completion.get_completions(words, "memory-l")]
    assert names == ["memory-limit", "memory-lock"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--cause", "memory-limit"], "no workload is given"),
        (
            ["--service", "shop", "--cause", "memory-limits"],
            "no cause is named 'memory-limits'; did you mean ",
        ),
        (["--service", "Shop!", "--cause", "memory-limit"], "'Shop!' is not a valid Cloud Run service name"),
        (["--service", "shop", "--format", "yaml"], "Invalid value for '--format'"),
    ],
)
def test_wrong_options_are_reported(call: Call, options: list[str], message: str) -> None:
    called = call("alerts", *options)
    assert called.status == 2
    assert message in called.err
