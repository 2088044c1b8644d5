"""All errors of a stream of entries, known or not, counted by their shape: what two stretches of logs are compared by."""

from triage.diagnosis.sighting import rule_name
from triage.models import Entry, ErrorShape, Event
from triage.text import excerpt, gist, shape
from triage.window import format_timestamp

_ERROR = 500
#: Shapes of a service that are told apart; what comes after them is counted together.
_SHAPES = 400
_REST = "…"
_EXAMPLE = 300


class _Seen:
    """How often one shape was seen, by which instances, and the first of its entries."""

    def __init__(self, first: Entry, rule: str) -> None:
        self.first, self.rule, self.last, self.count = first, rule, first.timestamp, 0
        self.instances: set[str] = set()


class Errors:
    """Counts the errors of applications and of the platform; requests are counted by their answers elsewhere."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: dict[tuple[str, str, str], _Seen] = {}
        self._shapes: dict[str, set[str]] = {}

    def see(self, entry: Entry, event: Event | None) -> None:
        """Count an entry if it is an error and no chronic noise. The entries come in order of time."""
        if entry.level < _ERROR or entry.http is not None or not entry.message:
            return
        if event is not None and event.noise:
            return
        shapes = self._shapes.setdefault(entry.service, set())
        name = shape(entry.message)
        if name not in shapes and len(shapes) >= _SHAPES:
            name = _REST
        shapes.add(name)
        key = (entry.service, entry.revision, name)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = _Seen(entry, rule_name(event) if event is not None else "")
        seen.count += 1
        seen.last = entry.timestamp
        seen.instances.add(entry.instance)

    def shapes(self) -> list[ErrorShape]:
        """Return the counts in order of service, revision and shape."""
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
            for (service, revision, name), seen in sorted(self._seen.items())
        ]
