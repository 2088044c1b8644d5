"""Lint, fix and explain filters of the Logging query language."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from triage.entries import api_form
from triage.models import Entry, FilterPurpose, Finding, LintedFiles

if TYPE_CHECKING:
    from triage.lql import Explanation


def lint_filter(text: str, purpose: FilterPurpose = "read") -> list[Finding]:
    """Return the probable mistakes of a Logging filter, with position and fix.

    purpose: what Cloud Logging uses the filter for.

    Raises:
        UsageError: the text is no Logging filter; the message has line and column.

    """
    from triage.lql import lint

    return lint(text, purpose)


def lint_files(paths: Sequence[Path]) -> LintedFiles:
    """Return the findings about the filters in Terraform, Config Connector and shell files.

    Raises:
        IOFailureError: a path does not exist, or cannot be read.
        UsageError: an extra is missing.

    """
    from triage.lql.files import lint_files

    return lint_files(paths)


def fix_filter(text: str) -> str:
    """Return a Logging filter with every error fixed that has a known fix.

    Raises:
        UsageError: the text is no Logging filter.

    """
    from triage.lql import fix

    return fix(text)


def explain_filter(text: str, entry: Entry | None = None) -> "Explanation":
    """Return an explanation of a Logging filter, for an entry if one is given.

    With an entry it says which parts match, and what the entry holds.

    Raises:
        UsageError: the text is no Logging filter, or one that cannot be evaluated offline.

    """
    from triage.lql import LOG_ENTRY, explain, parse

    return explain(parse(text), None if entry is None else api_form(entry, LOG_ENTRY))
