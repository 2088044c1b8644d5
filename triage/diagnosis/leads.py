"""Errors that no rule knows: grouped by their shape, counted, never lost."""

from dataclasses import dataclass, field
from hashlib import blake2b

from triage.diagnosis.earliest import Earliest
from triage.measures import Apart
from triage.models import Entry, Evidence, Incident, Scope
from triage.text import excerpt, gist, shape
from triage.window import format_timestamp

#: Shapes that are told apart; the others are counted together for each service.
_SHAPES = 400
_OTHER = "other errors that no rule knows"
_MESSAGE = 600
_ERROR = 500
#: Revisions and instances that a lead names.
_NAMED = 20


@dataclass
class Lead:
    """One shape of error at one service."""

    first: Entry
    last: int = 0
    count: int = 0
    revisions: Earliest = field(default_factory=lambda: Earliest(_NAMED))
    instances: Earliest = field(default_factory=lambda: Earliest(_NAMED))

    def absorb(self, other: "Lead") -> None:
        """Count what was seen of another shape, too."""
        if other.first.is_before(self.first):
            self.first = other.first
        self.last = max(self.last, other.last)
        self.count += other.count
        self.revisions.absorb(other.revisions)
        self.instances.absorb(other.instances)


class Leads:
    """The unknown errors of an export."""

    def __init__(self) -> None:
        """Begin with none."""
        self._leads: Apart[tuple[str, str], str, Lead] = Apart(_SHAPES, (_OTHER, ""))

    def see(self, entry: Entry, count: int = 1, last: int = 0) -> None:
        """Count an entry that no rule or cause explains, if it is an error of the application.

        It may stand for ``count`` alike at its revision; ``last`` is the time of the last of them, in nanoseconds.
        """
        if entry.level < _ERROR or entry.http is not None or not entry.message:
            return
        services = self._leads.group((shape(entry.message), entry.service))
        lead = services.get(entry.service)
        if lead is None:
            lead = services[entry.service] = Lead(entry)
        elif entry.is_before(lead.first):
            lead.first = entry
        lead.count += count
        lead.last = max(lead.last, entry.timestamp, last)
        lead.revisions.add(entry.revision, entry.timestamp)
        lead.instances.add(entry.instance, entry.timestamp)

    def incidents(self) -> list[Incident]:
        """Return each shape as an incident of low confidence, in the order in which they appeared."""
        leads = [(name, service, lead) for (name, _), service, lead in self._leads]
        leads.sort(key=lambda found: (found[2].first.turn, found[:2]))
        return [_incident(*found) for found in leads]


def _incident(name: str, service: str, lead: Lead) -> Incident:
    digest = blake2b(f"unknown\0{service}\0{name}".encode(errors="replace"), digest_size=6)
    evidence = Evidence(
        id="E1",
        insert_id=lead.first.insert_id,
        timestamp=format_timestamp(lead.first.timestamp),
        message=excerpt(lead.first.message, _MESSAGE),
        severity=lead.first.severity,
        service=service,
        revision=lead.first.revision,
        instance=lead.first.instance,
        count=lead.count,
    )
    return Incident(
        id=digest.hexdigest(),
        cause="unknown-error",
        title=f"An error that no rule knows: {gist(lead.first.message)[:160]}",
        service=service,
        check=None,
        condition=None,
        severity="P2",
        confidence="low",
        tier="symptom",
        playbook="unknown-error",
        because=["The line is logged as an error; no rule says what it means. [E1]"],
        scope=Scope(
            service=service,
            project=lead.first.project,
            location=lead.first.location,
            revisions=lead.revisions.names(),
            instances=lead.instances.names(),
        ),
        first_seen=format_timestamp(lead.first.timestamp),
        last_seen=format_timestamp(lead.last),
        count=lead.count,
        evidence=[evidence],
    )
