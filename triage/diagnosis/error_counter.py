"""All errors of a stream of entries, counted by pattern."""

from triage.measures import BoundedCounter
from triage.models import Entry, ErrorPattern, Event
from triage.text import excerpt, message_template, summary_line
from triage.window import format_timestamp

_ERROR = 500
#: Patterns of a service that are counted separately; the others share one count.
_MAX_PATTERNS = 400
_OVERFLOW = "…"
_EXAMPLE = 300


class _PatternCount:
    """The errors of one pattern: number, instances and first entry."""

    def __init__(self, first: Entry, rule: str) -> None:
        self.first, self.rule, self.last, self.count = first, rule, first.timestamp, 0
        self.instances: set[str] = set()

    def absorb(self, other: "_PatternCount") -> None:
        if other.first.precedes(self.first):
            self.first, self.rule = other.first, other.rule
        self.last = max(self.last, other.last)
        self.count += other.count
        self.instances |= other.instances


class ErrorCounter:
    """Counts the errors of applications and of the platform, but not failed requests."""

    def __init__(self) -> None:
        """Create an empty counter."""
        self._patterns: dict[str, BoundedCounter[str, str, _PatternCount]] = {}

    def observe(self, entry: Entry, event: Event | None) -> None:
        """Count an entry if it is an error and not known noise."""
        if entry.http is not None or entry.level < _ERROR or not entry.message:
            return
        if event is not None and event.noise:
            return
        patterns = self._patterns.get(entry.service)
        if patterns is None:
            patterns = self._patterns[entry.service] = BoundedCounter(_MAX_PATTERNS, _OVERFLOW)
        revisions = patterns.group(message_template(entry.message))
        counted = revisions.get(entry.revision)
        if counted is None or (entry.timestamp <= counted.first.timestamp and entry.precedes(counted.first)):
            rule = event.name if event is not None else ""
            if counted is None:
                counted = revisions[entry.revision] = _PatternCount(entry, rule)
            counted.first, counted.rule = entry, rule
        counted.count += 1
        counted.last = max(counted.last, entry.timestamp)
        counted.instances.add(entry.instance)

    def build(self) -> list[ErrorPattern]:
        """Return the counts in order of service, revision and template."""
        counts = {
            (service, revision, name): counted
            for service, patterns in self._patterns.items()
            for name, revision, counted in patterns
        }
        return [
            ErrorPattern(
                service=service,
                revision=revision,
                template=name,
                rule=counted.rule,
                example=excerpt(summary_line(counted.first.message), _EXAMPLE),
                insert_id=counted.first.insert_id,
                count=counted.count,
                instances=len(counted.instances),
                first=format_timestamp(counted.first.timestamp),
                last=format_timestamp(counted.last),
            )
            for (service, revision, name), counted in sorted(counts.items())
        ]
