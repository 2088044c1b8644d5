"""What the tools take: one class per tool, whose fields are the tool's arguments."""

from typing import Annotated

import msgspec
from msgspec import Meta

from triage.models import WorkloadKind

Text = Annotated[str, Meta(max_length=10_000)]
Exports = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=4_096)]],
    Meta(max_length=50, description="Files, folders or globs of exported logs, below the server's folders."),
]
Export = Annotated[str, Meta(max_length=4_096, description="A file or a folder below the server's folders.")]
Service = Annotated[str, Meta(max_length=256, description="Only this service, job, worker pool or function.")]
Revision = Annotated[str, Meta(max_length=256, description="Only this revision.")]
Since = Annotated[
    str, Meta(max_length=100, description="Only since this time: 90m, 2025-09-13 17:43 PDT, RFC 3339.")
]
Until = Annotated[str, Meta(max_length=100, description="Only until this time.")]
Filter = Annotated[Text, Meta(description="Only entries that this Cloud Logging filter matches.")]
Cursor = Annotated[
    str, Meta(max_length=100, description="next_cursor of the last answer, with the same arguments.")
]
Part = Annotated[
    str,
    Meta(
        max_length=100,
        description="Return this list whole instead of the answer: a key of `omitted`, such as `because`.",
    ),
]


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the arguments; an unknown one is an error."""


class SelectionArguments(Arguments, frozen=True):
    """Base of the arguments that select entries."""

    service: Service = ""
    since: Since = ""
    until: Until = ""


class DiagnoseArguments(SelectionArguments, frozen=True, kw_only=True):
    """Arguments of ``diagnose``."""

    exports: Annotated[Exports, Meta(min_length=1)]
    revision: Revision = ""
    filter: Filter = ""
    incident: Annotated[
        str, Meta(max_length=200, description="Describe this incident: an id of other_incidents, or a cause.")
    ] = ""
    evidence: Annotated[
        list[str], Meta(max_length=50, description="Return these lines of the incident, such as E1 and E3.")
    ] = []
    part: Part = ""
    cursor: Cursor = ""


class TimelineArguments(SelectionArguments, frozen=True, kw_only=True):
    """Arguments of ``timeline``."""

    exports: Annotated[Exports, Meta(min_length=1)]
    revision: Revision = ""
    run: Annotated[str, Meta(max_length=300, description="Return the steps of this run, by its id.")] = ""
    cursor: Cursor = ""


class ExplainArguments(Arguments, frozen=True, kw_only=True):
    """Arguments of ``explain``."""

    cause: Annotated[str, Meta(max_length=200, description="A cause, as diagnose names it.")] = ""
    search: Annotated[
        str, Meta(max_length=200, description="List the causes with these words. Without: list the kinds.")
    ] = ""
    part: Part = ""
    cursor: Cursor = ""


class CompareArguments(SelectionArguments, frozen=True, kw_only=True, rename={"other": "with"}):
    """Arguments of ``compare``."""

    before: Export = ""
    after: Export = ""
    export: Annotated[Export, Meta(description="One export, compared by its revisions.")] = ""
    revision: Annotated[str, Meta(max_length=256, description="BEFORE: a revision of export (or glob).")] = ""
    other: Annotated[str, Meta(max_length=256, description="AFTER: another revision of export.")] = ""
    filter: Filter = ""
    part: Part = ""
    cursor: Cursor = ""


class FetchArguments(Arguments, frozen=True, kw_only=True):
    """Arguments of ``fetch``."""

    names: Annotated[
        list[str], Meta(min_length=1, max_length=10, description="Services, or workloads of kind.")
    ]
    kind: WorkloadKind = "service"
    project: Annotated[
        str, Meta(max_length=100, description="Google Cloud project; default: that of the server.")
    ] = ""
    since: Annotated[
        str, Meta(max_length=100, description="From this long ago until now: 90m, 2h. Default: 1h.")
    ] = ""
    start: Annotated[str, Meta(max_length=100, description="Or the start of the window: RFC 3339.")] = ""
    end: Annotated[str, Meta(max_length=100, description="End of the window, with start; default: now.")] = ""
    around: Annotated[str, Meta(max_length=100, description="Or a time, such as that of a deployment.")] = ""
    margin: Annotated[str, Meta(max_length=100, description="With around: how far before and after.")] = "15m"
    filter: Annotated[Text, Meta(description="Your own Cloud Logging filter instead of triage's.")] = ""
    everything: Annotated[bool, Meta(description="All lines, not only those that a diagnosis needs.")] = False
    with_callers: Annotated[bool, Meta(description="Also what other services logged of failed requests.")] = (
        False
    )
    limit: Annotated[int, Meta(ge=1, le=200_000, description="At most so many entries of a service.")] = (
        50_000
    )


class QueryArguments(SelectionArguments, frozen=True, kw_only=True):
    """Arguments of ``query``."""

    filter: Annotated[Text, Meta(min_length=1, description="A filter of the Cloud Logging query language.")]
    exports: Annotated[
        Exports, Meta(description="What to match; without exports the filter is checked and explained.")
    ] = []
    revision: Revision = ""
    whole: Annotated[bool, Meta(description="Return whole entries as JSON, not only their messages.")] = False
    cursor: Cursor = ""
