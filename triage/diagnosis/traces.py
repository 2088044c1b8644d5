"""What a service logged of the requests that a client's probe sent: found by their trace."""

from collections import deque

from triage.diagnosis.case import Case
from triage.models import Entry, Event

#: Traced lines that are remembered, as the service's clock may be behind the client's; and lines of one request.
_REMEMBERED, _LINES = 2000, 6


class Traces:
    """The lines of requests that a probe tells of; of all other requests only the last ones are kept."""

    def __init__(self) -> None:
        """Begin with none."""
        self._before: deque[Event] = deque(maxlen=_REMEMBERED)
        self._asked: dict[str, list[Event]] = {}

    def see(self, entry: Entry, event: Event | None) -> None:
        """Look at one entry, with what a rule says of it; entries come in order of time."""
        trace = _id(entry)
        if not trace:
            return
        if event is not None and event.run == "probe":
            self._asked.setdefault(
                trace, [line for line in self._before if _id(line.entry) == trace][:_LINES]
            )
            return
        line = event or Event(entry=entry, pack="", rule="")
        if trace not in self._asked:
            self._before.append(line)
        elif len(self._asked[trace]) < _LINES:
            self._asked[trace].append(line)

    def of(self, case: Case) -> list[Event]:
        """Return what the service logged of the requests that went wrong in a case."""
        told = (event for sighting in case.seen.values() for event in sighting.samples)
        traces = dict.fromkeys(_id(event.entry) for event in told if event.outcome in ("failed", "warned"))
        return [line for trace in traces for line in self._asked.get(trace, [])]


def _id(entry: Entry) -> str:
    """Return the trace's id: "projects/P/traces/ID" names it, or ID alone."""
    return entry.trace.rpartition("/")[2]
