"""Errors that no rule matches, grouped by pattern and counted."""

from dataclasses import dataclass, field
from hashlib import blake2b

from triage.diagnosis.first_seen import FirstSeen
from triage.measures import BoundedCounter
from triage.models import Entry, Evidence, Incident, Scope
from triage.text import excerpt, message_template, summary_line
from triage.window import format_timestamp

#: Patterns that are counted separately; the others share one count per service.
_MAX_PATTERNS = 400
_OTHER = "other errors that no rule knows"
_MESSAGE_LENGTH = 600
_ERROR = 500
#: Revisions and instances that an unknown error names.
_MAX_NAMES = 20


@dataclass
class UnknownError:
    """The errors of one pattern at one service.

    Attributes:
        first: first entry.
        last: time of the last entry, nanoseconds.
        count: number of entries.
        revisions: first revisions.
        instances: first instances.

    """

    first: Entry
    last: int = 0
    count: int = 0
    revisions: FirstSeen = field(default_factory=lambda: FirstSeen(_MAX_NAMES))
    instances: FirstSeen = field(default_factory=lambda: FirstSeen(_MAX_NAMES))

    def absorb(self, other: "UnknownError") -> None:
        """Add the errors of another pattern."""
        if other.first.precedes(self.first):
            self.first = other.first
        self.last = max(self.last, other.last)
        self.count += other.count
        self.revisions.absorb(other.revisions)
        self.instances.absorb(other.instances)


class UnknownErrors:
    """Counts the errors of an export that no rule matches."""

    def __init__(self) -> None:
        """Create an empty counter."""
        self._errors: BoundedCounter[tuple[str, str], str, UnknownError] = BoundedCounter(
            _MAX_PATTERNS, (_OTHER, "")
        )

    def observe(self, entry: Entry, count: int = 1, last: int = 0) -> None:
        """Count an entry that no rule or cause explains, if it is an application error.

        It may represent ``count`` similar entries of its revision; ``last`` is the time of the last one, in
        nanoseconds.
        """
        if entry.level < _ERROR or entry.http is not None or not entry.message:
            return
        services = self._errors.group((message_template(entry.message), entry.service))
        error = services.get(entry.service)
        if error is None:
            error = services[entry.service] = UnknownError(entry)
        elif entry.precedes(error.first):
            error.first = entry
        error.count += count
        error.last = max(error.last, entry.timestamp, last)
        error.revisions.add(entry.revision, entry.timestamp)
        error.instances.add(entry.instance, entry.timestamp)

    def incidents(self) -> list[Incident]:
        """Return each pattern as an incident of low confidence, in order of appearance."""
        errors = [(name, service, error) for (name, _), service, error in self._errors]
        errors.sort(key=lambda item: (item[2].first.sort_key, item[:2]))
        return [_incident(*item) for item in errors]


def _incident(name: str, service: str, error: UnknownError) -> Incident:
    digest = blake2b(f"unknown\0{service}\0{name}".encode(errors="replace"), digest_size=6)
    evidence = Evidence(
        id="E1",
        insert_id=error.first.insert_id,
        timestamp=format_timestamp(error.first.timestamp),
        message=excerpt(error.first.message, _MESSAGE_LENGTH),
        severity=error.first.severity,
        service=service,
        revision=error.first.revision,
        instance=error.first.instance,
        count=error.count,
    )
    return Incident(
        id=digest.hexdigest(),
        cause="unknown-error",
        title=f"An error that no rule knows: {summary_line(error.first.message)[:160]}",
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
            project=error.first.project,
            location=error.first.location,
            revisions=error.revisions.names(),
            instances=error.instances.names(),
        ),
        first_seen=format_timestamp(error.first.timestamp),
        last_seen=format_timestamp(error.last),
        count=error.count,
        evidence=[evidence],
    )
