"""Which formats each document has, and what renders them: the one list of them.

A format is added with a line of ``FORMATS`` and its renderer. The choices of the commands come from here.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

import msgspec

#: What can be rendered: the documents, the report on a diagnosis, the table of entries, what a ticket became,
#: and alerts.
DocumentName = Literal[
    "diagnosis", "timeline", "comparison", "gate", "load", "report", "entries", "ticket", "alerts"
]


class Format(msgspec.Struct, frozen=True):
    """One format of some documents.

    Attributes:
        name: name of the format, as commands take it.
        documents: the documents that it fits.
        renderer: function of this package as ``module:name``, "" for the screens of the command line.

    """

    name: str
    documents: tuple[DocumentName, ...]
    renderer: str = ""


#: The first format of a document is its default.
FORMATS = (
    Format("text", ("diagnosis", "timeline", "comparison", "gate", "load")),
    Format("json", ("diagnosis", "timeline", "comparison", "gate", "load"), "documents:to_json"),
    Format("csv", ("timeline",), "tables:runs_to_csv"),
    Format("markdown", ("comparison",), "markdown_report:render_verification"),
    Format("markdown", ("load",), "markdown_report:render_load"),
    Format("junit", ("gate",), "junit:render_junit"),
    Format("github", ("diagnosis",), "annotations:render_diagnosis"),
    Format("github", ("gate",), "annotations:render_annotations"),
    Format("markdown", ("report",), "markdown_report:render_report"),
    Format("html", ("report",), "html_report:render_html"),
    Format("table", ("entries",)),
    Format("jsonl", ("entries",), "tables:write_jsonl"),
    Format("csv", ("entries",), "tables:write_csv"),
    Format("parquet", ("entries",), "parquet_table:write_parquet"),
    Format("text", ("ticket",)),
    Format("github", ("ticket",), "annotations:render_ticket"),
    Format("terraform", ("alerts",), "terraform:to_terraform"),
    Format("terraform-json", ("alerts",), "terraform:to_terraform_json"),
    Format("json", ("alerts",), "alert_policies:to_json"),
)


def format_names(document: DocumentName) -> list[str]:
    """Return the names of the formats of a document, its default first."""
    return [item.name for item in FORMATS if document in item.documents]


def find_renderer(document: DocumentName, name: str) -> Callable[..., Any]:
    """Return the function that renders a document in a format.

    Raises:
        KeyError: the document has no such format, or the command line renders it.

    """
    renderers = {item.name: item.renderer for item in FORMATS if document in item.documents}
    if not renderers.get(name):
        raise KeyError(f"{document} has no format {name!r}")
    module, _, function = renderers[name].partition(":")
    renderer: Callable[..., Any] = getattr(import_module(f"triage.rendering.{module}"), function)
    return renderer
