"""All errors of a stream of entries, known or not, counted by their shape: what two stretches of logs are compared by."""

from triage.measures import Apart
from triage.models import Entry, ErrorShape, Event
from triage.text import excerpt, gist, shape
from triage.window import format_timestamp

_ERROR = 500
#: Shapes of a service that are told apart; the others are counted together.
_SHAPES = 400
_REST = "…"
_EXAMPLE = 300


class _Seen:
    """How often one shape was seen, by which instances, and the first of its entries."""

    def __init__(self, first: Entry, rule: str) -> None:
        self.first, self.rule, self.last, self.count = first, rule, first.timestamp, 0
        self.instances: set[str] = set()

    def absorb(self, other: "_Seen") -> None:
        if other.first.is_before(self.first):
            self.first, self.rule = other.first, other.rule
        self.last = max(self.last, other.last)
        self.count += other.count
        self.instances |= other.instances


class Errors:
    """Counts the errors of applications and of the platform; requests are counted by their answers elsewhere."""

    def __init__(self) -> None:
        """Begin with none."""
        self._shapes: dict[str, Apart[str, str, _Seen]] = {}

    def see(self, entry: Entry, event: Event | None) -> None:
        """Count an entry if it is an error and no chronic noise."""
        if entry.level < _ERROR or entry.http is not None or not entry.message:
            return
        if event is not None and event.noise:
            return
        shapes = self._shapes.get(entry.service)
        if shapes is None:
            shapes = self._shapes[entry.service] = Apart(_SHAPES, _REST)
        revisions = shapes.group(shape(entry.message))
        seen = revisions.get(entry.revision)
        if seen is None or (entry.timestamp <= seen.first.timestamp and entry.is_before(seen.first)):
            rule = event.name if event is not None else ""
            if seen is None:
                seen = revisions[entry.revision] = _Seen(entry, rule)
            seen.first, seen.rule = entry, rule
        seen.count += 1
        seen.last = max(seen.last, entry.timestamp)
        seen.instances.add(entry.instance)

    def shapes(self) -> list[ErrorShape]:
        """Return the counts in order of service, revision and shape."""
        found = {
            (service, revision, name): seen
            for service, shapes in self._shapes.items()
            for name, revision, seen in shapes
        }
        return [
            ErrorShape(
                service=service,
                revision=revision,
                shape=name,
                rule=seen.rule,
                example=excerpt(gist(seen.first.message), _EXAMPLE),
                insert_id=seen.first.insert_id,
                count=seen.count,
                instances=len(seen.instances),
                first=format_timestamp(seen.first.timestamp),
                last=format_timestamp(seen.last),
            )
            for (service, revision, name), seen in sorted(found.items())
        ]
