"""Briefs of what the stages found, each small enough for the answer of a tool."""

from collections.abc import Sequence
from typing import Any

import msgspec

from triage.entries import api_form
from triage.errors import UsageError
from triage.models import Entry, FetchResult, Pack
from triage.models.cause_brief import BriefCause
from triage.pipeline.analysis_runner import read_entries
from triage.pipeline.analyzer import Analysis
from triage.pipeline.cause_catalog import list_causes, similar_causes
from triage.pipeline.filters import explain_filter, lint_filter
from triage.pipeline.record_sources import Sources
from triage.pipeline.reports import playbook
from triage.pipeline.selection import Selection
from triage.rendering.briefs import cause, diagnosis, query


def brief_diagnosis(
    analysis: Analysis,
    packs: Sequence[Pack],
    *,
    incident: str = "",
    evidence: Sequence[str] = (),
    part: str = "",
    cursor: str = "",
) -> dict[str, Any]:
    """Return the brief of a diagnosis as plain data: the answer, or the part of it that is asked for.

    incident: id or cause of the incident to describe, "" for that of the answer.
    evidence: ids of the lines to return instead of the answer.
    part: the list to return instead of the answer, from a cursor on.

    Raises:
        UsageError: there is no such incident, line or list.

    """
    return diagnosis.brief_diagnosis(
        analysis.diagnosis,
        packs,
        analysis.playbooks,
        incident=incident,
        evidence=evidence,
        part=part,
        cursor=cursor,
    )


def brief_fetch(fetched: Sequence[FetchResult], analysis: Analysis, packs: Sequence[Pack]) -> dict[str, Any]:
    """Return the brief of logs that were fetched and analyzed, with their files, as plain data."""
    return diagnosis.brief_fetch(fetched, analysis.diagnosis, packs, analysis.playbooks)


def brief_cause(name: str, packs: Sequence[Pack], *, part: str = "", cursor: str = "") -> dict[str, Any]:
    """Return the brief of a cause as plain data.

    part: the list to return instead of the answer, from a cursor on.

    Raises:
        UsageError: there is no such cause or list.

    """
    groups = list_causes(packs)
    found = next((item for group in groups for item in group.causes if item.id == name), None)
    if found is None:
        near = ", ".join(similar_causes(name, groups))
        raise UsageError(
            f"cause: there is no {name[:80]!r}", f"similar are {near}" if near else "search for it"
        )
    playbooks = [playbook(known, packs) for known in found.playbooks]
    return cause.brief_cause(
        found.id, found.title, found.cause, playbooks, example=found.example, part=part, cursor=cursor
    )


def brief_causes(packs: Sequence[Pack], search: str = "", *, cursor: str = "") -> dict[str, Any]:
    """Return the causes that have all words of a search, or all kinds of causes, as plain data.

    Raises:
        UsageError: the cursor is not one of this list.

    """
    causes = [
        BriefCause(id=item.id, title=item.title, kind=group.title)
        for group in list_causes(packs)
        for item in group.causes
    ]
    return cause.brief_causes(causes, search, cursor)


def brief_matches(
    sources: Sources, selection: Selection, *, whole: bool = False, cursor: str = ""
) -> dict[str, Any]:
    """Return the entries of exports that match the filter of a selection, as plain data.

    whole: whether to return whole entries as JSON, not only their messages.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: the filter or the cursor is invalid.

    """
    findings = lint_filter(selection.filter or "")
    matched = query.MatchedEntries(cursor, _to_json if whole else None)
    entries = read_entries(sources, selection)
    for entry in entries:
        matched.add(entry)
    return matched.build(entries.coverage(0), [finding for finding in findings if finding.level == "error"])


def brief_filter(text: str) -> dict[str, Any]:
    """Return a Logging filter in words, with its probable mistakes, as plain data.

    Raises:
        UsageError: the text is no Logging filter; the message has line and column.

    """
    return query.brief_filter(str(explain_filter(text)), lint_filter(text))


def _to_json(entry: Entry) -> str:
    """Return an entry as the Logging API has it, as JSON."""
    from triage.lql import LOG_ENTRY

    return msgspec.json.encode(api_form(entry, LOG_ENTRY)).decode()
