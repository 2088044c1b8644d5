"""Find Logging filters in Terraform, Config Connector and shell files, and lint them in place."""

from triage.lql.files.file_linter import lint_files

__all__ = ["lint_files"]
