"""What a Terraform file says of a filter beside its text: joined texts, local values, unknown parts."""

from pathlib import Path

from triage.lql.files.file_linter import lint_files
from triage.models import Finding

JOINED = """
resource "google_logging_metric" "m" {
  filter = join(" AND ", [
    local.scope, # of the service
    "severity>=WARN",
    var.more,
    "a and b",
  ])
}
locals {
  one   = "x"
  scope = <<-EOT
    resource.type=cloudrun_revision
  EOT
}
resource "google_logging_project_sink" "s" {
  filter = local.scope
}
"""


def test_joined_texts_and_local_values_are_linted_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text(JOINED, encoding="utf-8")
    linted = lint_files([path])
    assert (linted.filters, linted.unknown) == (2, 0)
    assert [(one.where.partition(".")[2], one.finding.line, one.finding.code) for one in linted.findings] == [
        ("m", 13, "resource-type"),
        ("m", 5, "impossible-value"),
        ("m", 7, "operator-case"),
        ("s", 13, "resource-type"),
    ]


def test_log_name_is_linted_behind_an_unknown_project(tmp_path: Path) -> None:
    found = _lint(tmp_path, r"logName=\"projects/${var.project}/logs/run.googleapis.com/stderr\"")
    assert (found.code, found.line, found.fix) == ("log-name-encoding", 2, "run.googleapis.com%2Fstderr")


def test_syntax_error_in_a_file_says_what_to_write(tmp_path: Path) -> None:
    assert _lint(tmp_path, "severity==ERROR").message.endswith("; equality is written with one =")


def _lint(folder: Path, text: str) -> Finding:
    """Return the only finding about a filter in a Terraform file."""
    path = folder / "main.tf"
    path.write_text(f'resource "google_logging_metric" "m" {{\n  filter = "{text}"\n}}\n', encoding="utf-8")
    (found,) = lint_files([path]).findings
    return found.finding
