"""Filters in Terraform, Config Connector and shell files: found, and linted in place."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.examples import examples
from triage.errors import IOFailureError, UsageError
from triage.lql.files.config_connector import find_in_yaml
from triage.lql.files.file_linter import lint_files
from triage.lql.files.found_filter import FoundFilter
from triage.lql.files.shell_script import find_in_script
from triage.lql.files.terraform import find_in_terraform

TERRAFORM = r"""
locals { ignored = "severity>=WARN" }

resource "google_logging_metric" "errors" {
  name   = "errors"
  filter = <<-EOT
    resource.type="cloud_run_revision" AND
    severity>=WARN AND jsonPayload.service="${var.service}"
  EOT
}

resource "google_logging_project_sink" "audit" {
  filter = "severity>=ERROR AND labels.a=\"b\" and labels.c=\"$${d}\""
  exclusions {
    name   = "noise"
    filter = "severity=WARN"
  }
  dynamic "exclusions" {
    for_each = var.exclusions
    content {
      filter = exclusions.value
    }
  }
}

resource "google_monitoring_alert_policy" "log" {
  conditions {
    condition_matched_log {
      filter = "severity>=ERROR"
    }
  }
  conditions {
    condition_threshold {
      filter = "metric.type=\"x\" and not_a_filter_of_logging"
    }
  }
}

resource "google_logging_saved_query" "q" {
  logging_query { filter = "severity>=WARN" }
}

resource "google_storage_bucket" "b" {
  filter = "severity>=WARN"
}
"""
YAML = """
apiVersion: logging.cnrm.cloud.google.com/v1beta1
kind: LoggingLogSink
metadata:
  name: audit
spec:
  filter: >-
    resource.type="cloud_run_revision"
    and severity>=ERROR
  exclusions:
    - name: noise
      filter: 'labels.a=''b'' AND severity=WARN'
    - filter: "severity=\\"ERROR\\""
---
apiVersion: monitoring.cnrm.cloud.google.com/v1beta1
kind: MonitoringAlertPolicy
metadata: {name: alert}
spec:
  conditions:
    - conditionMatchedLog:
        filter: |
          severity>=ERROR
          jsonPayload.a=1
---
apiVersion: v1
kind: ConfigMap
spec: {filter: severity>=WARN}
"""
SCRIPT = r"""#!/bin/bash
# gcloud logging read 'severity>=WARN'
gcloud logging read 'severity>=WARN AND labels.a="$NAME"' --limit 10 --format=json
gcloud --quiet --project=p beta logging tail "severity>=ERROR AND resource.labels.service_name=\"${SERVICE}\"" | head
gcloud logging sinks create audit storage.googleapis.com/b \
  --log-filter="severity>=ERROR \
and x" --exclusion=name=noise,filter='severity=WARN'
if gcloud logging metrics update m --log-filter "$FILTER"; then echo ok; fi
gcloud logging read --project p --freshness 1d `cat filter.txt`
gcloud run services list --filter='severity>=WARN'
gcloud logging logs list
"""


def texts(found: list[FoundFilter]) -> list[tuple[str, str, str]]:
    return [(one.where, one.purpose, one.text) for one in found]


def test_filters_of_terraform_resources_are_found() -> None:
    found = list(find_in_terraform(TERRAFORM))
    assert [(one.where, one.purpose) for one in found] == [
        ("google_logging_metric.errors", "metric"),
        ("google_logging_project_sink.audit", "sink"),
        ("google_logging_project_sink.audit", "exclusion"),
        ("google_logging_project_sink.audit", "exclusion"),
        ("google_monitoring_alert_policy.log", "alert"),
        ("google_logging_saved_query.q", "explorer"),
    ]
    heredoc, sink, exclusion, unknown, *_ = found
    assert heredoc.text.split() == [
        'resource.type="cloud_run_revision"', "AND", "severity>=WARN", "AND", 'jsonPayload.service="x"',
    ]  # fmt: skip
    assert not heredoc.complete
    assert sink.text == 'severity>=ERROR AND labels.a="b" and labels.c="${d}"'
    assert exclusion.text == "severity=WARN"
    assert unknown.letters is None


@pytest.mark.parametrize("level", ["project", "folder", "organization", "billing_account"])
def test_sinks_and_exclusions_of_every_level_are_found(level: str) -> None:
    source = "".join(
        f'resource "google_logging_{level}_{kind}" "x" {{\n  filter = "a"\n}}\n'
        for kind in ("sink", "exclusion")
    )
    assert [one.purpose for one in find_in_terraform(source)] == ["sink", "exclusion"]


@pytest.mark.parametrize(
    "value",
    [
        "var.filter",
        'join(var.x, ["a", "b"])',
        'join(" AND ", var.x)',
        'format("severity>=%s", "WARN")',
        "local.other",
        "local.loop",
        '"%{ if var.x }a%{ endif }"',
        '"a" == "b" ? "c" : "d"',
        '("a")',
    ],
)
def test_filter_that_is_no_text_is_counted_and_not_linted(value: str, tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    loop = "locals {\n  loop = local.loop\n}\n"
    path.write_text(
        f'{loop}resource "google_logging_metric" "m" {{\n  filter = {value}\n}}\n', encoding="utf-8"
    )
    linted = lint_files([path])
    assert (linted.filters, linted.unknown, linted.findings) == (1, 1, [])


def test_filters_of_config_connector_are_found() -> None:
    assert texts(list(find_in_yaml(YAML))) == [
        ("LoggingLogSink audit", "sink", 'resource.type="cloud_run_revision" and severity>=ERROR'),
        ("LoggingLogSink audit", "exclusion", "labels.a='b' AND severity=WARN"),
        ("LoggingLogSink audit", "exclusion", 'severity="ERROR"'),
        ("MonitoringAlertPolicy alert", "alert", "severity>=ERROR\njsonPayload.a=1\n"),
    ]


def test_filters_of_gcloud_commands_are_found() -> None:
    assert texts(list(find_in_script(SCRIPT))) == [
        ("gcloud logging read", "read", 'severity>=WARN AND labels.a="$NAME"'),
        ("gcloud logging tail", "sink", 'severity>=ERROR AND resource.labels.service_name="x"'),
        ("gcloud logging sinks", "sink", "severity>=ERROR and x"),
        ("gcloud logging sinks", "exclusion", "severity=WARN"),
        ("gcloud logging metrics", "metric", ""),
        ("gcloud logging read", "explorer", ""),
    ]


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        (
            "main.tf",
            TERRAFORM,
            [
                ("impossible-value", "WARN AND jsonPayload.service="),
                ("severity-floor", "severity>=ERROR AND labels.a="),
                ("operator-case", "and labels.c="),
                ("placeholder", '\\"$${d}'),
                ("impossible-value", 'WARN"\n  }'),
                ("severity-floor", 'severity>=ERROR"\n    }'),
                ("impossible-value", 'WARN" }\n}\n\nresource "google_storage_bucket'),
            ],
        ),
        (
            "sink.yaml",
            YAML,
            [
                ("operator-case", "and severity>=ERROR"),
                ("severity-floor", "severity>=ERROR\n  exclusions"),
                ("single-quotes", "''b''"),
                ("impossible-value", "WARN'"),
                ("severity-floor", "severity>=ERROR\n          jsonPayload"),
            ],
        ),
        (
            "run.sh",
            SCRIPT,
            [
                ("impossible-value", "WARN AND labels.a="),
                ("placeholder", '"$NAME"'),
                ("no-time-bound", "' --limit"),
                ("severity-floor", "severity>=ERROR \\\n"),
                ("operator-case", "and x"),
                ("impossible-value", "WARN'\nif"),
            ],
        ),
    ],
)
def test_findings_have_the_position_in_the_file(
    name: str, source: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")
    findings = lint_files([path]).findings
    assert {found.path for found in findings} == {str(path)}
    starts = [0, *(found.end() for found in re.finditer("\n", source))]
    placed = [
        (found.finding.code, starts[found.finding.line - 1] + found.finding.column - 1) for found in findings
    ]
    assert [
        (code, source[at:][: len(text)]) for (code, at), (_, text) in zip(placed, expected, strict=True)
    ] == expected


def lint_terraform(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    path = tmp_path / "main.tf"
    path.write_text(f'resource "google_logging_metric" "m" {{\n  filter = "{text}"\n}}\n', encoding="utf-8")
    return [(found.finding.code, found.finding.line) for found in lint_files([path]).findings]


def test_unknown_values_raise_no_findings(tmp_path: Path) -> None:
    assert (
        lint_terraform(tmp_path, "severity>=${var.floor} AND timestamp>${var.since} AND ${local.more}") == []
    )
    assert lint_terraform(tmp_path, "severity>=${var.floor} and a") == [("operator-case", 2)]
    # What a variable holds may make it valid.
    assert lint_terraform(tmp_path, "severity>= AND ${local.more}") == []


def test_invalid_filter_is_an_error_with_its_position(tmp_path: Path) -> None:
    assert lint_terraform(tmp_path, "severity>= AND") == [("syntax", 2)]
    assert lint_terraform(tmp_path, "(a") == [("syntax", 2)]


def test_purpose_of_a_filter_is_that_of_its_resource(tmp_path: Path) -> None:
    assert lint_terraform(tmp_path, "logName:x") == []
    script = tmp_path / "run.sh"
    script.write_text("gcloud logging read logName:x\n", encoding="utf-8")
    assert [found.finding.code for found in lint_files([script]).findings] == ["no-time-bound"]


def test_folder_is_read_without_hidden_and_other_files(tmp_path: Path) -> None:
    bad = 'resource "google_logging_metric" "m" {\n  filter = "severity>=WARN"\n}\n'
    for name in ("a/main.tf", ".terraform/main.tf", "a/.hidden.tf", "a/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(bad, encoding="utf-8")
    (tmp_path / "a" / "broken.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "a" / "other.tf").write_text("not terraform {", encoding="utf-8")
    linted = lint_files([tmp_path, tmp_path / "a" / "main.tf"])
    assert [found.path for found in linted.findings] == [str(tmp_path / "a" / "main.tf")]
    assert (linted.filters, linted.files, linted.faults) == (1, 1, [])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("main.tf", b'resource "google_logging_metric" {', "main.tf:2: it is not valid Terraform"),
        ("x.yaml", b"a: 1\nb: [cnrm.cloud.google.com", "x.yaml:2: it is not valid YAML"),
        ("x.yaml", b"\xff", "x.yaml:1: it is not UTF-8"),
    ],
)
def test_file_that_cannot_be_read_is_a_fault(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    (fault,) = lint_files([tmp_path]).faults
    assert fault.startswith(f"{tmp_path}/{said}")
    assert "\n" not in fault


@pytest.mark.parametrize("value", ['""', "<<EOT\nEOT"])
def test_empty_filter_is_valid(value: str, tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text(
        f'resource "google_logging_project_sink" "m" {{\n  filter = {value}\n}}', encoding="utf-8"
    )
    linted = lint_files([path])
    assert (linted.filters, linted.unknown, linted.findings, linted.faults) == (1, 0, [], [])


def test_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match="there is no such file"):
        lint_files([tmp_path / "nothing"])


@given(some.text(max_size=40))
@settings(max_examples=examples(30), deadline=None)
def test_any_text_in_a_yaml_string_keeps_its_place(text: str) -> None:
    fields = {"apiVersion": "a.cnrm.cloud.google.com/v1", "kind": "LoggingLogView", "spec": {"filter": text}}
    source = yaml.safe_dump(fields)
    (found,) = find_in_yaml(source)
    assert found.text == text
    offsets = [letter.offset for letter in found.letters or ()]
    assert offsets == sorted(offsets)


@pytest.mark.parametrize("value", ["[" * 5000, "&list [*list]"])
def test_yaml_without_an_end_is_a_fault_of_its_file(tmp_path: Path, value: str) -> None:
    sink = "apiVersion: logging.cnrm.cloud.google.com/v1beta1\nkind: LoggingLogSink\n"
    path = tmp_path / "sink.yaml"
    path.write_text(f"{sink}spec:\n  exclusions: {value}\n")
    [fault] = lint_files([path]).faults
    assert fault.startswith(f"{path}:1: it is nested too deeply")


def test_named_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.tf.json"
    path.write_text("{}")
    with pytest.raises(UsageError, match=r"alerts\.tf\.json: no filter is found in such a file"):
        lint_files([path])
    assert lint_files([tmp_path]).filters == 0


def test_byte_order_mark_is_no_text_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "metric.tf"
    path.write_text(
        '\ufeffresource "google_logging_metric" "m" {\n  filter = "severity>=ERROR"\n}\n', encoding="utf-8"
    )
    linted = lint_files([path])
    assert (linted.filters, linted.faults) == (1, [])


def test_filter_that_is_no_text_is_counted_as_not_linted(tmp_path: Path) -> None:
    path = tmp_path / "metric.yaml"
    path.write_text(
        "apiVersion: logging.cnrm.cloud.google.com/v1beta1\nkind: LoggingLogMetric\nmetadata: {name: m}\n"
        "spec:\n  filter: {{ .Values.filter }}\n"
    )
    linted = lint_files([path])
    assert (linted.filters, linted.unknown) == (1, 1)
