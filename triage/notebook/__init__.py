"""Notebook API: load logs, documents that render themselves, DataFrames."""

from typing import Any

from triage.notebook.documents import Comparison, Diagnosis, Timeline
from triage.notebook.fetch_logs import fetch
from triage.notebook.logs import Loadable, Logs, load

__all__ = [
    "Comparison",
    "Diagnosis",
    "Loadable",
    "Logs",
    "Timeline",
    "compare",
    "diagnose",
    "fetch",
    "load",
    "report",
    "schema",
    "timeline",
]


def timeline(logs: Loadable) -> Timeline:
    """Return the runs of some logs: boots, validations and gates, with coverage.

    ``logs`` is what ``load`` returns or accepts.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.

    """
    return load(logs).timeline


def diagnose(logs: Loadable) -> Diagnosis:
    """Return the causes, their evidence and what was ruled out.

    ``logs`` is what ``load`` returns or accepts.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.

    """
    return load(logs).diagnosis


def compare(before: Loadable, after: Loadable) -> Comparison:
    """Return whether ``after`` is better or worse, and every difference.

    Both sides are what ``load`` returns or accepts.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.

    """
    return load(before).compared_with(load(after))


def report(logs: Loadable, template: str = "ticket") -> str:
    """Return the report on some logs as Markdown, secrets masked.

    ``template`` is ``ticket``, ``remediation``, ``postmortem``, ``summary`` or the path of a Jinja2 file.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export or the template cannot be read.

    """
    return load(logs).report(template)


def schema(name: str) -> dict[str, Any]:
    """Return a JSON Schema: of a document ("diagnosis", "timeline", "comparison", "gate"), of "pack", ...

    Raises:
        UsageError: there is no schema of that name; the message lists them.

    """
    from triage.pipeline import schema as find_schema

    return find_schema(name)
