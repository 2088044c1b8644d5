"""Errors that no rule knows: grouped by their shape, counted, never lost."""

from dataclasses import dataclass, field
from hashlib import blake2b

from triage.models import Entry, Evidence, Incident, Scope
from triage.text import excerpt, gist, shape
from triage.window import format_timestamp

#: Shapes that are told apart; what comes after them is counted together.
_SHAPES = 400
_OTHER = "other errors that no rule knows"
_MESSAGE = 600
_ERROR = 500
#: Revisions and instances that a lead names.
_NAMED = 20


@dataclass
class Lead:
    """One shape of error at one service."""

    service: str
    shape: str
    first: Entry
    last: Entry
    count: int = 0
    revisions: list[str] = field(default_factory=list)
    instances: list[str] = field(default_factory=list)


class Leads:
    """The unknown errors of an export."""

    def __init__(self) -> None:
        """Begin with none."""
        self._leads: dict[tuple[str, str], Lead] = {}

    def see(self, entry: Entry, count: int = 1) -> None:
        """Count an entry that no rule or cause explains, if it is an error of the application."""
        if entry.level < _ERROR or entry.http is not None or not entry.message:
            return
        name = shape(entry.message) if len(self._leads) < _SHAPES else _OTHER
        key = (entry.service, name)
        lead = self._leads.setdefault(key, Lead(*key, first=entry, last=entry))
        lead.count += count
        lead.last = entry
        for names, value in ((lead.revisions, entry.revision), (lead.instances, entry.instance)):
            if value and value not in names and len(names) < _NAMED:
                names.append(value)

    def incidents(self) -> list[Incident]:
        """Return each shape as an incident of low confidence."""
        return [_incident(lead) for lead in self._leads.values()]


def _incident(lead: Lead) -> Incident:
    digest = blake2b(f"unknown\0{lead.service}\0{lead.shape}".encode(errors="replace"), digest_size=6)
    evidence = Evidence(
        id="E1",
        insert_id=lead.first.insert_id,
        timestamp=format_timestamp(lead.first.timestamp),
        message=excerpt(lead.first.message, _MESSAGE),
        severity=lead.first.severity,
        service=lead.service,
        revision=lead.first.revision,
        instance=lead.first.instance,
        count=lead.count,
    )
    return Incident(
        id=digest.hexdigest(),
        cause="unknown-error",
        title=f"An error that no rule knows: {gist(lead.first.message)[:160]}",
        service=lead.service,
        check=None,
        condition=None,
        severity="P2",
        confidence="low",
        tier="symptom",
        playbook="unknown-error",
        because=["The line is logged as an error; no rule says what it means. [E1]"],
        scope=Scope(
            service=lead.service,
            project=lead.first.project,
            location=lead.first.location,
            revisions=lead.revisions,
            instances=lead.instances,
        ),
        first_seen=format_timestamp(lead.first.timestamp),
        last_seen=format_timestamp(lead.last.timestamp),
        count=lead.count,
        evidence=[evidence],
    )
