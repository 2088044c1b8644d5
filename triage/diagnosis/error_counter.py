"""All errors of a stream of entries, counted by pattern."""

from collections.abc import Iterable, Sequence

from triage.diagnosis.unknown_errors import is_error
from triage.measures import BoundedCounter
from triage.models import Entry, ErrorPattern, Event, Observed, first_of
from triage.text import excerpt, message_template, summary_line
from triage.window import format_timestamp

#: Patterns of a service that are counted separately; the others share one count.
_MAX_PATTERNS = 400
_OVERFLOW = "…"
_EXAMPLE = 300


class _PatternCount:
    """The errors of one pattern: number, instances and first entry."""

    def __init__(self, first: Entry, event: Event | None) -> None:
        self.first, self.last, self.count = first, first.timestamp, 0
        self.rule = event.name if event is not None else ""
        self.instances: set[str] = set()

    def add(self, observed: Sequence[Observed]) -> None:
        entries = [entry for entry, _, _ in observed]
        first = first_of(entries)
        if first.precedes(self.first):
            event = next(event for entry, event, _ in observed if entry is first)
            self.first, self.rule = first, event.name if event is not None else ""
        self.last = max(self.last, *[entry.timestamp for entry in entries])
        self.count += len(entries)
        self.instances.update([entry.instance for entry in entries])

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

    def observe(self, observed: Iterable[Observed]) -> None:
        """Count the entries that are errors and not known noise."""
        errors: dict[tuple[str, str, str], list[Observed]] = {}
        for one in observed:
            entry, event, _ = one
            if is_error(entry) and not (event is not None and event.noise):
                key = (entry.service, entry.revision, message_template(entry.message))
                errors.setdefault(key, []).append(one)
        for (service, revision, template), found in errors.items():
            self._add(service, revision, template, found)

    def _add(self, service: str, revision: str, template: str, observed: Sequence[Observed]) -> None:
        patterns = self._patterns.get(service)
        if patterns is None:
            patterns = self._patterns[service] = BoundedCounter(_MAX_PATTERNS, _OVERFLOW)
        revisions = patterns.group(template)
        counted = revisions.get(revision)
        if counted is None:
            counted = revisions[revision] = _PatternCount(*observed[0][:2])
        counted.add(observed)

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
