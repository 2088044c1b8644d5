"""Brief of a diagnosis: the cause, its decisive line and what to do; the rest on request."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from triage.errors import UsageError
from triage.models import Diagnosis, Evidence, FetchResult, Incident, Pack, Playbook
from triage.models.brief import BriefLine, BriefReason
from triage.models.change import Change
from triage.models.diagnosis_brief import (
    BriefAction,
    BriefChange,
    BriefFile,
    BriefIncident,
    BriefItem,
    BriefOther,
    BriefService,
    DiagnosisBrief,
    FetchBrief,
)
from triage.rendering.briefs.size import fit, fit_part, to_plain
from triage.rendering.decisive_line import find_decisive_line, reasons_from_cause
from triage.rendering.documents import sanitize
from triage.rendering.first_actions import first_actions
from triage.rendering.report_view import WORDS
from triage.text import pluralize

#: Items of each list that a brief shows unless more of it is asked for.
_MOST = {
    "because": 4,
    "changes": 0,
    "do_now": 2,
    "lines": 0,
    "other_incidents": 3,
    "revisions": 3,
    "ruled_out": 2,
    "services": 5,
}
#: Limits that may change the answer, of those that a brief shows; the others are on request.
_MOST_LIMITS = 2


def brief_diagnosis(
    diagnosis: Diagnosis,
    packs: Sequence[Pack],
    playbooks: Mapping[str, Playbook],
    *,
    incident: str = "",
    evidence: Sequence[str] = (),
    part: str = "",
    cursor: str = "",
) -> dict[str, Any]:
    """Return the brief of a diagnosis as plain data, secrets masked.

    packs: their causes name the rule of the decisive line.
    playbooks: those beside the packs, by name.
    incident: id or cause of the incident to describe, "" for that of the answer.
    evidence: ids of the lines to return instead of the answer.
    part: the list to return instead of the answer, from a cursor on.

    Raises:
        UsageError: there is no such incident, line or list.

    """
    shown = sanitize(diagnosis)
    brief = _build_brief(shown, incident, packs, playbooks)
    if evidence:
        lines = _select_lines(brief.lines, evidence)
        return fit_part(msgspec.structs.replace(brief, lines=lines), "lines", cursor)
    return fit_part(brief, part, cursor) if part else fit(brief, _most(shown))


def brief_fetch(
    fetched: Sequence[FetchResult],
    diagnosis: Diagnosis,
    packs: Sequence[Pack],
    playbooks: Mapping[str, Playbook],
) -> dict[str, Any]:
    """Return the brief of logs that were fetched, with their files, as plain data.

    packs, playbooks: as for ``brief_diagnosis``.
    """
    files = [
        BriefFile(
            path=file.path, service=file.service, entries=file.entries, window=str(file.window), cut=file.cut
        )
        for file in fetched
    ]
    shown = sanitize(diagnosis)
    brief = msgspec.convert(to_plain(_build_brief(shown, "", packs, playbooks)), FetchBrief)
    return fit(msgspec.structs.replace(brief, files=files, project=fetched[0].project), _most(shown))


def _most(diagnosis: Diagnosis) -> dict[str, int]:
    return _MOST | {"limits": min(_MOST_LIMITS, len(_answer_limits(diagnosis)))}


def _answer_limits(diagnosis: Diagnosis) -> list[str]:
    """Return what was not read, and the limits that may change the answer."""
    gaps = [gap.detail for gap in diagnosis.coverage.gaps]
    return list(dict.fromkeys([*gaps, *diagnosis.answer_limits]))


def _build_brief(
    diagnosis: Diagnosis, name: str, packs: Sequence[Pack], playbooks: Mapping[str, Playbook]
) -> DiagnosisBrief:
    """Return the whole brief of a sanitized diagnosis, about the incident of a name."""
    incident = _choose(diagnosis, name)
    state = next(iter(diagnosis.services), None)
    headline, covered = _headline(diagnosis), diagnosis.coverage
    brief = DiagnosisBrief(
        verdict=diagnosis.verdict,
        service=state.service if state else "",
        headline=headline,
        why=state.why if state and state.why not in headline else "",
        recovered=diagnosis.recovered,
        other_incidents=[
            BriefOther(
                id=found.id,
                cause=found.cause,
                title=found.title,
                service=found.service if state is None or found.service != state.service else "",
                severity=found.severity,
                status=found.status,
                count=found.count,
            )
            for found in diagnosis.incidents
            if found is not incident
        ],
        services=[
            BriefService(service=found.service, verdict=found.verdict, why=found.why)
            for found in diagnosis.services
        ]
        if len(diagnosis.services) > 1
        else [],
        changes=[_brief_change(change) for change in diagnosis.changes],
        to_confirm=diagnosis.next.why if diagnosis.next else "",
        confirm_filter=diagnosis.next.filter if diagnosis.next else "",
        records=covered.records,
        first=covered.first or "",
        last=covered.last or "",
        limits=list(dict.fromkeys([*_answer_limits(diagnosis), *diagnosis.limits])),
    )
    if incident is None:
        return brief
    decisive = find_decisive_line(incident, packs)
    return msgspec.structs.replace(
        brief,
        incident=_brief_incident(incident, titled=incident is not diagnosis.answer_incident),
        decisive_line=_brief_line(decisive) if decisive else None,
        because=[
            BriefReason(says=reason.says, evidence=reason.evidence)
            for reason in reasons_from_cause(incident, packs)
        ],
        do_now=[
            BriefAction(says=action.says.replace("`", ""), commands=action.commands, replace=action.missing)
            for action in first_actions(diagnosis, incident, playbooks)
        ],
        ruled_out=[
            BriefReason(says=f"{found.cause}: {found.why}", evidence=found.evidence)
            for found in incident.ruled_out
        ],
        evidence_ids=[line.id for line in incident.evidence],
        lines=[_brief_line(line, whole=True) for line in incident.evidence],
    )


def _brief_line(line: Evidence, *, whole: bool = False) -> BriefLine:
    """Return a line of evidence; ``whole`` adds where it was logged and the filter that finds it."""
    brief = BriefLine(
        id=line.id,
        at=line.timestamp,
        severity="" if line.severity == "DEFAULT" else line.severity,
        message=line.message,
        count=line.count,
        insert_id=line.insert_id,
    )
    if not whole:
        return brief
    return msgspec.structs.replace(
        brief, service=line.service, revision=line.revision, instance=line.instance, filter=line.filter
    )


def _brief_change(change: Change) -> BriefChange:
    """Return a change with what it altered."""
    return BriefChange(
        at=change.at,
        method=change.method.rpartition(".")[2],
        service=change.service or "",
        revision=change.revision or "",
        items=[
            BriefItem(name=item.name, before=item.before or "", after=item.after or "")
            for item in change.items
        ],
    )


def _headline(diagnosis: Diagnosis) -> str:
    """Return verdict, service and what broke as one sentence."""
    state = next(iter(diagnosis.services), None)
    incident = diagnosis.answer_incident
    words = WORDS[diagnosis.verdict].upper() + (" (recovered)" if diagnosis.recovered else "")
    if incident and diagnosis.verdict == "ready":
        words += f", {pluralize(diagnosis.open_incidents, 'open incident')}"
    if state is None:
        says = diagnosis.limits[0] if diagnosis.limits else "the export holds no entries"
        return f"{words}: {says}"
    service = incident.service if incident else state.service
    return f"{words}: {service}: {incident.title if incident else state.why}".removesuffix(": ")


def _choose(diagnosis: Diagnosis, name: str) -> Incident | None:
    """Return the incident of an id or a cause; without a name that of the answer, else the first one."""
    if not name:
        return diagnosis.answer_incident or next(iter(diagnosis.incidents), None)
    found = next((found for found in diagnosis.incidents if name in (found.id, found.cause)), None)
    if found is None:
        ids = ", ".join(f"{found.id} ({found.cause})" for found in diagnosis.incidents[:10])
        raise UsageError(
            f"incident: there is no {name[:80]!r}", f"there are {ids}" if ids else "there is none"
        )
    return found


def _select_lines(lines: Sequence[BriefLine], ids: Sequence[str]) -> list[BriefLine]:
    known = {line.id: line for line in lines}
    if unknown := [name for name in ids if name not in known]:
        hint = f"the incident has {', '.join(known)}" if known else "the incident has no line"
        raise UsageError(f"evidence: there is no {unknown[0][:80]!r}", hint)
    return [known[name] for name in dict.fromkeys(ids)]


def _brief_incident(incident: Incident, *, titled: bool) -> BriefIncident:
    return BriefIncident(
        id=incident.id,
        cause=incident.cause,
        title=incident.title if titled else "",
        service=incident.service,
        severity=incident.severity,
        confidence=incident.confidence,
        status=incident.status,
        count=incident.count,
        first_seen=incident.first_seen,
        last_seen=incident.last_seen,
        check=incident.check or "",
        failed=str(incident.share or ""),
        revisions=incident.scope.revisions,
        change=incident.change_says,
    )
